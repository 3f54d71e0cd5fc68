package com.larkhill.bookings;

import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.NotNull;
import java.time.LocalDate;
import java.util.UUID;

record BookingRequest(
    @NotNull UUID roomId, @NotNull UUID guestId, @NotNull String cardNumber, @Future LocalDate from, @Future LocalDate to) {}
