"""Training in short slices: what a worker is asked for and what it gives back."""

import math
from time import perf_counter
from typing import Any, Literal, NamedTuple

from safetensors.torch import save

from explorer.config import RunConfig
from explorer.training import Diverged, Report, Snapshot, Training, record_every

WEIGHT_BYTES = 16_000_000
"""About how many bytes of weights of a run are recorded."""


class Record(NamedTuple):
    """A snapshot as it is kept; weights are safetensors bytes, at some steps only."""

    step: int
    loss: float
    metric: float
    grad_norm: float
    seconds: float
    weights: bytes | None


class Slice(NamedTuple):
    """What some time of training brought.

    Attributes:
        step: the number of updates made so far.
        seconds: the time that this slice's updates took.
        message: what a reader must know about a run that diverged.
        checkpoint: weights and the optimiser's state as safetensors bytes.
    """

    step: int
    seconds: float
    status: Literal["training", "done", "diverged"]
    message: dict[str, Any] | None
    records: list[Record]
    checkpoint: bytes


def train_slice(
    config: RunConfig,
    checkpoint: bytes | None,
    goal: int,
    seconds: float,
    report: Report | None = None,
) -> Slice:
    """Train for about `seconds` or until `goal` updates are made; at least one update.

    A pure function of what can be sent to another process and back, apart from
    `report`, which is told of each update at once and is for this process alone.
    """
    training = Training(config, checkpoint)
    before, deadline = training.seconds, perf_counter() + seconds
    records: list[Record] = []
    status: Literal["training", "done", "diverged"] = "training"
    message = None

    def out_of_time() -> bool:
        return perf_counter() >= deadline

    try:
        for snapshot in training.run(goal, out_of_time, report):
            records.append(_record(snapshot, goal))
        if training.step >= config.steps:
            status = "done"
    except Diverged as diverged:
        status = "diverged"
        message = {
            "step": diverged.step,
            "quantity": diverged.quantity,
            "last_grad_norm": diverged.last_grad_norm,
        }
    return Slice(
        training.step,
        training.seconds - before,
        status,
        message,
        records,
        training.checkpoint(),
    )


def _record(snapshot: Snapshot, goal: int) -> Record:
    size = sum(tensor.nbytes for tensor in snapshot.weights.values())
    every = weights_every(snapshot.config, size)
    frequent = every == record_every(snapshot.config)  # so frequent, all are kept
    kept = frequent or snapshot.step == goal or snapshot.step % every == 0
    return Record(
        snapshot.step,
        snapshot.loss,
        snapshot.metric,
        snapshot.grad_norm,
        snapshot.seconds,
        save(snapshot.weights) if kept else None,
    )


def weights_every(config: RunConfig, size: int) -> int:
    """Return how many updates lie between two recorded weights of `size` bytes."""
    every = record_every(config)
    affordable = max(1, WEIGHT_BYTES // size)
    return every * math.ceil(config.steps / every / affordable)
