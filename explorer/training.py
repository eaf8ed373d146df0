"""The training loop, as a generator of snapshots; no interface, no threads, no files.

The batch of an update comes from a generator seeded by (seed, step), so a run that is
interrupted and resumed from a checkpoint equals one that never stopped, bit for bit.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal, NamedTuple

import torch
from safetensors.torch import load, save
from torch import Tensor
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from explorer.config import RunConfig
from explorer.model import EVALUATION, TRAINING_BATCHES, Model, Trace, seeded, trace
from explorer.optimisers import OPTIMISERS
from explorer.tasks import Batch

RECORDS = 150
"""About how many steps of a run are recorded."""
WEIGHT_BYTES = 16_000_000
"""About how many bytes of weights of a run are recorded."""
EVALUATED = 100
"""How many sequences the metric is measured on, fewer where they are big."""
EVALUATED_STATES = 4_000_000
"""How many states that may take, hidden x layers x length x sequences."""
TRACED = 12
"""How many sequences the pictures show."""
TRACED_STATES = 1_000_000
"""How many states the pictures may hold, hidden x layers x length x sequences."""


@contextmanager
def flushing_subnormals() -> Iterator[None]:
    """Take numbers too small for full precision as 0, in this thread and meanwhile.

    Gradients that vanish become such numbers, with which a CPU is many times slower.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


class Diverged(ArithmeticError):
    """The loss or its gradient is no longer finite, so training has to stop.

    Attributes:
        step: the number of updates made before.
        quantity: "loss" or "grad_norm".
        last_grad_norm: the gradient's norm one update before; NaN at the first.
    """

    def __init__(
        self,
        step: int,
        quantity: str,
        last_grad_norm: float,
    ) -> None:
        super().__init__(f"{quantity} is not finite after {step} updates")
        self.step, self.quantity = step, quantity
        self.last_grad_norm = last_grad_norm


@dataclass(frozen=True)
class Snapshot:
    """The run after `step` updates.

    Attributes:
        loss: the mean loss of the batch that the next update uses.
        metric: the task's own score on sequences that are never trained on.
        grad_norm: the Euclidean norm of that loss's gradient, before clipping.
        seconds: the time that the updates have taken so far.
        weights: the model's parameters by name, float32, on the CPU.
    """

    config: RunConfig
    step: int
    loss: float
    metric: float
    grad_norm: float
    seconds: float
    weights: dict[str, Tensor]

    def trace(self) -> Trace:
        """Return states, gates, outputs and gradients over some held-out sequences."""
        return trace(self.config, self.weights, traced_batch(self.config))


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


class Training:
    """A run in progress: the model, its optimiser and how far it has come."""

    def __init__(self, config: RunConfig, checkpoint: bytes | None = None) -> None:
        # Small models are slower with more threads. The setting is a thread's own.
        torch.set_num_threads(1)
        self.config, self.task = config, config.build_task()
        self.device = torch.device(config.device)
        self.model = Model(config).to(self.device)
        self.optimiser = OPTIMISERS[config.optimiser](
            list(self.model.parameters()), config.learning_rate
        )
        self.step, self.seconds = 0, 0.0
        self.last_norm = math.nan  # of the gradient, at the update before
        if checkpoint is not None:
            self._restore(load(checkpoint))
        self.evaluation = self._move(evaluation_batch(config))

    def run(
        self, goal: int, out_of_time: Callable[[], bool] = lambda: False
    ) -> Iterator[Snapshot]:
        """Train until `goal` updates are made or time is out; yield what is recorded.

        Recorded are the steps of the schedule, the goal, and the end of a stretch that
        would otherwise bring nothing.

        Raises:
            Diverged: the loss or its gradient is not finite.
        """
        every, yielded, began = record_every(self.config), False, self.step
        while True:
            stopping = began < self.step < goal and out_of_time()
            if stopping and yielded:
                return
            loss, grad_norm = self._measure()
            for value, quantity in ((loss, "loss"), (grad_norm, "grad_norm")):
                if not math.isfinite(value):
                    raise Diverged(self.step, quantity, self.last_norm)
            self.last_norm = grad_norm
            if on_schedule(self.step, every) or self.step >= goal or stopping:
                yielded = True
                yield self._snapshot(loss, grad_norm)
            if self.step >= goal or stopping:
                return
            self._update(grad_norm)

    @flushing_subnormals()
    def _measure(self) -> tuple[float, float]:
        """Compute the loss of the next batch and its gradient; return loss and norm."""
        began = perf_counter()
        generator = seeded(self.config.seed, TRAINING_BATCHES, self.step)
        batch = self._move(self.task.sample(self.config.batch_size, generator))
        self.model.zero_grad()
        loss = self.task.losses(self.model(batch.inputs), batch.targets).mean()
        loss.backward()
        norm = get_total_norm(
            [p.grad for p in self.model.parameters() if p.grad is not None]
        )
        values = loss.item(), norm.item()
        self.seconds += perf_counter() - began
        return values

    def snapshot(self) -> Snapshot:
        """Return the run as it stands now, finite or not."""
        return self._snapshot(*self._measure())

    @flushing_subnormals()
    def _update(self, grad_norm: float) -> None:
        """Clip the gradient to the wanted norm and descend one step."""
        began = perf_counter()
        if self.config.clip_norm is not None:
            norm = torch.tensor(grad_norm, device=self.device)
            clip_grads_with_norm_(self.model.parameters(), self.config.clip_norm, norm)
        self.step += 1
        self.optimiser.step(self.step)
        self.seconds += perf_counter() - began

    @flushing_subnormals()
    @torch.no_grad()
    def _snapshot(self, loss: float, grad_norm: float) -> Snapshot:
        outputs = self.model(self.evaluation.inputs)
        metric = self.task.metric(outputs, self.evaluation.targets)
        weights = {n: p.cpu().clone() for n, p in self.model.state_dict().items()}
        return Snapshot(
            self.config, self.step, loss, metric, grad_norm, self.seconds, weights
        )

    def checkpoint(self) -> bytes:
        """Return all that is needed to go on from here."""
        tensors = {f"model.{n}": p for n, p in self.model.state_dict().items()}
        for slot, kept in self.optimiser.state.items():
            tensors |= {f"optimiser.{slot}.{i}": t for i, t in enumerate(kept)}
        tensors["progress"] = torch.tensor(
            [self.step, self.seconds, self.last_norm], dtype=torch.float64
        )
        return save({n: t.cpu().contiguous() for n, t in tensors.items()})

    def _restore(self, tensors: dict[str, Tensor]) -> None:
        progress = tensors.pop("progress")
        step, self.seconds, self.last_norm = progress.tolist()
        self.step = int(step)
        self.model.load_state_dict(
            {n.removeprefix("model."): t for n, t in tensors.items() if n[0] == "m"}
        )
        for slot, kept in self.optimiser.state.items():
            for i, tensor in enumerate(kept):
                tensor.copy_(tensors[f"optimiser.{slot}.{i}"])

    def _move(self, batch: Batch) -> Batch:
        return Batch(*(tensor.to(self.device) for tensor in batch))


