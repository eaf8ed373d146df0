"""Inputs of many channels as a map, channels by time steps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import (
    STATE_SCALE,
    axis,
    finite_values,
    round_up,
    rounded,
    thinned,
)

INK_SCALE = [[0.0, "rgba(127,138,150,0)"], [1.0, "rgba(127,138,150,1)"]]


def channel_map(
    inputs: NDArray[np.float64], names: Sequence[str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a heatmap on axes x and y, and the y axis, for inputs of shape (T, D).

    A row is a channel, the first at the bottom. So a picture that is read row by row is
    turned by a quarter, but not mirrored.
    """
    length, count = inputs.shape
    keep = thinned(length)
    shown = inputs[keep].T
    known = finite_values([shown])
    limit = round_up(float(np.abs(known).max(initial=0.0)))
    signed = bool((known < 0).any())
    trace = {
        "type": "heatmap",
        "x": keep.tolist(),
        "y": list(names),
        "z": [rounded(row, 3) for row in shown],
        "zmin": -limit if signed else 0,
        "zmax": limit,
        "colorscale": STATE_SCALE if signed else INK_SCALE,
        "showscale": False,
        "hovertemplate": "%{y}, t = %{x}<br>%{z:.3g}<extra></extra>",
    }
    scale = axis(
        type="category",
        range=[-0.5, count - 0.5],
        tickvals=sorted({0, (count - 1) // 2, count - 1}),
        tickfont={"size": 11},
        tickangle=0,
        showgrid=False,
    )
    return [trace], scale
