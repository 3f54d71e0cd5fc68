"""Scanners beside our checks: which files they are given, which check a rule belongs to, how the two are joined."""
