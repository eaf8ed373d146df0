"""Which input mattered: a sequence, and |∂L/∂x_t| of each of its channels beneath."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._asked import time_axis
from explorer.figures._input_panel import InputKind, lanes
from explorer.figures._log_axis import log_axis, log_range, power_of_ten
from explorer.figures._sample import question
from explorer.figures._theme import (
    LOG_SCALE,
    ORANGE,
    PALETTE,
    Figure,
    axis,
    finite_values,
    header,
    number,
    round_up,
    rounded,
    swatch,
)
from explorer.figures._words import harmless
from explorer.texts import Language, Text

Array = NDArray[np.float64]
TOP = 0.43
"""The lower panel's upper edge in paper y."""
MOST_CURVES, MOST_ROWS, MOST_COLUMNS = 3, 24, 150
DECADES = 12.0
"""How far the colours of a log scale reach below the largest gradient."""
INK = [[0.0, "rgba(14,124,193,0)"], [1.0, "rgba(14,124,193,1)"]]
LARGEST = Text(en="darkest: {value}", zh="最深：{value}")
LOWEST = Text(
    en="darkest: {value}, blank: {least} or less",
    zh="最深：{value}，空白：不超过 {least}",
)
SOME_ROWS = Text(en="the {few} of {all} with the most", zh="{all} 个中最大的 {few} 个")
MESSAGE = Text(en="the message", zh="要记住的信息")
NOTHING = Text(en="not finite: nothing to draw", zh="数值非有限，无法绘制")


def input_saliency(
    inputs: ArrayLike,
    gradient: ArrayLike,
    *,
    input_names: Sequence[str],
    input_kind: InputKind,
    log: bool,
    language: Language,
    highlight: Sequence[int] | None = None,
    message: Sequence[int] = (),
) -> Figure:
    """Draw the input above the size of the loss's derivative by each of its channels.

    Up to three channels are curves, more of them rows of a map.

    Args:
        inputs: one sequence, (T, D).
        gradient: dL/dx_t, (T, D), of either sign.
        input_names: names of the D inputs, in the page's language.
        input_kind: "symbols" for one-hot inputs, "values" otherwise.
        log: whether the gradients' axis, or their colours, are logarithmic.
        language: "en" or "zh".
        highlight: which symbols carry the message; the rare ones if None.
        message: the time steps at which what must be remembered is read; a line each.
    """
    sizes = np.abs(np.asarray(gradient, dtype=np.float64))
    names = [harmless(name) for name in input_names]
    figure = question(inputs, names, input_kind, highlight, TOP + 0.13, language)
    curves = sizes.shape[1] <= MOST_CURVES and input_kind == "values"
    draw = _curves if curves else _map
    data, scale, words = draw(sizes, names, input_kind, log, language)
    reach = scale["range"]
    # The map first: what marks the message lies over it.
    figure["data"] += [*data, *_stems(message, reach, scale.get("type") == "log")]
    told = f"|∂L/∂xₜ|{LOG_SCALE.to(language) if log else ''}   {words}"
    if len(message):
        told += f"   {swatch(ORANGE, '┆')} {MESSAGE.to(language)}"
    figure["layout"] |= {
        "xaxis": time_axis(len(sizes), language),
        "yaxis2": scale | {"domain": [0, TOP], "anchor": "x"},
        "meta": {"timeAxis": "x"},
        "annotations": [figure["layout"]["annotations"][0], header(told, TOP)],
    }
    if not finite_values([sizes]).size:
        middle = {"x": 0.5, "xanchor": "center", "y": TOP / 2}
        words = NOTHING.to(language)
        figure["layout"]["annotations"].append(header(words) | middle)
    return figure


def _curves(
    sizes: Array, names: Sequence[str], kind: InputKind, log: bool, language: Language
) -> tuple[list[dict[str, Any]], dict[str, Any], str]:
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


def _map(
    sizes: Array, names: Sequence[str], kind: InputKind, log: bool, language: Language
) -> tuple[list[dict[str, Any]], dict[str, Any], str]:
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
        least = high - DECADES
        words = LOWEST.format(value=power_of_ten(high), least=power_of_ten(least))
    tidy = np.where(np.isnan(values), np.nan, np.clip(values, least, high))
    count = len(rows)
    trace = {
        "type": "heatmap",
        "yaxis": "y2",
        "x": keep.tolist(),
        "y": list(range(count))[::-1],
        "z": [rounded(row, 3) for row in tidy.T],
        "zmin": least,
        "zmax": high,
        "colorscale": INK,
        "showscale": False,
        "text": [names[row] for row in rows],
        "hovertemplate": "t = %{x}<br>%{z:.3g}<extra></extra>",
    }
    del trace["text"]
    told = words.to(language)
    if count < len(names):
        told += "   " + SOME_ROWS.format(few=count, all=len(names)).to(language)
    scale = lanes(count, [names[row] for row in rows]) | {"showgrid": False}
    if kind == "values":  # as the map of the inputs above: the first at the bottom
        trace["y"] = list(range(count))
        scale = axis(range=[-0.6, count - 0.4], showgrid=False, nticks=4)
        if count == len(names):
            at = sorted({0, (count - 1) // 2, count - 1})
            scale |= {"tickvals": at, "ticktext": [names[row] for row in at]}
            scale["tickfont"] = {"size": 11}
    return [trace], scale, told


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


def _stems(
    message: Sequence[int], reach: Sequence[float], log: bool
) -> list[dict[str, Any]]:
    if not len(message):
        return []
    low, high = (10.0**end if log else end for end in reach)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "yaxis": "y2",
            "x": [x for t in message for x in (t, t, None)],
            "y": [y for _ in message for y in (low, high, None)],
            "line": {"color": ORANGE, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
