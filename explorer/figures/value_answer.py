"""One sequence, and target and answer on a number line."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from explorer.figures._input_panel import InputKind
from explorer.figures._sample import below, question, told
from explorer.figures._theme import (
    BLUE,
    FAINT,
    ORANGE,
    Figure,
    axis,
    number,
    round_up,
    rounded,
)
from explorer.texts import Language

LARGEST_TOLD = 1e6
"""An error beyond it is that of a run that blew up; its power of ten has no room."""


def value_answer(
    inputs: ArrayLike,
    *,
    input_names: Sequence[str],
    input_kind: InputKind,
    target: float,
    answer: float | None,
    language: Language,
    value_range: tuple[float, float] | None = None,
    highlight: Sequence[int] | None = None,
) -> Figure:
    """Draw the input above a number line with the target and the answer.

    Args:
        inputs: One sequence, shape (T, D), T >= 1.
        input_names: Names of the D inputs, in the page's language.
        input_kind: "symbols" for one-hot inputs, "values" otherwise.
        target: The right value.
        answer: The network's, or None before it has answered.
        language: "en" or "zh".
        value_range: Ends of the number line; it grows if a value lies outside.
        highlight: Which symbols carry the message; the rare ones if None.
    """
    known = answer if answer is not None and np.isfinite(answer) else None
    values = [target] if known is None else [target, known]
    figure = question(inputs, input_names, input_kind, highlight, 0.44, language)
    figure["data"] += _number_line(target, known)
    figure["layout"] |= {
        "xaxis2": axis(anchor="y2", range=_line_ends(values, value_range)),
        "yaxis2": {
            "anchor": "x2",
            "domain": [0, 0.16],
            "range": [-1, 1],
            "visible": False,
            "fixedrange": True,
        },
    }
    figure["layout"]["annotations"] += told(
        number(target),
        None if answer is None else number(answer),
        error=_error(known, target),
        top=0.18,
        glyph="◇",
        language=language,
    )
    return figure


def _error(answer: float | None, target: float) -> str | None:
    if answer is None or abs(answer - target) > LARGEST_TOLD:
        return None
    return number(answer - target, signed=True)


def _number_line(target: float, answer: float | None) -> list[dict[str, Any]]:
    ends = rounded([target] if answer is None else [target, answer])
    between = below("scatter") | {
        "mode": "lines",
        "x": ends,
        "y": [0] * len(ends),
        "line": {"color": FAINT, "width": 4},
        "hoverinfo": "skip",
    }
    spots = below("scatter") | {
        "mode": "markers",
        "x": ends[::-1],
        "y": [0] * len(ends),
        "cliponaxis": False,
        "marker": {
            "color": [BLUE, ORANGE][-len(ends) :],
            "symbol": ["circle", "diamond-open"][-len(ends) :],
            "size": [11, 16][-len(ends) :],
            "opacity": 1,
            "line": {"width": [0, 2.5][-len(ends) :]},
        },
        "hovertemplate": "%{x:.4g}<extra></extra>",
    }
    return [between, spots]


def _line_ends(
    values: list[float], value_range: tuple[float, float] | None
) -> list[float]:
    """Return ends that hold every value; round ones, so that they seldom move."""
    low, high = value_range or (0.0, 1.0)
    if max(values) > high:
        high = round_up(1.05 * max(values)) if max(values) > 0 else 0.0
    if min(values) < low:
        low = -round_up(-1.05 * min(values)) if min(values) < 0 else 0.0
    pad = 0.03 * (high - low)
    return [low - pad, high + pad]
