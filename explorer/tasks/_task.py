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

IGNORE = -100
"""The target where nothing is asked, as torch's cross-entropy knows it."""
FAMILIES: dict[str, Text] = {
    "memory": Text(en="memory", zh="记忆"),
    "grammar": Text(en="grammar", zh="文法"),
    "forecast": Text(en="forecast", zh="预测"),
    "application": Text(en="application", zh="应用"),
}
"""What the tasks are grouped by, in the order of the menu."""


class Batch(NamedTuple):
    """Some sequences, which all end together: shorter ones begin with padding.

    Attributes:
        inputs: (time, batch, input), float32.
        targets: class at the end (batch,) int64, value at the end (batch, output)
            float32, series (time, batch, output) float32, or classes or labels
            (time, batch) int64, `IGNORE` where nothing is asked.
    """

    inputs: Tensor
    targets: Tensor


class Baseline(NamedTuple):
    """What somebody without a recurrent memory reaches, and how.

    Attributes:
        loss: the expected training loss, None where that has no meaning.
        metric: the expected metric.
    """

    loss: float | None
    metric: float
    title: Text


Mark = Literal["", "right", "wrong", "kept", "dropped", "missed"]
"""How a word of an answer is to be read."""


class Reading(NamedTuple):
    """A line of words, such as what the network was given or what it made of it."""

    title: Text
    words: list[tuple[str, Mark]]


class Score(NamedTuple):
    """What somebody reaches in several metrics: the network, or a rival.

    Attributes:
        values: metric's name -> value, the same names for all.
    """

    title: Text
    values: dict[str, float]


