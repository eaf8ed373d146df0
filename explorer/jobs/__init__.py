"""Runs advance in short slices on any executor, the least served run first."""

from explorer.jobs._jobs import Jobs

__all__ = ["Jobs"]
