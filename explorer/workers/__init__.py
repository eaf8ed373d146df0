"""Slices computed in processes of their own, off the lock that the pages share."""

from explorer.workers._workers import WorkerLost, WorkError, Workers

__all__ = ["WorkError", "WorkerLost", "Workers"]
