package org.tannhof.library;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.LocalDate;
import java.util.UUID;

@Entity
@Table(name = "loan")
public class Loan {
  @Id private UUID id;

  @Column(name = "book_id", nullable = false)
  private UUID bookId;

  @Column(name = "member_id", nullable = false)
  private UUID memberId;

  @Column(nullable = false)
  private LocalDate due;

  protected Loan() {}

  public Loan(UUID id, UUID bookId, UUID memberId) {
    this.id = id;
    this.bookId = bookId;
    this.memberId = memberId;
    this.due = LocalDate.now().plusWeeks(3);
  }

  public Loan due(LocalDate on) {
    this.due = on;
    return this;
  }

  public LocalDate due() {
    return due;
  }

  public Loan extended() {
    return due(due.plusWeeks(3));
  }
}
