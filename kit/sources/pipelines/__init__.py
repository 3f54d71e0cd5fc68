"""Pipelines of every platform as workflows, jobs and steps."""
