package org.tannhof.library;

import jakarta.validation.constraints.NotNull;
import java.util.UUID;

public record LoanRequest(@NotNull UUID bookId, @NotNull UUID memberId) {}
