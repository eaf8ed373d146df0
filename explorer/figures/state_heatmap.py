"""Hidden states of one sequence, units by time, in colours symmetric about zero."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._heat import coloured, key, key_axes, matrix
from explorer.figures._theme import (
    TIME_STEP,
    Figure,
    axis,
    header,
    layout,
    round_up,
)
from explorer.texts import Language, Text

MOST_UNITS, MOST_TIMES = 64, 300
MOST_NAMED = 22
"""How many rows have room for a name of their own."""
UNIT = Text(en="unit", zh="单元")


def state_heatmap(
    states: ArrayLike,
    *,
    bound: float | None,
    language: Language,
    note: str = "",
    times: ArrayLike | None = None,
    units: ArrayLike | None = None,
) -> Figure:
    """Draw one row a unit and one column a time step; zero takes the page's ground.

    `layout.meta.unitAxis` says that places on that axis are units by their number.

    Args:
        states: Shape (T, H), T <= 300 and H <= 64; the caller chooses which.
        bound: Largest |state| that the cell can reach, such as 1 for tanh; None if
            there is none, and the 99th percentile of |state| is used, rounded up.
        language: "en" or "zh".
        note: What is shown when not everything is, such as "64 of 256 units".
        times: Time step of each row of `states`, ascending, (T,); 0 … T-1 if None.
        units: Number of each column's unit, (H,), the top row's first; 0 … H-1 if None.

    Raises:
        ValueError: The array is larger than can be drawn several times a second.
    """
    values = np.asarray(states, dtype=np.float64)
    length, count = values.shape
    if length > MOST_TIMES or count > MOST_UNITS:
        raise ValueError(f"at most {MOST_TIMES} x {MOST_UNITS}, got {values.shape}")
    at = np.arange(length) if times is None else np.asarray(times)
    # Places by name: numbers out of order would be put back into it.
    rows = None if units is None else [str(unit) for unit in np.asarray(units)]
    limit = float(bound or round_up(_reach(values)))
    notes = [header(UNIT.to(language))]
    if note:
        notes.append(header(note, side="right"))
    return {
        "data": [_states(values, at, rows, limit, language), key(limit)],
        "layout": layout(
            annotations=notes,
            xaxis=axis(
                TIME_STEP.to(language), domain=[0, 0.94], showgrid=False, ticks=""
            ),
            yaxis=axis(
                autorange="reversed",
                showgrid=False,
                ticks="",
                **(_numbered(count) if rows is None else _named(count)),
            ),
            **key_axes([-limit, 0, limit]),
            meta={"timeAxis": "x", "unitAxis": "y"},
        ),
    }


def _reach(values: NDArray[np.float64]) -> float:
    # A percentile, or one unit that runs away would bleach all the others.
    known = np.abs(values[np.isfinite(values)])
    return float(np.percentile(known, 99)) if known.size else 0.0


def _numbered(count: int) -> dict[str, Any]:
    return {"dtick": next(n for n in (1, 2, 4, 8, 16) if count <= 5 * n or n == 16)}


def _named(count: int) -> dict[str, Any]:
    """Return an axis of rows whose numbers cannot be told from their neighbours'."""
    every = -(-count // MOST_NAMED)
    return {"type": "category", "dtick": every, "tickfont": {"size": 9}}


def _states(
    values: NDArray[np.float64],
    at: NDArray[np.int_],
    rows: list[str] | None,
    limit: float,
    language: Language,
) -> dict[str, Any]:
    named = {} if rows is None else {"y": rows}
    return (
        coloured(limit)
        | named
        | {
            "z": matrix(values.T, limit),
            "x": at.tolist(),
            "hovertemplate": f"{UNIT.to(language)} %{{y}}, t = %{{x}}<br>"
            "<b>%{z:.3g}</b><extra></extra>",
        }
    )
