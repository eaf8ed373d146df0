"""Lyapunov exponents, sorted: which directions part and which come together."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import (
    BLUE,
    VERMILLION,
    Figure,
    axis,
    header,
    layout,
    rounded,
    thinned,
)
from explorer.texts import Language, Text

DIRECTION = Text(en="direction, sorted", zh="方向（排序后）")
QUANTITY = Text(en="exponent λ, nats per time step", zh="指数 λ，奈特/时间步")
MOST_BARS, FEW = 80, 10


def exponent_spectrum(
    exponents: NDArray[np.float64], *, language: Language, words: str
) -> Figure:
    """Draw a bar a direction, or a line where there are many.

    Args:
        exponents: Descending, (S,); what is not finite is left out.
        language: "en" or "zh".
        words: What they say together, above the bars.
    """
    places = np.arange(1, len(exponents) + 1)
    known = exponents[np.isfinite(exponents)]
    low = float(min(known.min(initial=0.0), 0.0))
    high = float(max(known.max(initial=0.0), 0.0))
    room = 0.06 * max(high - low, 1e-6)
    title = QUANTITY.to(language)
    return {
        "data": [_bars(places, exponents)],
        "layout": layout(
            annotations=[
                header(f"{title}<br>{words}" if words else title) | {"align": "left"}
            ],
            margin={"l": 8, "r": 12, "t": 58, "b": 8, "pad": 0},
            hovermode="closest",
            bargap=0.15 if len(exponents) > FEW else 0.6,
            xaxis=axis(
                DIRECTION.to(language),
                range=[0.4, max(len(exponents), 1) + 0.6],
                **({"dtick": 1} if len(exponents) <= FEW else {}),
            ),
            yaxis=axis(
                range=[low - room, high + room if high else room],
                zeroline=True,
            ),
        ),
    }


def _bars(places: NDArray[np.int_], exponents: NDArray[np.float64]) -> dict[str, Any]:
    keep = thinned(len(exponents))
    values = exponents[keep]
    colours = np.where(values > 0, VERMILLION, BLUE).tolist()
    made: dict[str, Any] = {
        "x": places[keep].tolist(),
        "y": rounded(values),
        "hovertemplate": "λ%{x} = %{y:.4g}<extra></extra>",
    }
    if len(exponents) <= MOST_BARS:
        return made | {"type": "bar", "marker": {"color": colours}}
    return made | {
        "type": "scatter",
        "mode": "lines",
        "fill": "tozeroy",
        "line": {"color": BLUE, "width": 2},
    }
