"""What a sequence task is: a sampler, a loss, a metric and an honest guess to beat."""

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple

import torch
from pydantic import BaseModel, ConfigDict
from torch import Generator, Tensor
from torch.nn import functional

from explorer.registry import Registry
from explorer.texts import Text


class Batch(NamedTuple):
    """Some sequences.

    Attributes:
        inputs: (time, batch, input), float32.
        targets: class at the end (batch,) int64, value at the end (batch, output)
            or a series (time, batch, output), float32.
    """

    inputs: Tensor
    targets: Tensor


class Baseline(NamedTuple):
    """What guessing without memory reaches: expected loss and metric, and how."""

    loss: float
    metric: float
    title: Text


class Task(BaseModel):
    """One task with its length and parameters, which are the model's fields.

    Attributes:
        seq_len: the number of time steps that the network reads.
        question: one line on what the task asks.
        input_kind: one-hot "symbols" or real "values".
        answer_kind: what the network must say: a "class" or a "value" after the last
            time step, or a "series", a value at every time step.
        higher_is_better: which way the metric improves.
        value_range: where a value asked for at the end lies.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: ClassVar[int]
    title: ClassVar[Text]
    question: ClassVar[Text]
    source: ClassVar[str]
    input_kind: ClassVar[Literal["symbols", "values"]]
    answer_kind: ClassVar[Literal["class", "value", "series"]]
    metric_title: ClassVar[Text]
    higher_is_better: ClassVar[bool] = False
    value_range: ClassVar[tuple[float, float] | None] = None

    seq_len: int

    @property
    @abstractmethod
    def input_names(self) -> list[Text]:
        """The names of the input channels or symbols."""

    @property
    @abstractmethod
    def output_names(self) -> list[Text]:
        """The names of the classes or of the output channels."""

    @property
    def message_symbols(self) -> list[int] | None:
        """Which input symbols carry what must be remembered, if inputs are symbols."""
        return None

    @abstractmethod
    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw fresh sequences to train on."""

    def evaluation(self, batch_size: int, generator: Generator) -> Batch:
        """Return sequences for the metric and the pictures, never trained on."""
        return self.sample(batch_size, generator)

    @abstractmethod
    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sequence, (batch,); training descends on its mean.

        Args:
            outputs: (time, batch, output), what the readout says at every time step.
            targets: as in `Batch`.
        """

    @abstractmethod
    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the task's own score over a batch; shapes as in `losses`."""

    @abstractmethod
    def baseline(self) -> Baseline:
        """Return what guessing reaches."""

    def classes(self, batch: Batch) -> Tensor | None:
        """Return what to colour trajectories by, (time, batch) int64, if anything."""
        return None

    def class_names(self) -> list[Text]:
        """Return the names of those classes."""
        return []

    def times(self) -> list[float]:
        """Return what the time steps of the first evaluation sequence are called."""
        return [float(t) for t in range(self.seq_len)]


class ClassAtEnd(Task):
    """A task that asks for one of several classes after the last time step."""

    answer_kind = "class"
    metric_title = Text(en="accuracy", zh="准确率")
    higher_is_better = True

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the cross-entropy in nats at the last time step, (batch,)."""
        return functional.cross_entropy(outputs[-1], targets, reduction="none")

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the share of sequences whose likeliest class is right."""
        return (outputs[-1].argmax(1) == targets).double().mean().item()

    def baseline(self) -> Baseline:
        """Return cross-entropy and accuracy of a blind guess among K classes."""
        k = len(self.output_names)
        title = Text(en="blind guess", zh="盲猜")
        return Baseline(torch.tensor(k).double().log().item(), 1 / k, title)

    def classes(self, batch: Batch) -> Tensor | None:
        """Colour a whole trajectory by the class it ends in."""
        return batch.targets.expand(len(batch.inputs), -1)

    def class_names(self) -> list[Text]:
        """Return the names of the classes."""
        return self.output_names


class ValueAtEnd(Task):
    """A task that asks for one real value after the last time step."""

    answer_kind = "value"
    metric_title = Text(en="mean squared error", zh="均方误差")

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the squared error at the last time step, (batch,)."""
        return (outputs[-1] - targets).square().mean(1)

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the mean squared error over the batch."""
        return self.losses(outputs, targets).double().mean().item()


class Series(Task):
    """A task that asks for real values at every time step."""

    answer_kind = "series"

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the squared error averaged over time and outputs, (batch,)."""
        return (outputs - targets).square().mean((0, 2))


def nrmse(outputs: Tensor, targets: Tensor) -> float:
    """Return the root mean squared error over the targets' standard deviation."""
    error = (outputs.double() - targets.double()).square().mean().sqrt()
    return (error / targets.double().std(correction=0)).item()


def one_hot(symbols: Tensor, count: int) -> Tensor:
    """Return (time, batch) symbols as (time, batch, count) float32 ones and zeros."""
    return functional.one_hot(symbols, count).float()


TASKS: Registry[Task] = Registry("explorer.tasks", Path(__file__).parent)