def train(config: RunConfig, resume: bytes | None = None) -> Iterator[Snapshot]:
    """Train a run to its end, yielding snapshots at the recorded steps.

    Sets the calling thread to one torch thread.

    Args:
        config: the run.
        resume: a checkpoint to go on from.

    Raises:
        Diverged: the loss or its gradient is no longer finite.
    """
    return Training(config, resume).run(config.steps)


def train_slice(
    config: RunConfig, checkpoint: bytes | None, goal: int, seconds: float
) -> Slice:
    """Train for about `seconds` or until `goal` updates are made; at least one update.

    A pure function of what can be sent to another process and back.
    """
    training = Training(config, checkpoint)
    before, deadline = training.seconds, perf_counter() + seconds
    records: list[Record] = []
    status: Literal["training", "done", "diverged"] = "training"
    message = None
    try:
        for snapshot in training.run(goal, lambda: perf_counter() >= deadline):
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


def record_every(config: RunConfig) -> int:
    """Return how many updates lie between two records."""
    return max(1, config.steps // RECORDS)


def weights_every(config: RunConfig, size: int) -> int:
    """Return how many updates lie between two recorded weights of `size` bytes."""
    every = record_every(config)
    affordable = max(1, WEIGHT_BYTES // size)
    return every * math.ceil(config.steps / every / affordable)


def on_schedule(step: int, every: int) -> bool:
    """Return whether a step is recorded: every so many, and powers of two before."""
    early = step < every and step & (step - 1) == 0
    return early or step % every == 0


def evaluation_batch(config: RunConfig) -> Batch:
    """Return the held-out sequences that the metric is measured on."""
    states = config.hidden_size * config.num_layers * config.seq_len
    count = min(EVALUATED, max(10, EVALUATED_STATES // states))
    generator = seeded(config.seed, EVALUATION)
    return config.build_task().evaluation(count, generator)


def traced_batch(config: RunConfig) -> Batch:
    """Return the held-out sequences that the pictures show, fewer if they are big."""
    task, batch = config.build_task(), evaluation_batch(config)
    states = config.hidden_size * config.num_layers * config.seq_len
    count = max(1, min(TRACED, TRACED_STATES // states))
    along = 1 if batch.targets.dim() == 3 else 0
    count = min(count, batch.inputs.shape[1])
    shown = _of_every_class(task.classes(batch), count)
    return Batch(batch.inputs[:, shown], batch.targets.index_select(along, shown))


def _of_every_class(classes: Tensor | None, count: int) -> Tensor:
    """Return which sequences to show, so that as many classes as can be are there.

    Args:
        classes: (time, batch) or None; a sequence is of the class that it ends in.
        count: how many to show.
    """
    if classes is None:
        return torch.arange(count)
    last = classes[-1]
    earlier = (last[:, None] == last).tril(-1).sum(1)  # of the same class before it
    return earlier.argsort(stable=True)[:count]
