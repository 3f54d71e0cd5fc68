"""Packages, lockfiles and the versions that they state."""
