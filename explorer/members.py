"""Several runs that differ in seed and learning rate alone, trained as one model.

Every parameter gets a leading axis of members, so that one batched product does the
work of all: small products cost more to start than to compute. No member sees another:
each has its own weights, sequences, gradient norm and learning rate, and descends as it
would alone, up to rounding.
"""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter

import torch
from torch import Tensor, nn

from explorer.batches import training_batch
from explorer.config import RunConfig
from explorer.model import Model
from explorer.optimisers import OPTIMISERS
from explorer.tasks import Batch
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
NEAR_ZERO = 1e-6
"""What torch adds to a norm before it divides by it, in `clip_grads_with_norm_`."""


class Members:
    """Runs in progress, side by side: one model, one optimiser, as many nets as runs.

    A member whose loss or gradient is no longer finite is left out from then on, with
    the weights that it had before; the others go on. Activations take as many times
    the memory of one run as there are members.

    Attributes:
        alone: each member as a training of its own; `part` brings them up to date.
        diverged: what ended a member, by its place among the configurations.
        model: the nets together; its parameters have the axis of members first.
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
        self.config, self.task, self.device = first.config, first.task, first.device
        self.step, self.seconds = first.step, first.seconds
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
            losses, norms = self._measure_finite()
            finished = self.step >= goal or stopping or not losses
            if finished or on_schedule(self.step, every):
                yielded = True
                yield self._told(losses, norms)
            if finished:
                return
            self._update(norms)

    @torch.no_grad()
    def part(self) -> None:
        """Give every member in `alone` what it has become here."""
        for together, own in self._tensors():
            for i, one in enumerate(own):
                one.copy_(together[i])
        for training in self.going:
            training.step, training.seconds = self.step, self.seconds

    def checkpoints(self) -> list[bytes]:
        """Return for each member all it needs to go on, together or alone."""
        self.part()
        return [training.checkpoint() for training in self.alone]

    @torch.no_grad()
    def _join(self) -> None:
        """Make one model and one optimiser of the members that are left."""
        going = self.going
        self.model = _stacked([training.model for training in going])
        rates = [training.config.learning_rate for training in going]
        self.optimiser = OPTIMISERS[self.config.optimiser](
            list(self.model.parameters()), rates[0] if len(set(rates)) == 1 else rates
        )
        for together, own in self._tensors():
            torch.stack(own, out=together)

    def _tensors(self) -> Iterator[tuple[Tensor, list[Tensor]]]:
        """Yield each tensor of the nets together beside those of the members alone."""
        going = self.going
        models = [self.model, *(training.model for training in going)]
        for together, *own in zip(*(m.parameters() for m in models), strict=True):
            yield together, own
        for slot, kept in self.optimiser.state.items():
            states = (training.optimiser.state[slot] for training in going)
            for together, *own in zip(kept, *states, strict=True):
                yield together, own

    def _measure_finite(self) -> tuple[list[float], list[float]]:
        """Return losses and norms of the members that are left; leave out others."""
        while going := self.going:
            losses, norms = self._measure()
            ended = {
                self.alone.index(training): Diverged(
                    self.step, quantity, training.last_norm
                )
                for training, loss, norm in zip(going, losses, norms, strict=True)
                if (quantity := _not_finite(loss, norm)) is not None
            }
            if not ended:
                for training, norm in zip(going, norms, strict=True):
                    training.last_norm = norm
                return losses, norms
            self.part()
            self.diverged |= ended
            if self.going:
                self._join()
        return [], []

    @flushing_subnormals()
    def _measure(self) -> tuple[list[float], list[float]]:
        """Compute each member's loss and gradient; return losses and norms."""
        began = perf_counter()
        batch = self._batch()
        self.model.zero_grad()
        at_end = self.task.sequences_axis == 0  # the targets have no axis of time
        outputs = read_out(self.model, batch.inputs, at_end)
        # Members in the axis of sequences: a task's losses know no other.
        losses = self.task.losses(outputs.flatten(1, 2), batch.targets)
        means = losses.unflatten(0, (len(self.going), -1)).mean(1)
        means.sum().backward()
        both = torch.stack([means.detach(), _norms(self.model)])
        self.seconds += perf_counter() - began
        losses_list, norms = both.tolist()
        return losses_list, norms

    def _batch(self) -> Batch:
        """Return each member's next sequences.

        The inputs are (time, members, batch, input), a member's sequences together in
        memory; the targets have the members one after another along their axis of
        sequences.
        """
        own = [training_batch(t.config, self.task, self.step) for t in self.going]
        inputs = torch.stack([batch.inputs for batch in own])
        targets = torch.cat([b.targets for b in own], self.task.sequences_axis)
        return Batch(inputs.to(self.device).transpose(0, 1), targets.to(self.device))

    @flushing_subnormals()
    def _update(self, norms: list[float]) -> None:
        """Clip each member's gradient to the wanted norm and descend one step."""
        began = perf_counter()
        if self.config.clip_norm is not None:
            norm = torch.tensor(norms, device=self.device)
            scale = (self.config.clip_norm / (norm + NEAR_ZERO)).clamp(max=1.0)
            for parameter in self.model.parameters():
                assert parameter.grad is not None
                parameter.grad *= scale.view(-1, *[1] * (parameter.dim() - 1))
        self.step += 1
        self.optimiser.step(self.step)
        self.seconds += perf_counter() - began

    @flushing_subnormals()
    @torch.no_grad()
    def _told(
        self, losses: list[float], norms: list[float]
    ) -> list[Snapshot | Diverged]:
        """Return what each member has become, or what ended it."""
        self.part()
        measured = iter(zip(losses, norms, strict=True))
        return [
            self.diverged[i] if i in self.diverged else _snapshot(t, *next(measured))
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


def read_out(model: Model, inputs: Tensor, at_end: bool = False) -> Tensor:
    """Return what each member's readout says at every time step.

    Args:
        model: one whose parameters have the axis of members first.
        inputs: (time, members, batch, input).
        at_end: whether it is asked after the last time step alone.

    Returns:
        (time, members, batch, output); time is 1 where it is asked at the end.
    """
    hidden = inputs
    for cell in model.cells:
        hidden = cell.sequence(hidden)
    hidden = hidden[-1:] if at_end else hidden
    # One product for each member over all its time steps.
    rows = hidden.transpose(0, 1).flatten(1, 2)
    weight, bias = model.readout.weight, model.readout.bias
    said = torch.baddbmm(bias[:, None], rows, weight.mT)
    return said.unflatten(1, (len(hidden), -1)).transpose(0, 1)


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


def _stacked(models: Sequence[Model]) -> Model:
    """Return a model whose parameters have room for those of all, along a new axis."""
    together = copy.deepcopy(models[0])
    for name, parameter in list(together.named_parameters()):
        owner, _, own = name.rpartition(".")
        room = parameter.new_empty(len(models), *parameter.shape)
        setattr(together.get_submodule(owner), own, nn.Parameter(room))
    return together


def _norms(model: Model) -> Tensor:
    """Return the Euclidean norm of each member's gradient, (members,)."""
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    norms = [torch.linalg.vector_norm(g.flatten(1), dim=1) for g in gradients]
    return torch.linalg.vector_norm(torch.stack(norms), dim=0)


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
