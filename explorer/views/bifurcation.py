"""What a network does in the long run as its recurrent weights are scaled by a gain."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from explorer.cells import Cell
from explorer.config import RunConfig
from explorer.dynamics.bifurcation import (
    bifurcation,
    largest_exponents,
    random_network,
)
from explorer.dynamics.fixed_points import spread_states
from explorer.dynamics.lyapunov import mean_field_exponent
from explorer.figures._missing import BLOWN_UP, with_sentence
from explorer.figures._theme import number
from explorer.figures.bifurcation_diagram import bifurcation_diagram
from explorer.texts import Language, Text
from explorer.views._layer import held_input, held_words, kept, layer_of
from explorer.views._view import (
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
)

NETWORK = Choice(
    "network",
    Text(en="network", zh="网络"),
    {
        "random": Text(en="random network", zh="随机网络"),
        "run": Text(en="this run's weights", zh="本运行的权重"),
    },
)
UNITS = 100
GAINS, FEWER = np.linspace(0.5, 3, 101), np.linspace(0.5, 3, 51)
STARTS = 2
EASY, KEPT = 64, 120
TRANSIENT, SHORT = 200, 80
"""How long orbits go by first: of the random network, and of a run, which moves on."""


class LongRun(NamedTuple):
    """What is visited, of one unit (gains, values), and the exponents (gains,)."""

    gains: np.ndarray
    visited: np.ndarray
    exponents: np.ndarray
    unit: int


@lru_cache(maxsize=16)
def _random(seed: int) -> LongRun:
    cell = random_network(UNITS, seed)
    starts = np.random.default_rng(seed + 1).standard_normal((STARTS, UNITS))
    return _long_run(cell, GAINS, np.zeros(1), starts, 0, TRANSIENT)


def _of_run(scene: Scene, chosen: Mapping[str, str]) -> LongRun | None:
    layer, x = layer_of(scene, chosen), held_input(scene, chosen)
    if x is None or not layer.finite:
        return None
    starts = spread_states(layer.states, STARTS)
    unit = int(layer.states.std(axis=(0, 1)).argmax())
    gains = GAINS if starts.shape[1] <= EASY else FEWER
    return _long_run(layer.cell, gains, x, starts, unit, SHORT)


def _long_run(
    cell: Cell,
    gains: np.ndarray,
    x: np.ndarray,
    starts: np.ndarray,
    unit: int,
    transient: int,
) -> LongRun:
    found = bifurcation(cell, gains, x, starts, transient, KEPT)
    visited = found.values[..., unit].reshape(len(gains), -1)
    exponents = largest_exponents(cell, gains, x, starts[:1], transient, transient)
    return LongRun(gains, visited, exponents[:, 0], unit)


def _told(value: float) -> str:
    return number(float(value)) if np.isfinite(value) else "–"


@lru_cache(maxsize=1)
def _mean_field() -> np.ndarray:
    return np.array([mean_field_exponent(gain) for gain in GAINS])


@VIEWS.register
class BifurcationView(View):
    """What an orbit visits over the gain, and its largest Lyapunov exponent."""

    page = "dynamics"
    size = "tall"
    order = 33
    title = Text(en="Bifurcation over the gain", zh="随增益的分岔")
    caption = Text(
        en="Weights times g: a line is rest, a few a cycle, a band never repeats. "
        "A random network turns chaotic past g = 1.",
        zh="循环权重乘以 g：一条线是静止，几条线是周期，一片带是永不重复。"
        "随机网络在 g = 1 之后走向混沌（指数大于 0）。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the run's own weights where one matrix is all that recurs."""
        if config.cell != "rnn":
            return []
        return [NETWORK, *layer_choice(config)]

    def _long_run(self, scene: Scene, chosen: Mapping[str, str]) -> LongRun | None:
        if not self._own(scene.config, chosen):
            return _random(scene.config.seed)
        name = ("bifurcation", chosen_layer(scene.config, chosen))
        return kept(scene, name, lambda: _of_run(scene, chosen))

    def _own(self, config: RunConfig, chosen: Mapping[str, str]) -> bool:
        return config.cell == "rnn" and NETWORK.of(chosen) == "run"

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return both panels."""
        found, own = self._long_run(scene, chosen), self._own(scene.config, chosen)
        if found is None:
            nothing = np.full((len(GAINS), 1), np.nan)
            found = LongRun(GAINS, nothing, nothing[:, 0], 0)
            drawn = self._drawn(scene, found, own, language)
            drawn["layout"]["annotations"] = []
            return with_sentence(drawn, BLOWN_UP, language)
        return self._drawn(scene, found, own, language)

    def _drawn(
        self, scene: Scene, found: LongRun, own: bool, language: Language
    ) -> dict[str, Any]:
        return bifurcation_diagram(
            found.gains,
            found.visited,
            found.exponents,
            mean_field=None if own else _mean_field(),
            language=language,
            unit=self._unit(scene, found, own).to(language),
        )

    def _unit(self, scene: Scene, found: LongRun, own: bool) -> Text:
        if not own:
            return Text(
                en="values of one unit of x′ = tanh(g W x), N = {units}",
                zh="x′ = tanh(g W x) 中一个单元的取值，N = {units}",
            ).format(units=UNITS)
        return Text(
            en="values of unit {unit} of {units}, {held}",
            zh="第 {unit} 个单元（共 {units} 个）的取值，{held}",
        ).format(
            unit=found.unit + 1,
            units=scene.config.hidden_size,
            held=held_words(scene.config, {}),
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the exponents at both ends and at g = 1, and where chaos begins."""
        found = self._long_run(scene, chosen)
        if found is None:
            return Text(en="0 gains measured: blown up.", zh="测得 0 个增益：已发散。")
        at = [int(np.abs(found.gains - g).argmin()) for g in (0.5, 1, 3)]
        first, one, last = (_told(found.exponents[k]) for k in at)
        positive = found.gains[found.exponents > 0.01]
        onset = number(float(positive[0])) if positive.size else "–"
        return Text(
            en="Largest Lyapunov exponent over the gain: {first} at g = 0.5, {one} at "
            "g = 1, {last} at g = 3; above 0.01 from g = {onset} on.",
            zh="最大李雅普诺夫指数随增益的变化：g = 0.5 时 {first}，g = 1 时 {one}，"
            "g = 3 时 {last}；从 g = {onset} 起大于 0.01。",
        ).format(first=first, one=one, last=last, onset=onset)
