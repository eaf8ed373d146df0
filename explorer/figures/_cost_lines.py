"""Costs over the sequence length on logarithmic axes: lines, whiskers, guides, axes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._log_axis import log_axis, log_range
from explorer.figures._theme import (
    FAINT,
    LOG_SCALE,
    PALETTE,
    axis,
    finite_values,
    rounded,
)
from explorer.texts import Language, Text

LENGTH = Text(en="sequence length T", zh="序列长度 T")
TIME = Text(en="time, ms", zh="时间，毫秒")
MEMORY = Text(en="memory, MiB", zh="内存，MiB")
NOTHING = Text(en="nothing measured yet", zh="尚未测量")
DASHES = {"loop": "dot", "scan": "dash", "checkpointed": "dashdot"}
MARKS = {
    "loop": "circle-open",
    "unrolled": "square",
    "compiled": "star",
    "fused": "diamond",
    "scan": "triangle-up",
    "checkpointed": "x",
}
LIFT = 1.8  # how far above all that is measured a guide lies


class Curve(NamedTuple):
    """One way of one cell.

    Attributes:
        label: what the legend says, in the page's language.
        colour: the cell's place in the palette.
        way: a key of `MARKS`, which decides dash and marker.
        lengths: T of each point, (N,).
        values: what was measured, positive, (N,).
        low: where the whisker begins, (N,); None without whiskers.
        high: where it ends, (N,).
    """

    label: str
    colour: int
    way: str
    lengths: ArrayLike
    values: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None


def line(curve: Curve, unit: str, **more: Any) -> dict[str, Any]:
    """Return the trace of a curve; `more` are Plotly's keys."""
    colour = PALETTE[curve.colour % len(PALETTE)]
    trace = {
        "type": "scatter",
        "name": curve.label,
        "mode": "lines+markers",
        "x": np.asarray(curve.lengths).tolist(),
        "y": rounded(curve.values),
        "line": {"color": colour, "width": 2, "dash": DASHES.get(curve.way, "solid")},
        "marker": {"color": colour, "size": 8, "symbol": MARKS[curve.way]},
        "hovertemplate": f"T = %{{x}}: %{{y:.3~g}} {unit}",
    }
    if curve.low is not None and curve.high is not None:
        middle = np.asarray(curve.values, float)
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": rounded(np.asarray(curve.high) - middle),
            "arrayminus": rounded(middle - np.asarray(curve.low)),
            "color": colour,
            "thickness": 1.2,
            "width": 3,
        }
    return trace | more


def guide(
    power: float, name: str, curves: Sequence[Curve], dash: str = "solid"
) -> dict[str, Any]:
    """Return a grey line of slope `power` that ends above the largest value."""
    points = [
        (value, length)
        for curve in curves
        for length, value in zip(
            np.asarray(curve.lengths).tolist(),
            np.asarray(curve.values, float).tolist(),
            strict=True,
        )
    ]
    top, last = max(points)
    x = np.array([min(length for _, length in points), last], float)
    return {
        "type": "scatter",
        "name": name,
        "mode": "lines",
        "x": x.tolist(),
        "y": rounded(LIFT * top * (x / last) ** power),
        "line": {"color": FAINT, "width": 3, "dash": dash},
        "hoverinfo": "skip",
    }


def values_of(curves: Sequence[Curve]) -> NDArray[np.float64]:
    """Return all positive values, whiskers included, to fit an axis to."""
    every = [curve.values for curve in curves]
    every += [end for c in curves for end in (c.low, c.high) if end is not None]
    known = finite_values(every)
    return known[known > 0]


def cost_axis(title: str, known: NDArray[np.float64], most: int = 6) -> dict[str, Any]:
    """Return the axis of a cost: room for a guide, no grid while nothing is known."""
    reach = np.append(known, LIFT * known.max()) if known.size else known
    decades = log_range(reach, least=1.0, snap=0.25)
    return log_axis(decades, title, most) | {"showgrid": bool(known.size)}


def length_axis(
    lengths: Sequence[int], language: Language, empty: bool = False
) -> dict[str, Any]:
    """Return the axis of T, every other length labelled; no grid while it is empty."""
    labelled = list(lengths)[::2]
    ends = np.log10([lengths[0], lengths[-1]])
    return axis(
        f"{LENGTH.to(language)}{LOG_SCALE.to(language)}",
        type="log",
        range=rounded([ends[0] - 0.06, ends[1] + 0.06]),
        showgrid=not empty,
        tickvals=labelled,
        ticktext=[str(length) for length in labelled],
    )


def nothing_yet(language: Language) -> dict[str, Any]:
    """Return the words in the middle of an empty picture."""
    place = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    return {"text": NOTHING.to(language), "showarrow": False} | place
