package com.larkhill.bookings;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.LocalDate;
import java.util.UUID;

@Entity
@Table(name = "bookings")
class Booking {
  @Id private UUID id;
  private UUID roomId;
  private UUID guestId;
  private LocalDate arrival;
  private LocalDate departure;

  protected Booking() {}

  Booking(UUID id, UUID roomId, UUID guestId, LocalDate arrival, LocalDate departure) {
    this.id = id;
    this.roomId = roomId;
    this.guestId = guestId;
    this.arrival = arrival;
    this.departure = departure;
  }
}
