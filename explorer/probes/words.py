"""What a network read and said, as words: the task's own reading of a trace."""

import torch

from explorer.model import Trace
from explorer.tasks import Reading, Task


def words_read(task: Task, trace: Trace, sequence: int) -> list[Reading]:
    """Return lines to read of one of the traced sequences; none for most tasks.

    Args:
        task: the run's.
        trace: the network over some sequences.
        sequence: which of them.
    """
    targets = torch.from_numpy(trace.targets).select(task.sequences_axis, sequence)
    return task.readings(
        torch.from_numpy(trace.inputs[:, sequence]),
        targets,
        torch.from_numpy(trace.outputs[:, sequence]),
    )
