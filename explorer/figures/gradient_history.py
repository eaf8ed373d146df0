"""How large the gradient is at each time step, at every recorded training step."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._log_axis import exponent_axis
from explorer.figures._theme import (
    TIME_STEP,
    TRAINING_STEP,
    Figure,
    axis,
    finite_values,
    header,
    layout,
    rounded,
)
from explorer.texts import Language, Text

# What vanishes takes the page's ground, whichever theme it has; what is large glows.
GLOW = [
    [0.0, "rgba(43,127,208,0)"],
    [0.35, "rgba(90,120,205,0.6)"],
    [0.65, "rgba(207,106,134,0.95)"],
    [1.0, "rgba(232,154,28,1)"],
]
DEEPEST = 40.0
"""Decades below the largest that have colours of their own."""
LOG_COLOUR = Text(
    en="{quantity} (colour, log scale)", zh="{quantity}（颜色，对数刻度）"
)
MISSING = Text(en="{known} of {all} rows so far", zh="已算出 {all} 行中的 {known} 行")
BLANK = Text(en="blank rows: not finite", zh="空白行：数值非有限")
NOTHING = Text(en="not finite: nothing to draw", zh="数值非有限，无法绘制")


def gradient_history(
    logs: ArrayLike,
    *,
    steps: ArrayLike,
    times: ArrayLike,
    length: int,
    shown_step: int,
    missing: int,
    language: Language,
    quantity: str = "|∂L/∂hₜ|",
) -> Figure:
    """Draw a row a training step and a column a time step; a zero takes the ground.

    Args:
        logs: log10 of the gradient's norm, (steps, times); -inf where it is exactly 0,
            NaN where it is not finite.
        steps: the training step of each row, ascending.
        times: the time step of each column, ascending.
        length: T.
        shown_step: the training step that the other pictures show; it is marked.
        missing: how many rows are still to come.
        language: "en" or "zh".
        quantity: what is drawn.
    """
    values, rows = np.asarray(logs, dtype=np.float64), np.asarray(steps)
    low, high = _ends(values)
    title = LOG_COLOUR.format(quantity=quantity).to(language)
    notes = [
        header(f"{TRAINING_STEP.to(language)} ↑"),
        header(title, side="right"),
        *_told(values, len(rows), missing, language),
    ]
    return {
        "data": [
            _rows(values, rows, np.asarray(times), low, high, language, quantity),
            _shown(shown_step, length),
            _key(low, high),
        ],
        "layout": layout(
            annotations=notes,
            xaxis=axis(
                TIME_STEP.to(language),
                domain=[0, 0.93],
                range=[-0.5, length - 0.5],
                showgrid=False,
            ),
            yaxis=_training_axis(rows),
            xaxis2={"domain": [0.955, 0.985], "visible": False, "fixedrange": True},
            yaxis2=exponent_axis(
                low,
                high,
                anchor="x2",
                side="right",
                showgrid=False,
                ticks="",
                fixedrange=True,
            ),
            meta={"timeAxis": "x"},
        ),
    }


def _training_axis(rows: NDArray[np.int_]) -> dict[str, Any]:
    """Return the axis of training steps: as far as the rows reach."""
    if len(rows) == 1:
        one = int(rows[0])
        return axis(range=[one - 0.5, one + 0.5], tickvals=[one], showgrid=False)
    first, last = float(rows[0]), float(rows[-1])
    room = 0.012 * (last - first)
    whole: dict[str, Any] = {"dtick": 1} if last - first < 6 else {}
    return axis(range=[first - room, last + room], showgrid=False, **whole)


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return whole decades that hold what is finite, as far down as colours reach."""
    known = finite_values([values])
    if not known.size:
        return -1.0, 0.0
    high = float(np.ceil(known.max()))
    low = max(float(np.floor(known.min())), high - DEEPEST)
    return (low, high) if high - low >= 2 else (high - 2, high)


def _rows(
    values: NDArray[np.float64],
    rows: NDArray[np.int_],
    times: NDArray[np.int_],
    low: float,
    high: float,
    language: Language,
    quantity: str,
) -> dict[str, Any]:
    # A tenth of a decade: more cannot be seen, and costs bytes.
    tidy = np.round(np.clip(values, low, high), 1) + 0.0
    drawn = np.where(np.isneginf(values), np.nan, tidy)
    return _heatmap(low, high) | {
        "z": [rounded(row) for row in drawn],
        "x": times.tolist(),
        "y": rows.tolist(),
        "hovertemplate": f"{TRAINING_STEP.to(language)} %{{y}}, t = %{{x}}<br>"
        f"{quantity} ≈ 10^<b>%{{z:.1f}}</b><extra></extra>",
    }


def _heatmap(low: float, high: float) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "zmin": low,
        "zmax": high,
        "colorscale": GLOW,
        "showscale": False,
    }


def _shown(step: int, length: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [-0.5, length - 0.5],
        "y": [step, step],
        "line": {"color": "rgba(127,138,150,0.9)", "width": 1.5, "dash": "dot"},
        "marker": {
            "symbol": ["triangle-right", "triangle-left"],
            "size": 11,
            "color": "rgba(127,138,150,1)",
        },
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _key(low: float, high: float) -> dict[str, Any]:
    # Plotly's own colour bar cannot show transparency, so the key is a heatmap too.
    steps = rounded(np.linspace(low, high, 61))
    return _heatmap(low, high) | {
        "z": [[value] for value in steps],
        "y": steps,
        "x": [0],
        "xaxis": "x2",
        "yaxis": "y2",
        "hoverinfo": "skip",
    }


def _told(
    values: NDArray[np.float64], known: int, missing: int, language: Language
) -> list[dict[str, Any]]:
    """Return what is still to come, beneath, or why there is nothing, in the middle."""
    finite = np.isfinite(values) | np.isneginf(values)
    foot = [MISSING.format(known=known, all=known + missing)] if missing else []
    if finite.any() and not finite.any(axis=1).all():
        foot.append(BLANK)
    told = []
    if foot:
        words = " · ".join(text.to(language) for text in foot)
        told.append(header(words, 0.0) | {"yanchor": "top", "yshift": -18})
    if not finite.any():
        middle = {"x": 0.46, "xanchor": "center"}
        told.append(header(NOTHING.to(language), 0.5) | middle)
    return told
