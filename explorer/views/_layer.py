"""What pictures of dynamics share: a layer, its input held still, where it rests."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np

from explorer.cells import Cell
from explorer.config import RunConfig
from explorer.dynamics.fixed_points import (
    FixedPoints,
    fixed_points,
    search_states,
    spread_states,
)
from explorer.step_map import StepMap, layer_cell
from explorer.texts import Text
from explorer.views._kept import Kept
from explorer.views._view import Choice, Scene, chosen_layer

ENTRIES = 200_000
"""How many entries the Jacobians of a search have: it then takes 0.2 s at S = 64."""
MOST_DESCENTS, LEAST_DESCENTS = 48, 8
MOST_STEPS = 30
HELD = Text(en="input held at", zh="输入固定为")
MEAN, ZERO = "mean", "zero"
_KEPT: Kept[Any] = Kept(256)
Value = TypeVar("Value")


class Layer(NamedTuple):
    """One layer of a run at the step that is shown.

    Attributes:
        cell: the layer itself.
        names: the states of which its whole state consists.
        states: (time, batch, S), whole states after each time step.
        inputs: (time, batch, input), what it got.
    """

    cell: Cell
    names: tuple[str, ...]
    states: np.ndarray
    inputs: np.ndarray

    @property
    def finite(self) -> bool:
        """Whether there is anything to measure: a run that blew up has nothing."""
        weights = (p.numpy() for p in self.cell.parameters())
        return bool(
            np.isfinite(self.states).all()
            and np.isfinite(self.inputs).all()
            and all(np.isfinite(weight).all() for weight in weights)
        )


def layer_of(scene: Scene, chosen: Mapping[str, str]) -> Layer:
    """Return the layer that the reader chose."""
    place = chosen_layer(scene.config, chosen)
    return scene.once(("layer", place), lambda: _layer(scene, place))


def _layer(scene: Scene, place: int) -> Layer:
    cell = layer_cell(scene.config, dict(scene.weights), place)
    names = StepMap(cell).names
    trace = scene.trace
    return Layer(
        cell=cell,
        names=names,
        states=np.concatenate([trace.states[name][place] for name in names], -1),
        inputs=trace.states["h"][place - 1] if place else trace.inputs,
    )


def kept(scene: Scene, name: tuple, compute: Callable[[], Value]) -> Value:
    """Return what is measured at the step that is shown, once for all who look."""
    return _KEPT.get((scene.config.key, scene.step, *name), compute)


def input_choice(config: RunConfig) -> Choice:
    """Return the choice of the input that is held still.

    Of symbols at most three are offered: two that carry the message, if any do.
    """
    task = config.build_task()
    mean = Text(en="mean input", zh="平均输入")
    if task.input_kind == "values":
        zero = Text(en="input 0", zh="输入 0")
        return Choice("input", HELD, {ZERO: zero, MEAN: mean})
    message = task.message_symbols or []
    others = [k for k in range(len(task.input_names)) if k not in message]
    offered = sorted((message[:2] + others)[:3])
    symbols = {f"symbol{k}": task.input_names[k] for k in offered}
    return Choice("input", HELD, {MEAN: mean, **symbols})


def held_words(config: RunConfig, chosen: Mapping[str, str]) -> Text:
    """Return in words what the layer's input is held at."""
    choice = input_choice(config)
    name = choice.of(chosen)
    what = {ZERO: Text(en="0", zh="0"), MEAN: Text(en="its mean", zh="平均值")}
    return Text(en="input held at {what}", zh="输入固定为 {what}").format(
        what=what.get(name) or choice.values[name]
    )


def held_input(scene: Scene, chosen: Mapping[str, str]) -> np.ndarray | None:
    """Return the constant input of the chosen layer, (input,).

    A layer above the first gets the mean of what it got while the network saw the
    symbol; None where it never did.
    """
    layer, name = layer_of(scene, chosen), input_choice(scene.config).of(chosen)
    if name == ZERO:
        return np.zeros(layer.inputs.shape[-1])
    if name == MEAN:
        return layer.inputs.mean(axis=(0, 1))
    symbol = int(name.removeprefix("symbol"))
    seen = scene.trace.inputs
    if chosen_layer(scene.config, chosen) == 0:
        return np.eye(seen.shape[-1])[symbol]
    when = seen.argmax(axis=-1) == symbol
    return layer.inputs[when].mean(axis=0) if when.any() else None


def descents(size: int) -> int:
    """Return from how many states to search a whole state of some size."""
    return int(np.clip(ENTRIES // size**2, LEAST_DESCENTS, MOST_DESCENTS))


def resting(scene: Scene, chosen: Mapping[str, str]) -> FixedPoints | None:
    """Return where the chosen layer rests; None where there is nothing to search."""
    name = (
        "resting",
        chosen_layer(scene.config, chosen),
        input_choice(scene.config).of(chosen),
    )
    return kept(scene, name, lambda: _searched(scene, chosen))


def _searched(scene: Scene, chosen: Mapping[str, str]) -> FixedPoints | None:
    layer, x = layer_of(scene, chosen), held_input(scene, chosen)
    if x is None or not layer.finite:
        return None
    count = descents(layer.states.shape[-1])
    starts = search_states(spread_states(layer.states, count // 2), count)
    return fixed_points(layer.cell, starts, x, MOST_STEPS)
