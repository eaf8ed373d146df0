"""Sequence tasks: one file, one task."""

from explorer.tasks._task import (
    IGNORE,
    TASKS,
    Baseline,
    Batch,
    Reading,
    Score,
    Task,
)

__all__ = ["IGNORE", "TASKS", "Baseline", "Batch", "Reading", "Score", "Task"]
