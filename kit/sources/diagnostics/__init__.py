"""What compilers and linters say of places in code, read once for commands that ran and for evidence files."""
