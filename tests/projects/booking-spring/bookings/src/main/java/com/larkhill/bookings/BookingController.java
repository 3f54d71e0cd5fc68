package com.larkhill.bookings;

import jakarta.validation.Valid;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.*;

@RestController
@RequestMapping("/api/bookings")
class BookingController {
  private static final Logger log = LoggerFactory.getLogger(BookingController.class);
  private final BookingRepository bookings;

  BookingController(BookingRepository bookings) {
    this.bookings = bookings;
  }

  @GetMapping
  Page<Booking> list(Pageable page) {
    return bookings.findAll(page);
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  Booking book(@Valid @RequestBody BookingRequest request) {
    log.info("booking for guest {} with card {}", request.guestId(), request.cardNumber());
    return bookings.save(new Booking(UUID.randomUUID(), request.roomId(), request.guestId(), request.from(), request.to()));
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void cancel(@PathVariable UUID id) {
    bookings.deleteById(id);
    log.info("booking {} cancelled, its password-protected voucher is void", id);
  }

  @PostMapping("/{id}/transfer")
  Booking transfer(@PathVariable UUID id) {
    throw new UnsupportedOperationException("Not implemented yet");
  }
}
