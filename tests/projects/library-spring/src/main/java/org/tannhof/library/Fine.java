package org.tannhof.library;

import java.util.UUID;

public record Fine(UUID memberId, long days) {}
