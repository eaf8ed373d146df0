"""What a view is: from what was computed of a run to a picture that explains itself."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import numpy as np

from explorer.config import RunConfig
from explorer.model import Trace
from explorer.registry import Registry
from explorer.tasks import TASKS, Score, Task
from explorer.texts import Language, Text

SHOWN = 0
"""Which of the traced sequences is shown where one is: the same in every picture."""
Value = TypeVar("Value")


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
    """

    config: RunConfig
    steps: np.ndarray
    loss: np.ndarray
    metric: np.ndarray
    step: int
    trace: Trace
    scores: Sequence[Score] = ()

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
    """

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

    @abstractmethod
    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the picture as Plotly's data and layout."""

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
