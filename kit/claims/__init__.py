"""Reports written by others: what they state, and what the project shows of it."""
