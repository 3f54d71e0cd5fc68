package org.tannhof.library;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

@Entity
@Table(name = "book")
public class Book {
  @Id private UUID id;
  private String title;
}
