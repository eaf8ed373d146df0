"""One unit over time, in several sequences, and its gates."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.config import RunConfig
from explorer.figures._missing import BLOWN_UP, with_sentence
from explorer.figures._theme import number
from explorer.figures.unit_lines import unit_lines
from explorer.texts import Language, Text
from explorer.views._units import chosen_state, chosen_unit, state_choice, unit_choice
from explorer.views._view import (
    SHOWN,
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
)

MOST_SEQUENCES = 8


def _lines(scene: Scene, chosen: Mapping[str, str]) -> tuple[str, int, np.ndarray]:
    """Return a state's name, a unit and its values, the shown sequence first."""
    layer = chosen_layer(scene.config, chosen)
    name = chosen_state(scene.config, chosen, gates=False)
    unit = chosen_unit(scene, chosen, layer)
    return name, unit, scene.trace.states[name][layer, :, SHOWN:, unit]


@VIEWS.register
class Unit(View):
    """A unit's state as lines, one a sequence, above its gates."""

    page = "trajectories"
    order = 22
    title = Text(en="One unit", zh="单个隐藏单元")
    caption = Text(
        en="A line is the unit's state in one sequence; if colours part, it tells "
        "classes apart. Click any unit to see it here.",
        zh="一条线是该单元在一个序列中的状态；颜色分开说明它能区分类别。"
        "在别处点选单元即可在此查看。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the units that vary most, the states and the layers."""
        states = state_choice(config, gates=False)
        return [*unit_choice(config), *states, *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the lines."""
        name, unit, values = _lines(scene, chosen)
        layer = chosen_layer(scene.config, chosen)
        gates = scene.trace.gates.items()
        figure = unit_lines(
            values[:, :MOST_SEQUENCES],
            unit=unit,
            state=f"{name}ₜ",
            gates={f"{gate}ₜ": g[layer, :, SHOWN, unit] for gate, g in gates},
            language=language,
            labels=self._labels(scene),
            label_names=[text.to(language) for text in scene.task.class_names()],
        )
        lost = not np.isfinite(values).any()
        return with_sentence(figure, BLOWN_UP, language) if lost else figure

    def _labels(self, scene: Scene) -> list[int]:
        """Return each sequence's class, where it keeps one from start to end."""
        classes = scene.trace.classes
        if classes is None or (classes != classes[:1]).any():
            return []
        return [int(label) for label in classes[0, SHOWN:][:MOST_SEQUENCES]]

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return which unit it is, its range, and where it ends."""
        name, unit, values = _lines(scene, chosen)
        return Text(
            en="{name} of unit {unit} in {count} sequences, from {low} to {high}; in "
            "the shown one it ends at {last}.",
            zh="单元 {unit} 的 {name}，共 {count} 个序列，取值 {low} 到 {high}；"
            "在所示序列中末值为 {last}。",
        ).format(
            name=name,
            unit=unit,
            count=min(values.shape[1], MOST_SEQUENCES),
            low=number(values.min()),
            high=number(values.max()),
            last=number(values[-1, 0]),
        )
