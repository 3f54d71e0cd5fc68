package org.tannhof.library;

import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.NotNull;
import java.time.LocalDate;

public record Due(@NotNull @Future LocalDate on) {}
