"""What pictures over the lag k share: lines, axes, and notes where numbers end."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._log_axis import exponent_axis
from explorer.figures._theme import (
    LOG_SCALE,
    Figure,
    axis,
    finite_values,
    layout,
    legend,
    rounded,
)
from explorer.texts import Language, Text

Array = NDArray[np.float64]
LAG = Text(
    en="lag k (time steps back from the end)", zh="间隔 k（从末尾往回数的时间步）"
)
LAG_WITHIN = Text(
    en="lag k (within the last {reach} of {length} time steps)",
    zh="间隔 k（只算 {length} 步中的最后 {reach} 步）",
)
NOT_FINITE = Text(en="not finite from k = {k} on", zh="从 k = {k} 起数值非有限")
ZERO = Text(en="exactly 0 from k = {k} on", zh="从 k = {k} 起恰为 0")


def lag_figure(
    data: list[dict[str, Any]],
    at: NDArray[np.int_],
    norms: Array,
    ends: tuple[float, float],
    length: int,
    states: str,
    language: Language,
) -> Figure:
    """Return a picture over the lag, with a cursor at the page's time step.

    Args:
        data: the traces.
        at: the lags, ascending from 0.
        norms: log10 of the product's norm at each, to say where it ends.
        ends: the exponents at which the axis of what is drawn begins and ends.
        length: T.
        states: what s is, such as "h" or "(h, c)".
        language: "en" or "zh".
    """
    reach = int(at[-1])
    lag = LAG if reach == length else LAG_WITHIN
    return {
        "data": data,
        "layout": layout(
            hovermode="x unified",
            showlegend=True,
            legend=legend(traceorder="reversed"),
            annotations=_told(at, norms, language),
            xaxis=axis(
                lag.format(reach=reach, length=length).to(language),
                range=[0, max(reach, 1)],
            ),
            yaxis=exponent_axis(*ends, _norm_title(states, language)),
            # Time runs against the lag: k steps before the last of T.
            meta={"timeAxis": "x", "times": list(range(length - 1, -1, -1))},
        ),
    }


def _norm_title(states: str, language: Language) -> str:
    """Return what the axis shows; a state of several parts is spelt out."""
    s = states if states == "h" else "s"
    norm = f"|∂{s}<sub>T</sub>/∂{s}<sub>T−k</sub>|"
    if s == "h":
        return norm + LOG_SCALE.to(language)
    return f"{norm}, s = {states}{LOG_SCALE.to(language)}"


def exponents(parts: Sequence[ArrayLike]) -> tuple[float, float]:
    """Return round exponents that hold all that is finite, two decades apart at least.

    They sit on multiples of half a decade, so that a moving curve seldom moves them.
    """
    known = finite_values(parts)
    if not known.size:
        return -1.0, 1.0
    span = max(float(np.ptp(known)), 2.0)
    snap = 0.5 if span < 10 else 5.0
    low = np.floor((known.min() - 0.03 * span) / snap) * snap
    high = np.ceil((known.max() + 0.03 * span) / snap) * snap
    missing = max(0.0, 2.0 - (high - low)) / 2
    return float(low - missing), float(high + missing)


def lag_line(
    at: NDArray[np.int_],
    values: Array,
    colour: str,
    name: str,
    *,
    width: float = 2.2,
    dash: str = "solid",
    **more: Any,
) -> dict[str, Any]:
    faint = width < 2
    return (
        {
            "type": "scatter",
            "mode": "lines" if len(at) > 2 else "lines+markers",
            "name": name,
            "x": at.tolist(),
            "y": rounded(values),
            "line": {"color": colour, "width": width, "dash": dash},
            "marker": {"color": colour, "size": 5},
            "hovertemplate": "10^%{y:.2f}",
        }
        | ({"hoverinfo": "skip", "hovertemplate": None} if faint else {})
        | more
    )


def _told(
    at: NDArray[np.int_], norms: Array, language: Language
) -> list[dict[str, Any]]:
    """Return a note where the product stops being a number, or being above zero."""
    told = []
    for gone, words in ((np.isnan(norms), NOT_FINITE), (np.isneginf(norms), ZERO)):
        if gone.any():
            k = int(at[gone.argmax()])
            told.append(words.format(k=k).to(language))
    return [
        {
            "text": text,
            "showarrow": False,
            "xref": "paper",
            "yref": "paper",
            "x": 0.98,
            "xanchor": "right",
            "y": 0.04 + 0.08 * place,
            "yanchor": "bottom",
        }
        for place, text in enumerate(told)
    ]
