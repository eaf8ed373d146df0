"""How far apart the states of any two time steps are: a recurrence plot."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

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

# The nearer, the darker: what comes back is what is to be seen.
NEARNESS = [[0.0, "rgba(14,124,193,1)"], [1.0, "rgba(14,124,193,0)"]]  # BLUE
OTHER_STEP = Text(en="time step t′", zh="时间步 t′")
DISTANCE = Text(en="‖hₜ − hₜ′‖", zh="‖hₜ − hₜ′‖")
TOLD = Text(
    en="t = %{x}, t′ = %{y}<br>distance <b>%{z:.3g}</b><extra></extra>",
    zh="t = %{x}，t′ = %{y}<br>距离 <b>%{z:.3g}</b><extra></extra>",
)


def recurrence_map(
    distances: ArrayLike, *, times: ArrayLike, language: Language
) -> Figure:
    """Draw the distances, dark where the two states are near each other.

    Args:
        distances: Shape (T, T), T <= 120, 0 or more; not finite where unknown.
        times: Time step of each row and column, ascending, (T,).
        language: "en" or "zh".
    """
    array = np.asarray(distances, dtype=np.float64)
    at = np.asarray(times).tolist()
    limit = round_up(float(array[np.isfinite(array)].max(initial=0.0)))
    square: dict[str, Any] = {"showgrid": False, "ticks": "", "nticks": 6}
    return {
        "data": [
            coloured(limit, NEARNESS, 0.0)
            | {
                "x": at,
                "y": at,
                "z": matrix(array, limit),
                "hovertemplate": TOLD.to(language),
            },
            key(limit, NEARNESS, 0.0),
        ],
        "layout": layout(
            annotations=[
                header(OTHER_STEP.to(language)),
                header(DISTANCE.to(language), side="right"),
            ],
            xaxis=axis(TIME_STEP.to(language), domain=[0, 0.94], **square),
            yaxis=axis(**square),
            **key_axes([0.0, limit / 2, limit]),
            meta={"timeAxis": "x"},
        ),
    }
