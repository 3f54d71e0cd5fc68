package org.tannhof.library;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

@Entity
@Table(name = "member")
public class Member {
  @Id private UUID id;
  private String name;
  private String email;
}
