"""Sequence tasks: one file, one task."""

from explorer.tasks._task import (
    FAMILIES,
    IGNORE,
    TASKS,
    Baseline,
    Batch,
    Reading,
    Score,
    Task,
)

__all__ = [
    "FAMILIES",
    "IGNORE",
    "TASKS",
    "Baseline",
    "Batch",
    "Reading",
    "Score",
    "Task",
]
