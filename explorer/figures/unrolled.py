"""The network unrolled: states, gates and gradients of one sequence, for our stage."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.figures._planes import DECADES, log_levels, packed, parts, upper_decade
from explorer.figures._theme import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILLION,
    Figure,
    finite_values,
    round_up,
    rounded,
)
from explorer.texts import Language, Text

MOST_TIMES, MOST_UNITS = 300, 64
MOST_VALUES = 26_000
"""How many values of states are sent, 4 bytes each."""
LEAST_REACH = 0.3  # below it, colours that reach to 1 are too pale to be told apart
DIGITS = 6
SPREAD = (10, 90)  # percentiles over the units
Array = NDArray[np.float64]

WORDS = {
    "play": Text(en="Play the unrolled network", zh="播放展开的网络"),
    "pause": Text(en="Pause the unrolled network", zh="暂停展开的网络"),
    "back": Text(en="One step back", zh="后退一步"),
    "on": Text(en="One step on", zh="前进一步"),
    "place": Text(en="Place in the two passes", zh="在两趟中的位置"),
    "speed": Text(en="Speed", zh="速度"),
    "pass": Text(en="Pass", zh="方向"),
    "forward": Text(en="forward", zh="前向"),
    "backward": Text(en="backward", zh="反向"),
    "loss": Text(en="loss", zh="损失"),
    "open": Text(en="Open this time step", zh="打开这一时间步"),
    "close": Text(en="Close", zh="关闭"),
    "input": Text(en="input", zh="输入"),
    "answer": Text(en="answer", zh="回答"),
    "target": Text(en="target", zh="目标"),
    "network": Text(en="network", zh="网络"),
    "gates": Text(en="gates", zh="门"),
    "gate_key": Text(
        en="gate: mean openness, whisker 10–90 % of units",
        zh="门：平均开度，细线为 10–90% 的单元",
    ),
    "unit_key": Text(en="a unit's state", zh="单元的状态"),
    "gradient_key": Text(en="gradient (log scale)", zh="梯度（对数刻度）"),
    "floor_key": Text(
        en="thin line: below {floor}; no line: exactly 0",
        zh="细线：低于 {floor}；无线：恰为 0",
    ),
    "zero": Text(en="exactly 0", zh="恰为 0"),
    "nan": Text(en="not a number", zh="不是数"),
    "units": Text(en="units", zh="单元"),
    "nothing": Text(en="nothing asked", zh="此处不提问"),
    "step": Text(en="time step", zh="时间步"),
}
FEWER = Text(
    en="drawn: {units} of {all_units} units, {times} of {all_times} time steps",
    zh="图中画出 {all_units} 个单元中的 {units} 个、"
    "{all_times} 个时间步中的 {times} 个",
)
BROKEN = Text(
    en="The run blew up: some of its numbers are not finite, and are hatched.",
    zh="该运行已发散：有些数不再是有限值，以斜线标出。",
)


class State(NamedTuple):
    """A state of one layer in one sequence and dL/ds at each time step, (T, H)."""

    values: Array
    gradients: Array


class Drawn(NamedTuple):
    """Which time steps and which units are drawn, ascending."""

    times: NDArray[np.int64]
    units: NDArray[np.int64]


def drawn(length: int, units: int, states: int) -> Drawn:
    """Return what is drawn, both ends included: thinned evenly where it is too much."""
    times = _spread(length, MOST_TIMES)
    fit = MOST_VALUES // (len(times) * states)
    return Drawn(times, _spread(units, min(MOST_UNITS, fit)))


def unrolled(
    states: Mapping[str, State],
    gates: Mapping[str, Array],
    *,
    keep: str | None,
    inputs: dict[str, Any],
    answers: dict[str, Any],
    loss: float,
    language: Language,
) -> Figure:
    """Return what the stage draws.

    Norms and gates' means are of all units, at the time steps that are drawn; states
    are float32, as they are; the gradient of one unit is told by its brightness alone.

    Args:
        states: name -> its values and gradients.
        gates: name -> (T, H), from 0 to 1.
        keep: the gate on the direct path of the last state to itself, if any.
        inputs: from `read`.
        answers: from one of the `said_…`.
        loss: the sequence's own.
        language: "en" or "zh".
    """
    some = next(iter(states.values())).values
    shown = drawn(len(some), some.shape[1], len(states))
    top = upper_decade([_norms(state.gradients).max() for state in states.values()])
    return {
        "length": len(some),
        "times": shown.times.tolist(),
        "units": shown.units.tolist(),
        "note": _note(some, states, gates, shown).to(language),
        "scale": {"top": top, "bottom": top - DECADES},
        "states": [_lane(n, s, shown, top) for n, s in states.items()],
        "gates": [_gate(n, g, shown, n == keep) for n, g in gates.items()],
        "inputs": inputs,
        "answers": answers,
        "loss": rounded([loss], DIGITS)[0],
        "words": {name: text.to(language) for name, text in WORDS.items()},
        "colours": {
            "low": BLUE,
            "high": VERMILLION,
            "gradient": ORANGE,
            "gate": GREEN,
            "target": ORANGE,
            "answer": BLUE,
            "wrong": VERMILLION,
            "idle": GREY,
        },
    }


def _spread(length: int, most: int) -> NDArray[np.int64]:
    count = max(min(length, most), 1)
    return np.linspace(0, length - 1, count).round().astype(np.int64)


def _norms(values: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.linalg.norm(values, axis=1)


def _lane(name: str, state: State, shown: Drawn, top: int) -> dict[str, Any]:
    cells = np.ix_(shown.times, shown.units)
    return {
        "name": name,
        "values": packed(state.values[cells]),
        "limit": _limit(state.values),
        "norms": rounded(_norms(state.values)[shown.times], DIGITS),
        "gradients": rounded(_norms(state.gradients)[shown.times], DIGITS),
        "levels": log_levels(state.gradients[cells], top),
    }


def _gate(name: str, gate: Array, shown: Drawn, keeps: bool) -> dict[str, Any]:
    at = gate[shown.times]
    low, high = np.percentile(at, SPREAD, axis=1)
    return {
        "name": name,
        "keeps": keeps,
        "mean": rounded(at.mean(axis=1)),
        "low": rounded(low, 3),
        "high": rounded(high, 3),
        "levels": parts(at[:, shown.units]),
    }


def _limit(values: Array) -> float:
    """Return the |state| of the strongest colour, steady while a run trains."""
    known = np.abs(finite_values([values]))
    if known.size and LEAST_REACH <= known.max() <= 1:
        return 1.0
    # A percentile, or one unit that runs away would bleach all the others.
    return round_up(float(np.percentile(known, 99))) if known.size else 1.0


def _note(
    some: Array, states: Mapping[str, State], gates: Mapping[str, Array], shown: Drawn
) -> Text:
    """Return what is left out, or that the numbers are no numbers."""
    arrays = [*(array for state in states.values() for array in state), *gates.values()]
    if not all(np.isfinite(array).all() for array in arrays):
        return BROKEN
    times, units = len(shown.times), len(shown.units)
    if (times, units) == some.shape:
        return Text(en="", zh="")
    return FEWER.format(
        units=units, times=times, all_units=some.shape[1], all_times=some.shape[0]
    )
