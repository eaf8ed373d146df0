"""What a view is: from what was computed of a run to a picture that explains itself."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeVar, cast

import numpy as np

from explorer.config import RunConfig
from explorer.history import initial_snapshot
from explorer.model import Trace
from explorer.registry import Registry
from explorer.tasks import TASKS, Score, Task
from explorer.texts import Language, Text

SHOWN = 0
"""Which of the traced sequences is shown where one is: the same in every picture."""
Value = TypeVar("Value")
Size = Literal["normal", "wide", "tall"]
"""A card's: one of two in a row, a row of its own, or one that is two rows high."""


class Visit(Protocol):
    """How a view comes to another step of its run, or to another run."""

    def __call__(self, config: RunConfig, step: int) -> "Scene":
        """Return a run at its last recorded step that is not after `step`."""


def beginning(config: RunConfig, step: int = 0) -> "Scene":
    """Return a run before its first update, which needs no record: a `Visit`."""
    first = initial_snapshot(config)
    return Scene(
        config=config,
        steps=np.array([0]),
        loss=np.array([first.loss]),
        metric=np.array([first.metric]),
        step=0,
        trace=first.trace(),
        weights=first.weights,
    )


@dataclass(frozen=True)
class Scene:
    """What there is to see of a run at one recorded training step.

    Attributes:
        steps: (records,), the recorded steps so far, ascending.
        loss: (records,), the training loss at each.
        metric: (records,), the task's score at each.
        step: the training step that is shown.
        trace: the network of that step over some held-out sequences.
        scores: further metrics of that step beside those of rivals, if the task has
            any.
        grad_norm: (records,), the norm of the gradient at each, before clipping.
        weights: the network's parameters of that step by name, for the probes.
        weight_steps: the steps that can be visited, ascending; `step` is among them.
        visit: leads to another step, or to another run.
    """

    config: RunConfig
    steps: np.ndarray
    loss: np.ndarray
    metric: np.ndarray
    step: int
    trace: Trace
    scores: Sequence[Score] = ()
    grad_norm: np.ndarray = field(default_factory=lambda: np.empty(0))
    weights: Mapping[str, Any] = field(default_factory=dict)
    weight_steps: Sequence[int] = (0,)
    visit: Visit = beginning

    def at(self, step: int) -> "Scene":
        """Return the run at another recorded step."""
        return self if step == self.step else self.visit(self.config, step)

    def of(self, config: RunConfig) -> "Scene":
        """Return another run at its last recorded step that is not after this one."""
        return self if config == self.config else self.visit(config, self.step)

    def once(self, name: Hashable, compute: Callable[[], Value]) -> Value:
        """Compute a thing once for all that show or tell it."""
        if name not in self._computed:
            self._computed[name] = compute()
        return cast(Value, self._computed[name])

    @cached_property
    def _computed(self) -> dict[Hashable, object]:
        return {}

    @cached_property
    def task(self) -> Task:
        """The run's task."""
        return self.config.build_task()


@dataclass(frozen=True)
class Choice:
    """A choice that a view offers: its values by name, the first one the default."""

    name: str
    title: Text
    values: dict[str, Text]

    def of(self, chosen: Mapping[str, str]) -> str:
        """Return what was chosen, or the default where that is not on offer."""
        value = chosen.get(self.name, "")
        return value if value in self.values else next(iter(self.values))


class View(ABC):
    """One picture.

    Attributes:
        title: what it shows.
        caption: how to read it, in two short lines.
        page: the stem of the page that shows it.
        size: how much room its card has, where the page lays cards in rows of two.
        drawing: what draws it: "plotly", or a script of our own in
            `ui/static/live/drawings/`, which takes whatever `figure` returns.
    """

    page: ClassVar[str] = "playground"
    size: ClassVar[Size] = "normal"
    drawing: ClassVar[str] = "plotly"
    order: ClassVar[int]
    title: ClassVar[Text]
    caption: ClassVar[Text]

    def applies(self, config: RunConfig) -> bool:
        """Return whether there is something to show of such a run."""
        return True

    def how_to_read(self, scene: Scene) -> Text:
        """Return the caption for a run."""
        return self.caption

    def choices(self, config: RunConfig) -> list[Choice]:
        """Return what the reader may choose for a run."""
        return []

    def complete(self, scene: Scene) -> bool:
        """Return whether the picture has all it can have.

        One that took too long to draw at once is drawn again and again until it has.
        """
        return True

    @abstractmethod
    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the picture as Plotly's data and layout, or what `drawing` takes."""

    @abstractmethod
    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return what the picture shows, with its numbers, for those who can't see."""


def brings(config: RunConfig, name: str) -> bool:
    """Return whether a run's task has what `Task` by itself has not, by its name."""
    return getattr(TASKS[config.task], name) is not getattr(Task, name)


def layer_choice(config: RunConfig) -> list[Choice]:
    """Return the choice of a layer, the top one first; none where there is just one."""
    if config.num_layers == 1:
        return []
    values = {
        str(layer): Text(en=f"layer {layer + 1}", zh=f"第 {layer + 1} 层")
        for layer in reversed(range(config.num_layers))
    }
    return [Choice("layer", Text(en="layer", zh="层"), values)]


def chosen_layer(config: RunConfig, chosen: Mapping[str, str]) -> int:
    """Return the layer that the reader chose, counted from 0."""
    choices = layer_choice(config)
    return int(choices[0].of(chosen)) if choices else 0


def spread(length: int, most: int) -> np.ndarray:
    """Return at most `most` evenly spaced indices below `length`, with both ends."""
    return np.linspace(0, length - 1, min(length, most)).round().astype(int)


VIEWS: Registry[View] = Registry("explorer.views", Path(__file__).parent)
