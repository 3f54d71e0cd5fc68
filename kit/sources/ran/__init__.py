"""Commands that a params file names: run once, with limits, and what they said read. No opinions."""
