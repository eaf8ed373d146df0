"""Runs advance in short slices on any executor, all runs in turn."""

from explorer.jobs._jobs import Jobs
from explorer.jobs._news import News, Point

__all__ = ["Jobs", "News", "Point"]
