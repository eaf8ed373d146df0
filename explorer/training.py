"""The training loop, as a generator of snapshots; no interface, no threads, no files.

The batch of an update comes from a generator seeded by (seed, step), so a run that is
interrupted and resumed from a checkpoint equals one that never stopped, bit for bit.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import torch
from safetensors.torch import load, save
from torch import Tensor
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from explorer.batches import evaluation_batch, traced_batch, training_batch
from explorer.config import RunConfig
from explorer.devices import keep_freed_memory
from explorer.model import Model, Trace, trace
from explorer.optimisers import OPTIMISERS
from explorer.tasks import Batch

RECORDS = 150
"""About how many steps of a run are recorded."""
Report = Callable[[int, float, float, float | None], object]
"""Told of each update: its step, loss, gradient norm, and the metric if recorded."""


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
        metric: the task's own score on sequences drawn apart from training.
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


class Training:
    """A run in progress: the model, its optimiser and how far it has come."""

    def __init__(self, config: RunConfig, checkpoint: bytes | None = None) -> None:
        # Small models are slower with more threads. The setting is a thread's own.
        torch.set_num_threads(1)
        keep_freed_memory()
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
        self,
        goal: int,
        out_of_time: Callable[[], bool] = lambda: False,
        report: Report | None = None,
    ) -> Iterator[Snapshot]:
        """Train until `goal` updates are made or time is out; yield what is recorded.

        Recorded are the steps of the schedule, the goal, and the end of a stretch that
        would otherwise bring nothing. `report` hears of all others too; a run that is
        resumed tells the step it stands at once more.

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
            snapshot, metric = None, None
            if on_schedule(self.step, every) or self.step >= goal or stopping:
                snapshot = self._snapshot(loss, grad_norm)
                metric = snapshot.metric
            if report is not None:
                report(self.step, loss, grad_norm, metric)
            if snapshot is not None:
                yielded = True
                yield snapshot
            if self.step >= goal or stopping:
                return
            self._update(grad_norm)

    @flushing_subnormals()
    def _measure(self) -> tuple[float, float]:
        """Compute the loss of the next batch and its gradient; return loss and norm."""
        began = perf_counter()
        batch = self._move(training_batch(self.config, self.task, self.step))
        self.optimiser.zero_grad()
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
        _, self.optimiser.rate, clip_norm = self.config.in_force(self.step)
        if clip_norm is not None:
            norm = torch.tensor(grad_norm, device=self.device)
            clip_grads_with_norm_(self.model.parameters(), clip_norm, norm)
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


def prepare() -> None:
    """Have the machine code of the most used cells compiled, which takes seconds.

    A run waits for it when it comes first: no update is computed in another way than
    the next. Sets the calling thread to one torch thread.
    """
    for cell in ("rnn", "lstm", "gru"):
        config = RunConfig(cell=cell, seq_len=10, batch_size=1, hidden_size=1)
        Training(config).snapshot()


def record_every(config: RunConfig) -> int:
    """Return how many updates lie between two records."""
    return max(1, config.steps // RECORDS)


def on_schedule(step: int, every: int) -> bool:
    """Return whether a step is recorded: every so many, and powers of two before."""
    early = step < every and step & (step - 1) == 0
    return early or step % every == 0
