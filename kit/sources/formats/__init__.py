"""Text to trees of nodes with lines: YAML, JSON, TOML, HCL, env and XML."""
