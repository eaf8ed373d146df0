"""One time step of the trained network for one unit: its equations in numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.figures._theme import number
from explorer.figures.cell_equations import cell_equations
from explorer.probes.inside import Inside, inside, most_varied, values_along
from explorer.probes.perturbation import Change, replay
from explorer.texts import Language, Text
from explorer.views._change import asked_last, in_words, whole
from explorer.views._view import (
    SHOWN,
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
)

MOST_UNITS = 64


def _units(scene: Scene, layer: int) -> list[int]:
    return scene.once(
        ("varied units", layer), lambda: most_varied(scene.trace, layer, MOST_UNITS)
    )


def _unit(scene: Scene, chosen: Mapping[str, str]) -> int:
    first = _units(scene, chosen_layer(scene.config, chosen))[0]
    return whole(chosen.get("unit", ""), scene.config.hidden_size, first)


def _inside(scene: Scene, chosen: Mapping[str, str]) -> Inside:
    layer, unit = chosen_layer(scene.config, chosen), _unit(scene, chosen)
    return scene.once(
        ("inside", layer, unit),
        lambda: inside(scene.config, dict(scene.weights), scene.trace, layer, unit),
    )


def _changed(scene: Scene, change: Change, layer: int, unit: int) -> list[np.ndarray]:
    """Return the equations' numbers along the changed path."""
    config, trace, weights = scene.config, scene.trace, dict(scene.weights)
    found = replay(config, weights, trace, change, SHOWN)
    inputs, held = trace.inputs[:, SHOWN].copy(), {}
    if change.what == "x":
        inputs[change.when, change.index] = found.became
    elif change.what not in found.states and change.layer == layer:
        held = {change.what: (change.when, change.index, found.became)}
    states = {name: both[1] for name, both in found.states.items()}
    return values_along(config, weights, inputs, states, layer, unit, held)


@VIEWS.register
class CellEquations(View):
    """The cell's equations, term by term, with the numbers of one unit."""

    order = 1
    page = "inside_the_cell"
    size = "wide"
    drawing = "equations"
    title = Text(en="The equations in numbers", zh="公式里的数字")
    caption = Text(
        en="Each line of the cell with one unit's numbers at time step t. Press one: "
        "its origin, its gradient, a what-if.",
        zh="循环单元的每一行公式，下面是某个隐藏单元在时间步 t 的数字。"
        "点一个：它从哪来、梯度到哪去、改了会怎样。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the layers; unit and change are chosen in the drawing."""
        return layer_choice(config)

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the lines, their numbers at all time steps, and what changed them."""
        config, unit = scene.config, _unit(scene, chosen)
        layer, found = chosen_layer(config, chosen), _inside(scene, chosen)
        change = asked_last(config, scene.task, chosen)
        moved: list[np.ndarray] = []
        told = None
        if change is not None:
            moved = scene.once(
                ("changed", change, layer, unit),
                lambda: _changed(scene, change, layer, unit),
            )
            words = in_words(change, scene.task.input_names, config.num_layers)
            told = {"when": change.when, "what": words.to(language)}
        return cell_equations(
            found.rows,
            found.numbers,
            unit=unit,
            units=_units(scene, layer),
            hidden_size=config.hidden_size,
            layer=layer,
            input_names=[n.to(language) for n in scene.task.input_names],
            around=whole(chosen.get("around", ""), config.seq_len, config.seq_len - 1),
            language=language,
            changed=moved,
            change=told,
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return each state and gate of the unit at the last time step."""
        found = _inside(scene, chosen)
        seen = [n for n in found.numbers if n.state and not n.before]
        values = ", ".join(f"{n.state} = {number(n.values[-1])}" for n in seen)
        return Text(
            en="{cell}, unit {unit} at the last time step {t}: {values}.",
            zh="{cell}，单元 {unit}，最后一个时间步 {t}：{values}。",
        ).format(
            cell=CELLS[scene.config.cell].title,
            unit=_unit(scene, chosen),
            t=scene.config.seq_len - 1,
            values=values,
        )
