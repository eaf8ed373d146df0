"""What heatmaps share: rounded values, colours from end to end, and their key."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import STATE_SCALE, axis, number, rounded


def coloured(
    limit: float, scale: Any = STATE_SCALE, low: float | None = None
) -> dict[str, Any]:
    """Return the start of a heatmap from `low`, or -limit, to limit."""
    return {
        "type": "heatmap",
        "zmin": -limit if low is None else low,
        "zmax": limit,
        "colorscale": scale,
        "showscale": False,
    }


def matrix(values: NDArray[np.float64], limit: float) -> list[list[float | None]]:
    """Round to 1/200 of the limit or finer: more cannot be seen, and costs bytes."""
    decimals = max(0, 3 - int(np.ceil(np.log10(limit) + 1e-9)))
    tidy = np.round(values, decimals) + 0.0
    if np.isfinite(tidy).all():
        return tidy.tolist()
    return [
        [value if finite else None for value, finite in zip(row, good, strict=True)]
        for row, good in zip(tidy.tolist(), np.isfinite(tidy).tolist(), strict=True)
    ]


def key(
    limit: float, scale: Any = STATE_SCALE, low: float | None = None
) -> dict[str, Any]:
    """Return the key beside a heatmap, on axes x2 and y2."""
    # Plotly's own colour bar cannot show transparency, so the key is a heatmap too.
    steps = np.linspace(-limit if low is None else low, limit, 41)
    return coloured(limit, scale, low) | {
        "z": [[value] for value in rounded(steps)],
        "y": rounded(steps),
        "x": [0],
        "xaxis": "x2",
        "yaxis": "y2",
        "hoverinfo": "skip",
    }


def key_axes(ticks: list[float]) -> dict[str, Any]:
    """Return the axes of the key, right of a heatmap that ends at paper x = 0.94."""
    return {
        "xaxis2": {"domain": [0.965, 0.99], "visible": False, "fixedrange": True},
        "yaxis2": axis(
            anchor="x2",
            side="right",
            showgrid=False,
            ticks="",
            fixedrange=True,
            tickvals=ticks,
            ticktext=[number(tick) for tick in ticks],
        ),
    }
