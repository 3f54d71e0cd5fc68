package org.tannhof.library;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

@Entity
@Table(name = "charge")
public class Charge {
  @Id private UUID id;
  private UUID memberId;
  private double amount;
  private double discountPercent;
}
