"""Markdown and API specifications, and what they refer to."""
