"""What is particular to each area: one module per area, functions of (project, findings) to a display."""
