"""SQL to tables and operations."""
