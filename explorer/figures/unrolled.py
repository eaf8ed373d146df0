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
from explorer.figures._unrolled_words import ABOVE, BROKEN, FEWER, WORDS
from explorer.texts import Language

MOST_TIMES, MOST_UNITS = 300, 64
MOST_VALUES = 26_000
"""How many values of states are sent, 4 bytes each."""
LEAST_REACH = 0.3  # below it, colours that reach to 1 are too pale to be told apart
DIGITS = 6
SPREAD = (10, 90)  # percentiles over the units
Array = NDArray[np.float64]


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
    above: int = 0,
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
        above: how many layers lie between this one and the loss.
    """
    some = next(iter(states.values())).values
    shown = drawn(len(some), some.shape[1], len(states))
    top = upper_decade([_norms(state.gradients).max() for state in states.values()])
    return {
        "length": len(some),
        "times": shown.times.tolist(),
        "units": shown.units.tolist(),
        "note": _note(states, gates, shown, above, language),
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
    states: Mapping[str, State],
    gates: Mapping[str, Array],
    shown: Drawn,
    above: int,
    language: Language,
) -> str:
    """Return what is left out, or that the numbers are no numbers."""
    arrays = [*(array for state in states.values() for array in state), *gates.values()]
    length, hidden = arrays[0].shape
    times, units = len(shown.times), len(shown.units)
    notes = [ABOVE.format(n=above)] if above else []
    if (times, units) != (length, hidden):
        notes.append(
            FEWER.format(units=units, times=times, all_units=hidden, all_times=length)
        )
    if not all(np.isfinite(array).all() for array in arrays):
        notes = [BROKEN]
    return " · ".join(note.to(language) for note in notes)
