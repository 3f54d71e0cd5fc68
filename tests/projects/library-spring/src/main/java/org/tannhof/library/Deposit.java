package org.tannhof.library;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.util.UUID;

@Entity
@Table(name = "deposit")
public class Deposit {
  @Id private UUID id;
  private UUID memberId;
  private BigDecimal balance;
  private double weightInGrams;
}
