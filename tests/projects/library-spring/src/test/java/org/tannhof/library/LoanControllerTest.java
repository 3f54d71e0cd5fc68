package org.tannhof.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LoanControllerTest {
  @Test
  void anExtensionMovesTheDateByThreeWeeks() {
    Loan loan = new Loan(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID()).due(LocalDate.of(2026, 3, 1));
    assertThat(loan.extended().due()).isEqualTo(LocalDate.of(2026, 3, 22));
  }
}
