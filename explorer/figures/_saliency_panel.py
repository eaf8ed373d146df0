"""The lower panel of a picture of saliency: |∂L/∂x_t| as curves or as a map."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._input_panel import Panel, lanes
from explorer.figures._log_axis import log_axis, log_range, power_of_ten
from explorer.figures._theme import (
    PALETTE,
    axis,
    finite_values,
    number,
    round_up,
    rounded,
    swatch,
)
from explorer.texts import Language, Text

Array = NDArray[np.float64]
MOST_ROWS, MOST_COLUMNS = 24, 150
DECADES = 12.0
"""How far the colours of a log scale reach below the largest gradient at most."""
INK = [[0.0, "rgba(14,124,193,0)"], [1.0, "rgba(14,124,193,1)"]]
LARGEST = Text(en="darkest: {value}", zh="最深：{value}")
LOWEST = Text(
    en="darkest: {value}, blank: {least} or less",
    zh="最深：{value}，空白：不超过 {least}",
)
SOME_ROWS = Text(en="the {few} of {all} with the most", zh="{all} 个中最大的 {few} 个")


def curves(sizes: Array, names: Sequence[str], log: bool) -> Panel:
    keep, tallest = _columns(sizes)
    known = finite_values([sizes])
    if log:
        scale = log_axis(log_range(known[known > 0], least=2.0, snap=1.0), most=4)
        tallest = np.where(tallest > 0, tallest, np.nan)
    else:
        top = round_up(float(known.max(initial=0.0)))
        scale = axis(range=[0, top], nticks=4)
    colours = PALETTE[: len(names)]
    data = [
        {
            "type": "scatter",
            "mode": "lines" if len(keep) > 2 else "markers",
            "name": name,
            "yaxis": "y2",
            "x": keep.tolist(),
            "y": rounded(tallest[:, channel], 3),
            "line": {"color": colour, "width": 2},
            "marker": {"color": colour, "size": 8},
            "hovertemplate": "t = %{x}<br>%{y:.3g}",
            "showlegend": False,
        }
        for channel, (name, colour) in enumerate(zip(names, colours, strict=True))
    ]
    pairs = zip(names, colours, strict=True)
    return data, scale, "  ".join(f"{swatch(c, '—')} {name}" for name, c in pairs)


def channel_rows(
    sizes: Array,
    names: Sequence[str],
    message: Sequence[int] | None,
    log: bool,
    language: Language,
) -> Panel:
    """Return a map; `message` has the symbols that matter, None for values."""
    rows = _rows(sizes)
    keep, tallest = _columns(sizes[:, rows])
    known = finite_values([sizes])
    largest = float(known.max(initial=0.0))
    least = 0.0
    values, high = tallest, round_up(largest)
    words = LARGEST.format(value=number(high))
    if log and largest > 0:
        with np.errstate(divide="ignore"):
            values = np.log10(tallest)
        high = float(np.ceil(np.log10(largest)))
        lowest = float(np.floor(np.log10(known[known > 0].min())))
        least = max(min(lowest, high - 1), high - DECADES)
        words = LOWEST.format(value=power_of_ten(high), least=power_of_ten(least))
    told = words.to(language)
    if len(rows) < len(names):
        told += "   " + SOME_ROWS.format(few=len(rows), all=len(names)).to(language)
    trace = {
        "type": "heatmap",
        "yaxis": "y2",
        "x": keep.tolist(),
        "y": list(range(len(rows)))[:: -1 if message is not None else 1],
        "z": [rounded(row, 3) for row in np.clip(values, least, high).T],
        "zmin": least,
        "zmax": high,
        "colorscale": INK,
        "showscale": False,
        "hovertemplate": "t = %{x}<br>%{z:.3g}<extra></extra>",
    }
    return [trace], _channels([names[row] for row in rows], rows, message), told


def _channels(
    names: Sequence[str], rows: NDArray[np.int_], message: Sequence[int] | None
) -> dict[str, Any]:
    """Return the axis of the rows, in the order of the input panel above.

    Symbols begin at the top, channels of values at the bottom.
    """
    if message is not None:
        own = np.flatnonzero(np.isin(rows, message)).tolist()
        return lanes(len(rows), names, own) | {"showgrid": False}
    at = sorted({0, (len(rows) - 1) // 2, len(rows) - 1})
    return axis(
        range=[-0.6, len(rows) - 0.4],
        tickvals=at,
        ticktext=[names[place] for place in at],
        tickfont={"size": 11},
        showgrid=False,
    )


def _rows(sizes: Array) -> NDArray[np.int_]:
    """Return which channels are drawn, in their order: the largest where too many."""
    if sizes.shape[1] <= MOST_ROWS:
        return np.arange(sizes.shape[1])
    most = np.nan_to_num(sizes, nan=0.0, posinf=0.0).max(axis=0)
    return np.sort(most.argsort(kind="stable")[-MOST_ROWS:])


def _columns(sizes: Array) -> tuple[NDArray[np.int_], Array]:
    """Return the columns' time steps and values: of neighbours in one, the largest."""
    every = -(-len(sizes) // MOST_COLUMNS)
    starts = np.arange(0, len(sizes), every)
    drawn = np.where(np.isfinite(sizes), sizes, np.nan)
    return starts + (every - 1) // 2, np.fmax.reduceat(drawn, starts, axis=0)
