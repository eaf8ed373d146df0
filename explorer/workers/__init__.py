"""Slices computed in processes of their own, off the lock that the pages share."""

from explorer.workers._workers import WorkerLost, Workers

__all__ = ["WorkerLost", "Workers"]
