"""When the network comes back to where it was: distances between all time steps."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.config import RunConfig
from explorer.figures._missing import BLOWN_UP, with_sentence
from explorer.figures._theme import number
from explorer.figures.recurrence_map import recurrence_map
from explorer.probes.recurrence import recurrence
from explorer.texts import Language, Text
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

MOST_TIMES = 90


def _distances(scene: Scene, layer: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the time steps that are drawn, (n,), and their distances, (n, n)."""

    def found() -> tuple[np.ndarray, np.ndarray]:
        hidden = scene.trace.states["h"][layer, :, SHOWN]
        times = spread(len(hidden), MOST_TIMES)
        return times, recurrence(hidden[times])

    return scene.once(("recurrence", layer), found)


@VIEWS.register
class RecurrencePlot(View):
    """The distance between the states of any two time steps of the shown sequence."""

    page = "trajectories"
    order = 24
    title = Text(en="Recurrence plot", zh="递归图")
    caption = Text(
        en="The stronger the blue, the nearer the state of step t to that of step t′. "
        "Blocks are states that last, diagonals beside the main one repeat a path.",
        zh="蓝色越浓，第 t 步与第 t′ 步的状态越接近。"
        "方块是持续的状态，主对角线旁的斜线是重走的路。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the layers."""
        return layer_choice(config)

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the map."""
        times, distances = _distances(scene, chosen_layer(scene.config, chosen))
        figure = recurrence_map(distances, times=times, language=language)
        lost = not np.isfinite(distances).any()
        return with_sentence(figure, BLOWN_UP, language) if lost else figure

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the largest distance, and that between the two ends."""
        times, distances = _distances(scene, chosen_layer(scene.config, chosen))
        return Text(
            en="Distances between the states of {count} time steps of one sequence: at "
            "most {most}; from the first to the last {ends}.",
            zh="一个序列 {count} 个时间步的状态之间的距离：最大 {most}；"
            "首末两步相距 {ends}。",
        ).format(
            count=len(times),
            most=number(distances.max()),
            ends=number(distances[0, -1]),
        )
