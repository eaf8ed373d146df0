"""Hidden states of one sequence, units by time, in colours symmetric about zero."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._theme import (
    STATE_SCALE,
    TIME_STEP,
    Figure,
    axis,
    header,
    layout,
    number,
    round_up,
    rounded,
)
from explorer.texts import Language, Text

MOST_UNITS, MOST_TIMES = 64, 300
UNIT = Text(en="unit", zh="单元")


def state_heatmap(
    states: ArrayLike,
    *,
    bound: float | None,
    language: Language,
    note: str = "",
    times: ArrayLike | None = None,
) -> Figure:
    """Draw one row a unit and one column a time step; zero takes the page's ground.

    Args:
        states: Shape (T, H), T <= 300 and H <= 64; the caller chooses which.
        bound: Largest |state| that the cell can reach, such as 1 for tanh; None if
            there is none, and the 99th percentile of |state| is used, rounded up.
        language: "en" or "zh".
        note: What is shown when not everything is, such as "64 of 256 units".
        times: Time step of each row of `states`, ascending, (T,); 0 … T-1 if None.

    Raises:
        ValueError: The array is larger than can be drawn several times a second.
    """
    values = np.asarray(states, dtype=np.float64)
    length, units = values.shape
    if length > MOST_TIMES or units > MOST_UNITS:
        raise ValueError(f"at most {MOST_TIMES} x {MOST_UNITS}, got {values.shape}")
    at = np.arange(length) if times is None else np.asarray(times)
    limit = float(bound or round_up(_reach(values)))
    notes = [header(UNIT.to(language))]
    if note:
        notes.append(header(note, side="right"))
    return {
        "data": [_states(values, at, limit, language), _key(limit)],
        "layout": layout(
            annotations=notes,
            xaxis=axis(
                TIME_STEP.to(language), domain=[0, 0.94], showgrid=False, ticks=""
            ),
            yaxis=axis(
                autorange="reversed", showgrid=False, ticks="", dtick=_every(units)
            ),
            xaxis2={"domain": [0.965, 0.99], "visible": False, "fixedrange": True},
            yaxis2=axis(
                anchor="x2",
                side="right",
                showgrid=False,
                ticks="",
                fixedrange=True,
                tickvals=[-limit, 0, limit],
                ticktext=[number(-limit), "0", number(limit)],
            ),
            meta={"timeAxis": "x"},
        ),
    }


def _reach(values: NDArray[np.float64]) -> float:
    # A percentile, or one unit that runs away would bleach all the others.
    known = np.abs(values[np.isfinite(values)])
    return float(np.percentile(known, 99)) if known.size else 0.0


def _every(units: int) -> int:
    return next(n for n in (1, 2, 4, 8, 16) if units <= 5 * n or n == 16)


def _matrix(values: NDArray[np.float64], limit: float) -> list[list[float | None]]:
    """Round to 1/200 of the limit or finer: more cannot be seen, and costs bytes."""
    decimals = max(0, 3 - int(np.ceil(np.log10(limit) + 1e-9)))
    tidy = np.round(values, decimals) + 0.0
    if np.isfinite(tidy).all():
        return tidy.tolist()
    return [
        [value if finite else None for value, finite in zip(row, good, strict=True)]
        for row, good in zip(tidy.tolist(), np.isfinite(tidy).tolist(), strict=True)
    ]


def _heatmap(limit: float) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "zmin": -limit,
        "zmax": limit,
        "colorscale": STATE_SCALE,
        "showscale": False,
    }


def _states(
    values: NDArray[np.float64],
    at: NDArray[np.int_],
    limit: float,
    language: Language,
) -> dict[str, Any]:
    return _heatmap(limit) | {
        "z": _matrix(values.T, limit),
        "x": at.tolist(),
        "hovertemplate": f"{UNIT.to(language)} %{{y}}, t = %{{x}}<br>"
        "<b>%{z:.3g}</b><extra></extra>",
    }


def _key(limit: float) -> dict[str, Any]:
    # Plotly's own colour bar cannot show transparency, so the key is a heatmap too.
    steps = np.linspace(-limit, limit, 41)
    return _heatmap(limit) | {
        "z": [[value] for value in rounded(steps)],
        "y": rounded(steps),
        "x": [0],
        "xaxis": "x2",
        "yaxis": "y2",
        "hoverinfo": "skip",
    }
