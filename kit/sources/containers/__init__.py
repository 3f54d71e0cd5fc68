"""Dockerfiles and compose files as their own tools read them."""