class Task(BaseModel):
    """One task with its length and parameters, which are the model's fields.

    Attributes:
        seq_len: the number of time steps that the network reads.
        question: one line on what the task asks.
        input_kind: one-hot "symbols" or real "values".
        answer_kind: what the network must say: a "class" or a "value" after the last
            time step; at every time step a "series" of values, one of several
            "classes", or "labels", a yes or no.
        sequences_axis: which axis of the targets counts the sequences.
        higher_is_better: which way the metric improves.
        mark: the metric from which on a run counts as having solved the task; None
            where no value says so, as with texts and measured series.
        value_range: where a value asked for at the end lies.
        family: the group of tasks that it belongs to, a key of `FAMILIES`.
        settings: settings of a run under which the task is instructive within 20 s.
        score_titles: what the metrics of `scores` are called, where their names are no
            proper names.
        unranked_scores: the names of those of which neither more nor less is better.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: ClassVar[int]
    family: ClassVar[str] = "memory"
    title: ClassVar[Text]
    question: ClassVar[Text]
    source: ClassVar[str]
    input_kind: ClassVar[Literal["symbols", "values"]]
    answer_kind: ClassVar[Literal["class", "value", "series", "classes", "labels"]]
    sequences_axis: ClassVar[int] = 1
    metric_title: ClassVar[Text]
    higher_is_better: ClassVar[bool] = False
    mark: ClassVar[float | None] = None
    value_range: ClassVar[tuple[float, float] | None] = None
    settings: ClassVar[dict[str, str | int | float]] = {}
    score_titles: ClassVar[dict[str, Text]] = {}
    unranked_scores: ClassVar[tuple[str, ...]] = ()

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
        """Draw sequences to train on."""

    def examples(self) -> Batch | None:
        """Return all there is to train on, None where every sequence is a fresh one."""
        return None

    def evaluation(self, batch_size: int, generator: Generator) -> Batch:
        """Return sequences for metric and pictures, apart from those to train on."""
        return self.sample(batch_size, generator)

    @property
    def asked_at_end(self) -> bool:
        """Whether an answer is asked for after the last time step alone."""
        return self.answer_kind in ("class", "value")

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

    @classmethod
    def solved(cls, metric: float) -> bool:
        """Return whether a metric passes the mark; no if the task has none, or NaN."""
        if cls.mark is None:
            return False
        return metric >= cls.mark if cls.higher_is_better else metric < cls.mark

    @abstractmethod
    def baseline(self) -> Baseline:
        """Return what guessing reaches."""

    def rivals(self) -> list[Baseline]:
        """Return what a linear or memoryless rival reaches, where there is one."""
        return []

    def readings(
        self, inputs: Tensor, targets: Tensor, outputs: Tensor
    ) -> list[Reading]:
        """Return one sequence, the right answer and the network's as words to read.

        Args:
            inputs: (time, input).
            targets: the targets of this sequence: (time,), (time, output), () or so.
            outputs: (time, output), what the readout says.
        """
        return []

    def counted(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return where the metric counts the answer, of the targets' shape, bool.

        Elsewhere the best answer may be a coin's: to miss it is no mistake.

        Args:
            inputs: (time, ..., input).
            targets: classes or labels, (time, ...).
        """
        return targets != IGNORE

    def said(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return what the metric takes as the answer at each time step, int64.

        Args:
            outputs: (time, ..., output), of classes or of labels.
            targets: (time, ...).
        """
        if self.answer_kind == "labels":
            return (outputs[..., 0] > 0).long()
        return outputs.argmax(-1)

    def scores(self, batch: Batch, outputs: Tensor) -> list[Score]:
        """Return further metrics of the network (first) and of its rivals, if any.

        Args:
            batch: held-out sequences.
            outputs: (time, batch, output), what the readout says to them.
        """
        return []

    def classes(self, batch: Batch) -> Tensor | None:
        """Return what to colour trajectories by, (time, batch) int64, if anything."""
        return None

    def class_names(self) -> list[Text]:
        """Return the names of those classes."""
        return []

    def chosen(self, batch: Batch, sequences: Tensor) -> Batch:
        """Return some of the sequences, by their indices (count,) int64."""
        return Batch(
            batch.inputs[:, sequences],
            batch.targets.index_select(self.sequences_axis, sequences),
        )

    def times(self) -> list[float]:
        """Return what the time steps of the first evaluation sequence are called."""
        return [float(t) for t in range(self.seq_len)]


class ClassAtEnd(Task):
    """A task that asks for one of several classes after the last time step."""

    answer_kind = "class"
    sequences_axis = 0
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
    sequences_axis = 0
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


class ClassPerStep(Task):
    """A task that asks for one of several classes at some or all time steps."""

    answer_kind = "classes"
    metric_title = Text(en="accuracy", zh="准确率")
    higher_is_better = True

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the cross-entropy in nats, averaged over the asked steps, (batch,)."""
        steps = functional.cross_entropy(
            outputs.permute(1, 2, 0), targets.T, reduction="none", ignore_index=IGNORE
        )
        return steps.sum(1) / (targets != IGNORE).sum(0).clamp(min=1)

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the share of the asked steps whose likeliest class is right."""
        asked = targets != IGNORE
        return (outputs.argmax(2) == targets)[asked].double().mean().item()


class LabelPerStep(Task):
    """A task that asks a yes or no at some or all time steps; one output, a logit."""

    answer_kind = "labels"

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the binary cross-entropy in nats over the asked steps, (batch,)."""
        asked = targets != IGNORE
        wanted = targets.clamp(min=0).to(outputs.dtype)
        steps = functional.binary_cross_entropy_with_logits(
            outputs[..., 0], wanted, reduction="none"
        )
        return (steps * asked).sum(0) / asked.sum(0).clamp(min=1)


class Finite(Task):
    """A task with a fixed set of examples: an epoch goes through each of them once."""

    @abstractmethod
    def examples(self) -> Batch:
        """Return all there is to train on."""

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw examples with replacement."""
        every = self.examples()
        count = every.inputs.shape[1]
        chosen = torch.randint(0, count, (batch_size,), generator=generator)
        return self.chosen(every, chosen)


def nrmse(outputs: Tensor, targets: Tensor) -> float:
    """Return the root mean squared error over the targets' standard deviation."""
    error = (outputs.double() - targets.double()).square().mean().sqrt()
    return (error / targets.double().std(correction=0)).item()


def one_hot(symbols: Tensor, count: int) -> Tensor:
    """Return (time, batch) symbols as (time, batch, count) float32 ones and zeros."""
    return functional.one_hot(symbols, count).float()


TASKS: Registry[Task] = Registry("explorer.tasks", Path(__file__).parent)
