"""What views of single units share: which state, which unit, from which step on."""

from collections.abc import Mapping

import numpy as np

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.probes.seriation import most_varying
from explorer.texts import Text
from explorer.views._view import Choice, Scene

CLICKED = "clicked"
"""The value of a choice, and the name of what was clicked, such as "17,4"."""
MOST_OFFERED = 8
MOST_UNITS = 64
LEAST_REACH = 0.3  # below it, colours that reach to 1 are too pale to be told apart
FEW_OF_ALL = Text(en="first {few} of {all} units", zh="{all} 个单元中的前 {few} 个")
VARY_MOST = Text(
    en="the {few} of {all} units that vary most",
    zh="{all} 个单元中变化最大的 {few} 个",
)
MOST = Text(en="varies most", zh="变化最大")
NEXT = Text(en="varies most: no. {place}", zh="变化第 {place} 大")
BY_CLICK = Text(en="the one clicked", zh="点选的单元")


def state_choice(config: RunConfig, gates: bool = True) -> list[Choice]:
    """Return the choice of a state or a gate; none where there is just one."""
    cell = CELLS[config.cell]
    names = [*cell.states, *(cell.gates if gates else ())]
    if len(names) == 1:
        return []
    title = Text(en="state or gate", zh="状态或门")
    title = title if gates else Text(en="state", zh="状态")
    values = {name: Text(en=f"{name}ₜ", zh=f"{name}ₜ") for name in names}
    return [Choice("state", title, values)]


def chosen_state(config: RunConfig, chosen: Mapping[str, str], gates: bool) -> str:
    """Return the name of the state or gate that the reader chose."""
    choice = state_choice(config, gates)
    return choice[0].of(chosen) if choice else "h"


def bound_of(config: RunConfig, name: str, values: np.ndarray) -> float | None:
    """Return the largest value that can be; None where the data had better say.

    That is where no bound is known, and where h comes nowhere near what bounds the
    activation: cells that add small pieces to h would be blank.
    """
    reach = float(np.abs(values).max(initial=0.0))
    if name in CELLS[config.cell].gates:
        return 1.0 if reach <= 1 else None
    bounded = name == "h" and ACTIVATIONS[config.activation].bounded
    return 1.0 if bounded and LEAST_REACH <= reach <= 1 else None


def newest(scene: Scene) -> Scene:
    """Return the run at the last step that can be visited."""
    return scene.at(scene.weight_steps[-1])


def leaders(scene: Scene, layer: int, count: int = MOST_OFFERED) -> list[int]:
    """Return the units whose h varies most after the newest step, that first.

    Of the newest step, whichever is shown: going back in training changes no unit.
    """

    def found() -> list[int]:
        hidden = newest(scene).trace.states["h"][layer]
        return most_varying(hidden, hidden.shape[-1]).tolist()

    return scene.once(("leaders", layer), found)[:count]


def clicked(config: RunConfig, chosen: Mapping[str, str]) -> list[int]:
    """Return the units that were clicked in any picture, the last one first."""
    found = [
        int(part)
        for part in chosen.get(CLICKED, "").split(",")
        if part.isascii() and part.isdecimal() and len(part) < 6
    ]
    return [unit for unit in found if unit < config.hidden_size]


def unit_choice(config: RunConfig) -> list[Choice]:
    """Return the choice of a unit: by how much it varies, or by a click; if any."""
    if config.hidden_size == 1:
        return []
    count = min(MOST_OFFERED, config.hidden_size)
    values = {"0": MOST}
    values |= {str(i): NEXT.format(place=i + 1) for i in range(1, count)}
    values[CLICKED] = BY_CLICK
    return [Choice("unit", Text(en="unit", zh="单元"), values)]


def chosen_unit(scene: Scene, chosen: Mapping[str, str], layer: int) -> int:
    """Return the number of the unit that the reader chose; the first if none was."""
    choice = unit_choice(scene.config)
    value = choice[0].of(chosen) if choice else "0"
    known = leaders(scene, layer)
    if value == CLICKED:
        return next(iter(clicked(scene.config, chosen)), known[0])
    return known[int(value)]
