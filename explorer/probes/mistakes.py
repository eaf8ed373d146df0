"""What a network's answers count for: the task's own marking of a trace."""

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.model import Trace
from explorer.tasks import Task


def marked_answers(
    task: Task, trace: Trace, sequence: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return what is said at each time step, and where the metric counts it, (time,).

    Args:
        task: one whose answers are classes or labels.
        trace: the network over some sequences.
        sequence: which of them.
    """
    inputs = torch.from_numpy(trace.inputs[:, sequence])
    targets = torch.from_numpy(trace.targets[:, sequence])
    outputs = torch.from_numpy(trace.outputs[:, sequence])
    said = task.said(outputs, targets)
    return said.numpy(), task.counted(inputs, targets).numpy()
