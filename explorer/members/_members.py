"""Runs in progress side by side: what is recorded of them, and who drops out.

As many nets make one model as pays; see `_joined.py`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter

import torch

from explorer.config import RunConfig
from explorer.members._joined import Joined, joined_at_most
from explorer.training import (
    Diverged,
    Snapshot,
    Training,
    flushing_subnormals,
    on_schedule,
    record_every,
)

OWN = ("seed", "learning_rate")
"""The settings in which members may differ."""
Measured = list[tuple[float, float]]
"""The loss of each member that has not diverged, and its gradient's norm."""


class Members:
    """Runs that differ in seed and learning rate alone, in progress together.

    A member whose loss or gradient is no longer finite is left out from then on, with
    the weights that it had before; the others go on.

    Attributes:
        alone: each member as a training of its own; `part` brings them up to date.
        diverged: what ended a member, by its place among the configurations.
        groups: the members that are left, so many in one model as pays.
        step: the number of updates made so far.
        seconds: the time that the updates have taken, all members together.

    Raises:
        ValueError: there is no member, members differ in more than seed and learning
            rate, or their checkpoints come from different steps.
    """

    def __init__(
        self,
        configs: Sequence[RunConfig],
        checkpoints: Sequence[bytes | None] | None = None,
    ) -> None:
        _check_alike(configs)
        begun = checkpoints or [None] * len(configs)
        self.alone = [Training(c, b) for c, b in zip(configs, begun, strict=True)]
        steps = {training.step for training in self.alone}
        if len(steps) > 1:
            raise ValueError(f"members have to be at the same step, not {steps}")
        first = self.alone[0]
        self.config, self.step, self.seconds = first.config, first.step, first.seconds
        self.diverged: dict[int, Diverged] = {}
        self._join()

    @property
    def going(self) -> list[Training]:
        """The members that have not diverged, in their order."""
        return [t for i, t in enumerate(self.alone) if i not in self.diverged]

    def run(
        self, goal: int, out_of_time: Callable[[], bool] = lambda: False
    ) -> Iterator[list[Snapshot | Diverged]]:
        """Train until `goal` updates are made or time is out; yield what is recorded.

        The schedule is that of `Training.run`. Each time all members are told of, in
        their order: a snapshot, or what ended the member. It ends early if none is
        left.
        """
        every, yielded, began = record_every(self.config), False, self.step
        while True:
            stopping = began < self.step < goal and out_of_time()
            if stopping and yielded:
                return
            measured = self._measure_finite()
            finished = self.step >= goal or stopping or not measured
            if finished or on_schedule(self.step, every):
                yielded = True
                yield self._told(measured)
            if finished:
                return
            self._update(measured)

    def part(self) -> None:
        """Give every member in `alone` what it has become here."""
        for group in self.groups:
            group.part()
            for training in group.trainings:
                training.step, training.seconds = self.step, self.seconds

    def checkpoints(self) -> list[bytes]:
        """Return for each member all it needs to go on, together or alone."""
        self.part()
        return [training.checkpoint() for training in self.alone]

    def _join(self) -> None:
        """Make models of the members that are left, as even in size as can be."""
        going = self.going
        count = math.ceil(len(going) / joined_at_most(self.alone[0]))
        self.groups = [Joined(going[i::count]) for i in range(count)]

    def _measure_finite(self) -> Measured:
        """Return what is measured of the members that are left; leave out others."""
        while going := self.going:
            measured = self._measure()
            ended = {
                self.alone.index(training): Diverged(
                    self.step, quantity, training.last_norm
                )
                for training, pair in zip(going, measured, strict=True)
                if (quantity := _not_finite(*pair)) is not None
            }
            if not ended:
                for training, (_, norm) in zip(going, measured, strict=True):
                    training.last_norm = norm
                return measured
            self.part()
            self.diverged |= ended
            self._join()
        return []

    @flushing_subnormals()
    def _measure(self) -> Measured:
        """Compute each member's loss and gradient."""
        began = perf_counter()
        count = len(self.groups)
        measured: Measured = [(math.nan, math.nan)] * len(self.going)
        for i, group in enumerate(self.groups):
            measured[i::count] = group.measure(self.step)
        self.seconds += perf_counter() - began
        return measured

    @flushing_subnormals()
    def _update(self, measured: Measured) -> None:
        """Clip each member's gradient and descend one step."""
        began = perf_counter()
        self.step += 1
        norms = [norm for _, norm in measured]
        for i, group in enumerate(self.groups):
            group.update(self.step, norms[i :: len(self.groups)])
        self.seconds += perf_counter() - began

    @flushing_subnormals()
    @torch.no_grad()
    def _told(self, measured: Measured) -> list[Snapshot | Diverged]:
        """Return what each member has become, or what ended it."""
        self.part()
        pairs = iter(measured)
        return [
            self.diverged[i] if i in self.diverged else _snapshot(t, *next(pairs))
            for i, t in enumerate(self.alone)
        ]


def train_together(
    configs: Sequence[RunConfig],
) -> Iterator[list[Snapshot | Diverged]]:
    """Train runs to their end as one model, yielding snapshots at the recorded steps.

    Sets the calling thread to one torch thread.

    Args:
        configs: runs that differ in seed and learning rate alone.

    Yields:
        For each run, in the order given, its snapshot, whose seconds are those of all
        together; or, once its loss or gradient is not finite, what ended it.

    Raises:
        ValueError: there is no run, or the runs differ in more.
    """
    members = Members(configs)
    return members.run(members.config.steps)


def _check_alike(configs: Sequence[RunConfig]) -> None:
    if not configs:
        raise ValueError("training together needs at least one run")
    first = configs[0].model_dump()
    differ = sorted(
        name
        for name, value in first.items()
        if name not in OWN and any(getattr(c, name) != value for c in configs)
    )
    if differ:
        raise ValueError(
            "runs trained together may differ in seed and learning_rate alone, not in "
            + ", ".join(differ)
        )


def _not_finite(loss: float, grad_norm: float) -> str | None:
    """Return which of the two is not finite, the loss first; None if both are."""
    if not math.isfinite(loss):
        return "loss"
    return None if math.isfinite(grad_norm) else "grad_norm"


def _snapshot(training: Training, loss: float, grad_norm: float) -> Snapshot:
    """Return one member's snapshot; the metric as its own model has it alone."""
    outputs = training.model(training.evaluation.inputs)
    metric = training.task.metric(outputs, training.evaluation.targets)
    weights = {n: p.cpu().clone() for n, p in training.model.state_dict().items()}
    return Snapshot(
        training.config,
        training.step,
        loss,
        metric,
        grad_norm,
        training.seconds,
        weights,
    )
