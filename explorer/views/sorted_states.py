"""Units by time steps of one sequence, the units in an order of the reader's choice."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from explorer.config import RunConfig
from explorer.figures._missing import BLOWN_UP, with_sentence
from explorer.figures.state_heatmap import state_heatmap
from explorer.probes.ranking import unit_ranking
from explorer.probes.seriation import by_peak, by_similarity
from explorer.texts import Language, Text
from explorer.views._units import (
    MOST_UNITS,
    VARY_MOST,
    bound_of,
    chosen_state,
    leaders,
    state_choice,
)
from explorer.views._view import (
    SHOWN,
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
    spread,
)

MOST_TIMES = 150
ORDER = Choice(
    "order",
    Text(en="order of the units", zh="单元的顺序"),
    {
        "peak": Text(en="by peak", zh="按峰值时刻"),
        "alike": Text(en="alike", zh="按相似"),
        "answer": Text(en="by answer", zh="按对回答的作用"),
        "number": Text(en="number", zh="按编号"),
    },
)
ORDERED = {
    "peak": Text(en="those that peak first on top", zh="峰值最早的在上"),
    "alike": Text(en="neighbours rise and fall together", zh="相邻的同升同降"),
    "answer": Text(en="what the answer owes most to on top", zh="对回答作用最大的在上"),
    "number": Text(en="by number", zh="按编号"),
}
TOP_ONLY = Text(en="only the top layer answers", zh="只有顶层参与回答")


class Shown(NamedTuple):
    """A state's name, its values (time, units) in order, and the units (units,)."""

    name: str
    values: np.ndarray
    units: np.ndarray


def _sorts(config: RunConfig, chosen: Mapping[str, str]) -> str:
    """Return the order to draw in: nothing below the top layer speaks to the answer."""
    order = ORDER.of(chosen)
    top = chosen_layer(config, chosen) == config.num_layers - 1
    return "number" if order == "answer" and not top else order


def _ranked(scene: Scene) -> np.ndarray:
    readout = scene.weights["readout.weight"]
    return unit_ranking(scene.config, readout, scene.trace).order


def _shown(scene: Scene, chosen: Mapping[str, str]) -> Shown:
    layer = chosen_layer(scene.config, chosen)
    name = chosen_state(scene.config, chosen, gates=False)
    values = scene.trace.states[name][layer, :, SHOWN]
    order = _sorts(scene.config, chosen)
    if order == "answer":
        units = scene.once("ranked", lambda: _ranked(scene))[:MOST_UNITS]
        return Shown(name, values[:, units], units)
    units = np.sort(leaders(scene, layer, MOST_UNITS))
    if order != "number":
        sort = by_peak if order == "peak" else by_similarity
        units = units[sort(values[:, units])]
    return Shown(name, values[:, units], units)


@VIEWS.register
class SortedStates(View):
    """Hidden states as a heatmap whose rows can be put into order."""

    page = "trajectories"
    order = 21
    title = Text(en="Units in order", zh="隐藏单元排序")
    caption = Text(
        en="A row is a unit, by its number. Sorted by peak, a diagonal is a chain that "
        "hands on; stripes to the end remember. Click one.",
        zh="一行是一个单元（左为编号）。按峰值排序时，"
        "斜线是依次接力的单元，直到末尾的条纹是记忆。可点选。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the orders, the states and the layers."""
        return [ORDER, *state_choice(config, gates=False), *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the heatmap."""
        name, values, units = _shown(scene, chosen)
        times = spread(len(values), MOST_TIMES)
        figure = state_heatmap(
            values[times],
            bound=bound_of(scene.config, name, values),
            language=language,
            note=self._note(scene.config, chosen).to(language),
            times=times,
            units=units,
        )
        lost = not np.isfinite(values).any()
        return with_sentence(figure, BLOWN_UP, language) if lost else figure

    def _note(self, config: RunConfig, chosen: Mapping[str, str]) -> Text:
        if _sorts(config, chosen) != ORDER.of(chosen):
            return TOP_ONLY
        if config.hidden_size > MOST_UNITS and ORDER.of(chosen) != "answer":
            return VARY_MOST.format(few=MOST_UNITS, all=config.hidden_size)
        return ORDERED[ORDER.of(chosen)]

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return how many rows there are, in which order, and the first ones."""
        name, values, units = _shown(scene, chosen)
        return Text(
            en="{name}: {units} units over {length} time steps, {order}. "
            "The first rows are units {first}.",
            zh="{name}：{units} 个单元、{length} 个时间步，{order}。"
            "最上面几行是单元 {first}。",
        ).format(
            name=name,
            units=len(units),
            length=len(values),
            order=ORDERED[_sorts(scene.config, chosen)],
            first=", ".join(map(str, units[:3].tolist())),
        )
