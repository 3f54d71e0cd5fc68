"""`python -m kit` is `readiness`."""

from kit.cli import main

main(prog_name="readiness")
