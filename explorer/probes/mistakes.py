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


def correctness(task: Task, trace: Trace) -> NDArray[np.int64] | None:
    """Return whether an answer is right (0), wrong (1) or not asked for (-1).

    Args:
        task: the run's.
        trace: the network over some sequences.

    Returns:
        (time, batch); of a class asked for at the end, the same at all time steps of a
        sequence. None where answers are values: those are more or less right.
    """
    if task.answer_kind not in ("class", "classes", "labels"):
        return None
    targets, length = trace.targets, len(trace.inputs)
    known = np.isfinite(trace.outputs).all(axis=-1)
    if task.answer_kind == "class":
        wrong = trace.outputs[-1].argmax(axis=-1) != targets
        ends = np.where(known[-1], wrong, 1)
        return np.broadcast_to(ends, (length, len(ends))).astype(np.int64)
    marked = [marked_answers(task, trace, s) for s in range(targets.shape[1])]
    said, counted = (np.stack(each, axis=1) for each in zip(*marked, strict=True))
    wrong = (said != targets) | ~known
    return np.where(counted, wrong, -1).astype(np.int64)
