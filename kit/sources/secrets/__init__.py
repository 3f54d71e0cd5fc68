"""Secrets in text: found, told from placeholders, masked."""
