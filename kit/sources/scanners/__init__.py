"""Scanners that others write: run over copies of a project's files, their alarms read. No opinions."""
