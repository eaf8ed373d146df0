"""The whole phase portrait of a layer whose state has two entries, with any start."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import numpy as np

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.dynamics.fixed_points import FixedPoints, fixed_points
from explorer.dynamics.phase_portrait import orbit, phase_portrait
from explorer.figures._missing import BLOWN_UP
from explorer.figures._stability import KINDS, kinds, pace
from explorer.figures._theme import number
from explorer.figures.portrait import (
    Limits,
    Rest,
    limits_around,
    no_portrait,
    portrait,
)
from explorer.link import to_query
from explorer.texts import Language, Text
from explorer.views._layer import (
    Layer,
    held_input,
    held_words,
    input_choice,
    kept,
    layer_of,
)
from explorer.views._view import (
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
    spread,
)

GRID = 41
SEARCHED = 7
"""How many values of each coordinate are searched from."""
MOST_STEPS = 60
ORBIT = 150
MOST_TIMES, MOST_PATHS = 60, 4
CLOSE = 1e-3
"""An orbit has arrived within this share of the plane's width."""
DEFAULT_START = 0.85, 0.15
"""Where the start lies before it is dragged, in parts of width and height."""
SHOWN_WAY = 0.08
NEED = Text(
    en="A whole portrait needs a state of two numbers; this run's has {size}. "
    "Set Hidden units to {units}{cell}, train, and drag a start through the plane.",
    zh="完整的相图需要恰有两个数的状态，本运行的状态有 {size} 个数。"
    "请把隐藏单元数设为 {units}{cell}，训练后即可在平面上拖动起点。",
)


def _plane(scene: Scene, chosen: Mapping[str, str]) -> Layer | None:
    """Return the layer if its whole state is a plane."""
    layer = layer_of(scene, chosen)
    return layer if layer.states.shape[-1] == 2 else None


def _start(chosen: Mapping[str, str], limits: Limits) -> np.ndarray:
    """Return the start that was dropped, kept within the plane, or the usual one."""
    low, high = np.array(limits).T
    usual = low + np.array(DEFAULT_START) * (high - low)
    parts = chosen.get("start", "").split(",")
    try:
        dropped = np.array([float(part) for part in parts])
    except ValueError:
        return usual
    if dropped.shape != (2,) or not np.isfinite(dropped).all():
        return usual
    return np.clip(dropped, low, high)


def _found(
    scene: Scene, chosen: Mapping[str, str], layer: Layer, x: np.ndarray, limits: Limits
) -> FixedPoints:
    """Search from a grid: in a plane nothing need be left out."""
    name = ("portrait", chosen_layer(scene.config, chosen), str(chosen.get("input")))
    sides = [np.linspace(*ends, SEARCHED) for ends in limits]
    grid = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    return kept(scene, name, lambda: fixed_points(layer.cell, grid, x, MOST_STEPS))


