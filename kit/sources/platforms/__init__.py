"""Platforms, functions, infrastructure as code, proxies and monitoring."""
