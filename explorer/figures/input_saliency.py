"""Which input mattered: a sequence, and |∂L/∂x_t| of each of its channels beneath."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._asked import time_axis
from explorer.figures._input_panel import MOST_CURVES, InputKind
from explorer.figures._saliency_panel import channel_rows, curves
from explorer.figures._sample import question
from explorer.figures._theme import (
    LOG_SCALE,
    ORANGE,
    Figure,
    finite_values,
    header,
    swatch,
)
from explorer.figures._words import harmless
from explorer.texts import Language, Text

Array = NDArray[np.float64]
TOP = 0.43
"""The lower panel's upper edge in paper y."""
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
    if sizes.shape[1] <= MOST_CURVES and input_kind == "values":
        data, scale, words = curves(sizes, names, log)
    else:
        own = highlight or () if input_kind == "symbols" else None
        data, scale, words = channel_rows(sizes, names, own, log, language)
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