@VIEWS.register
class PhasePortraitView(View):
    """Arrows, nullclines, fixed points, paths, and an orbit from any start."""

    page = "dynamics"
    size = "tall"
    drawing = "portrait"
    order = 34
    title = Text(en="Phase portrait", zh="相图")
    caption = Text(
        en="Arrows: one step under a constant input. Where both lines cross, the "
        "network rests. Drag the ring: the orbit from there.",
        zh="箭头：输入不变时走一步（过长的已缩短）。两条线的交点即不动点。"
        "拖动圆环，可看从那里出发的轨道。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the input that is held, and layers."""
        return [input_choice(config), *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return what the drawing takes."""
        layer = _plane(scene, chosen)
        if layer is None:
            return self._hint(scene, chosen, language)
        x = held_input(scene, chosen)
        if x is None or not layer.finite:
            return no_portrait(BLOWN_UP.to(language).replace("<br>", ""), [])
        limits = limits_around(layer.states)
        flow = phase_portrait(layer.cell, x, limits, GRID)
        found = _found(scene, chosen, layer, x, limits)
        path = orbit(layer.cell, x, _start(chosen, limits), ORBIT)
        times = spread(len(layer.states), MOST_TIMES)
        return portrait(
            names=_names(scene.config, layer),
            first=flow.first,
            second=flow.second,
            flow=flow.flow,
            rest=_rest(found, limits, language),
            paths=layer.states[times][:, :MOST_PATHS],
            times=times,
            orbit=path,
            said=self._said(path, found, limits, scene, chosen).to(language),
            language=language,
        )

    def _said(
        self,
        path: np.ndarray,
        found: FixedPoints,
        limits: Limits,
        scene: Scene,
        chosen: Mapping[str, str],
    ) -> Text:
        """Say where the orbit ends."""
        held = held_words(scene.config, chosen)
        begin, end = (_place(state) for state in (path[0], path[-1]))
        wide = np.array(limits)[:, 1] - np.array(limits)[:, 0]
        near = (np.abs(found.points - path[-1]) < CLOSE * wide).all(axis=1)
        if not np.isfinite(path).all():
            return Text(
                en="{held} · from {begin} the orbit runs off to infinity",
                zh="{held} · 从 {begin} 出发的轨道发散到无穷",
            ).format(held=held, begin=begin)
        if (near & found.stable).any():
            return Text(
                en="{held} · from {begin} to the stable point {end}",
                zh="{held} · 从 {begin} 到稳定点 {end}",
            ).format(held=held, begin=begin, end=end)
        return Text(
            en="{held} · from {begin}, after {steps} steps at {end}",
            zh="{held} · 从 {begin} 出发，{steps} 步后在 {end}",
        ).format(held=held, begin=begin, steps=ORBIT, end=end)

    def _hint(
        self, scene: Scene, chosen: Mapping[str, str], language: Language
    ) -> dict[str, Any]:
        """Say how to get a portrait, with links to runs that have one."""
        config = scene.config
        per_unit = layer_of(scene, chosen).states.shape[-1] // config.hidden_size
        query = to_query(config)
        links = []
        if per_unit <= 2:
            units = 2 // per_unit
            words = f"{CELLS[config.cell].title.to(language)}, H = {units}"
            links.append((words, urlencode(query | {"hidden_size": str(units)})))
        if per_unit > 1:
            # What the other cell does not know is left to its own defaults.
            other = {n: v for n, v in query.items() if n not in OF_THE_CELL}
            other |= {"cell": "gru", "hidden_size": "2"}
            links.append(("GRU, H = 2", urlencode(other)))
        return no_portrait(self._need(config, per_unit).to(language), links)

    def _need(self, config: RunConfig, per_unit: int) -> Text:
        gru = Text(en=" with a GRU", zh="（用 GRU）")
        return NEED.format(
            size=per_unit * config.hidden_size,
            units=2 // per_unit if per_unit <= 2 else 2,
            cell=Text(en="", zh="") if per_unit <= 2 else gru,
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return what rests in the plane and where the orbit ends."""
        layer = _plane(scene, chosen)
        if layer is None:
            per_unit = layer_of(scene, chosen).states.shape[-1]
            return self._need(scene.config, per_unit // scene.config.hidden_size)
        x = held_input(scene, chosen)
        if x is None or not layer.finite:
            return Text(en="0 states that can be drawn.", zh="可画的状态为 0 个。")
        limits = limits_around(layer.states)
        found = _found(scene, chosen, layer, x, limits)
        path = orbit(layer.cell, x, _start(chosen, limits), ORBIT)
        return Text(
            en="{stable} stable and {other} other fixed points in the plane; {said}.",
            zh="平面上有 {stable} 个稳定不动点和 {other} 个其他不动点；{said}。",
        ).format(
            stable=int(found.stable.sum()),
            other=int((found.fixed & (found.unstable > 0)).sum()),
            said=self._said(path, found, limits, scene, chosen),
        )


OF_THE_CELL = ("cell", "init", "init_value", "activation", "hidden_size")
"""Settings whose values depend on the cell."""


def _names(config: RunConfig, layer: Layer) -> list[str]:
    """Return the names of both entries, such as h₁ and h₂, or h and c."""
    if len(layer.names) == 2:
        return list(layer.names)
    return [f"{layer.names[0]}₁", f"{layer.names[0]}₂"]


def _place(state: np.ndarray) -> str:
    return f"({number(float(f'{state[0]:.2g}'))}, {number(float(f'{state[1]:.2g}'))})"


def _rest(found: FixedPoints, limits: Limits, language: Language) -> Rest:
    """Return the points within the plane, in words, with their ways out."""
    low, high = np.array(limits).T
    inside = ((found.points >= low) & (found.points <= high)).all(axis=1)
    inside &= found.fixed
    of_each = kinds(found.fixed[inside], found.unstable[inside], 2)
    largest = np.abs(found.eigenvalues[inside])
    words = [
        f"{KINDS[kind][0].to(language)} {_place(point)}: "
        + "; ".join(
            f"|λ| = {number(float(f'{v:.3g}'))}, {pace(float(f'{v:.3g}')).to(language)}"
            for v in moduli
        )
        for kind, point, moduli in zip(
            of_each, found.points[inside], largest, strict=True
        )
    ]
    reach = SHOWN_WAY * (high - low).max()
    ways = [
        [*(found.points[k] - reach * way), *(found.points[k] + reach * way)]
        for k in np.flatnonzero(inside)
        for way in found.directions[k]
    ]
    return Rest(found.points[inside], of_each, words, np.array(ways).reshape(-1, 4))
