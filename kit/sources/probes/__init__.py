"""Live probes: the addresses that a params file names, asked once, read-only and with limits. No opinions."""
