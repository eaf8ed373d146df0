"""Sequence tasks: one file, one task."""

from explorer.tasks._task import TASKS, Baseline, Batch, Task

__all__ = ["TASKS", "Baseline", "Batch", "Task"]
