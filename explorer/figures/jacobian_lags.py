"""What passes through the last k steps: the Jacobians' product over the lag k."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._lag_axes import Array, exponents, lag_figure, lag_line
from explorer.figures._theme import (
    BLUE,
    GREEN,
    GREY,
    Figure,
    finite_values,
    rounded,
)
from explorer.texts import Language, Text

HEADROOM = 0.3
"""The share of the range of the product that its ceiling may take besides."""
CEILING = Text(
    en="ceiling (γ σ<sub>max</sub>)ᵏ, not a prediction",
    zh="上限 (γ σ<sub>max</sub>)ᵏ，并非预测",
)
DIRECT = Text(
    en="gates alone: median unit, quartiles", zh="只经过门：中位单元与四分位带"
)
PRODUCT = Text(en="product of Jacobians", zh="雅可比矩阵之积")
CEILING_GROUND = "rgba(127,138,150,0.16)"
BAND = "rgba(15,157,119,0.2)"


def jacobian_lags(
    lags: ArrayLike,
    norms: ArrayLike,
    *,
    ceiling: ArrayLike | None,
    direct: tuple[ArrayLike, ArrayLike, ArrayLike] | None,
    length: int,
    states: str,
    language: Language,
) -> Figure:
    """Draw the norm of the product, its ceiling and what the gates alone let pass.

    Args:
        lags: k, ascending from 0, (lags,).
        norms: log10 of the norm of ds_T/ds_{T-k}, (lags,); -inf for 0, NaN where it is
            not finite.
        ceiling: log10 of what it never passes, (lags,), or None.
        direct: log10 of lower quartile, median and upper quartile over the units of
            the direct path, (lags,) each, or None.
        length: T, to find the lag of each time step.
        states: what s is, such as "h" or "(h, c)".
        language: "en" or "zh".
    """
    at, values = np.asarray(lags), np.asarray(norms, dtype=np.float64)
    ends = exponents([values, *(direct or ())])
    data: list[dict[str, Any]] = []
    if ceiling is not None:
        top = np.asarray(ceiling, dtype=np.float64)
        ends = _with_ceiling(ends, top)
        data += _ground(at, top, ends[1], language)
    if direct is not None:
        data += _band(at, direct, language)
    data.append(lag_line(at, values, BLUE, PRODUCT.to(language), mode="lines+markers"))
    return lag_figure(data, at, values, ends, length, states, language)


def _with_ceiling(ends: tuple[float, float], top: Array) -> tuple[float, float]:
    """Make room for the ceiling, but not so much that what is beneath lies flat."""
    low, high = ends
    known = finite_values([top])
    room = max(2.0, HEADROOM * (high - low))
    highest = float(known.max(initial=high)) + 0.1 * room
    low = min(low, float(known.min(initial=low)))
    return low, max(high, min(highest, high + room))


def _ground(
    at: NDArray[np.int_], top: Array, high: float, language: Language
) -> list[dict[str, Any]]:
    """Return the shaded region that the norm cannot enter, and its lower edge."""
    edge = np.minimum(np.nan_to_num(top, nan=high, neginf=high), high)
    x = at.tolist()
    shade = {
        "type": "scatter",
        "mode": "lines",
        "x": [*x, *x[::-1]],
        "y": [*rounded(edge), *[high] * len(x)],
        "fill": "toself",
        "fillcolor": CEILING_GROUND,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    line = lag_line(at, top, GREY, CEILING.to(language), dash="dash")
    return [shade, line]


def _band(
    at: NDArray[np.int_],
    direct: tuple[ArrayLike, ArrayLike, ArrayLike],
    language: Language,
) -> list[dict[str, Any]]:
    low, middle, high = (np.asarray(part, dtype=np.float64) for part in direct)
    whole = np.isfinite(low) & np.isfinite(high)
    x = at[whole].tolist()
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": [*x, *x[::-1]],
        "y": [*rounded(high[whole]), *rounded(low[whole])[::-1]],
        "fill": "toself",
        "fillcolor": BAND,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return [band, lag_line(at, middle, GREEN, DIRECT.to(language), dash="dot")]
