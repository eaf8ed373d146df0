"""What came out of a run: whether, when and in what time it solved its task."""

from typing import NamedTuple

import numpy as np

from explorer.config import RunConfig
from explorer.store import Records
from explorer.tasks import TASKS


class Solved(NamedTuple):
    """The first record at which a run had solved its task."""

    step: int
    seconds: float


def solved_at(config: RunConfig, records: Records) -> Solved | None:
    """Return when a run's metric passed its task's mark; None if it never did."""
    task = TASKS[config.task]
    passed = np.flatnonzero([task.solved(metric) for metric in records.metric])
    if not len(passed):
        return None
    first = passed[0]
    return Solved(int(records.step[first]), float(records.seconds[first]))
