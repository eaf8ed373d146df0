"""How large the gradient |∂L/∂h_t| is at each time step, on its way back."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._log_axis import log_axis, log_range
from explorer.figures._missing import BLOWN_UP, with_sentence
from explorer.figures._theme import (
    LOG_SCALE,
    PALETTE,
    TIME_STEP,
    Figure,
    axis,
    finite_values,
    header,
    layout,
    legend,
    rounded,
    thinned,
)
from explorer.texts import Language, Text

EXACTLY_ZERO = Text(en="exactly 0", zh="恰为 0")


def gradient_profile(
    norms: Mapping[str, ArrayLike],
    *,
    language: Language,
    quantity: str = "|∂L/∂hₜ|",
    dashed: Mapping[str, str] | None = None,
) -> Figure:
    """Draw one line a state over the time steps, on a log scale.

    An exact zero has no place on a log scale: the line has a gap there, ticks along
    the lower edge show where, and a note says so. Where no value is finite, a sentence
    says that the run has blown up.

    Args:
        norms: Label -> norm of the gradient at each time step, shape (T,), T >= 1.
        language: "en" or "zh".
        quantity: What is drawn, with its unit if it has one.
        dashed: Label of a line that is dashed -> label whose colour it shares.
    """
    curves = {k: np.asarray(v, dtype=np.float64).ravel() for k, v in norms.items()}
    known = finite_values(curves.values())
    decades = log_range(known[known > 0], least=2.0, snap=0.5)
    # A hair above the edge: plotly hides what rounding puts below it.
    floor = 10 ** (decades[0] + 0.015 * (decades[1] - decades[0]))
    length = max((len(curve) for curve in curves.values()), default=1)
    title = f"{quantity}{LOG_SCALE.to(language)}"
    data: list[dict[str, Any]] = []
    colours = _colours(curves, dashed or {})
    for label, curve in curves.items():
        colour = colours[label]
        dash = "dash" if label in (dashed or {}) else "solid"
        data.append(_line(label, curve, colour, dash))
        if (curve == 0).any():
            data.append(_zeros(label, curve, colour, floor, language))
    several = len(curves) > 1
    notes = [] if several else [header(title)]
    figure: Figure = {
        "data": data,
        "layout": layout(
            hovermode="x unified",
            showlegend=several,
            legend=legend(),
            annotations=notes + _zero_note(list(curves.values()), language),
            xaxis=axis(TIME_STEP.to(language), range=[0, max(length - 1, 1)]),
            yaxis=log_axis(decades, title if several else ""),
            meta={"timeAxis": "x"},
        ),
    }
    return figure if known.size else with_sentence(figure, BLOWN_UP, language)


def _colours(labels: Iterable[str], dashed: Mapping[str, str]) -> dict[str, str]:
    """Return each line's colour: a place in the palette, or that of another line."""
    solid = [label for label in labels if label not in dashed]
    own = {label: PALETTE[n % len(PALETTE)] for n, label in enumerate(solid)}
    return own | {label: own[other] for label, other in dashed.items()}


def _line(
    label: str, curve: NDArray[np.float64], colour: str, dash: str
) -> dict[str, Any]:
    keep = thinned(len(curve))
    return {
        "type": "scatter",
        "name": label,
        "mode": "lines" if len(curve) > 1 else "markers",
        "x": keep.tolist(),
        "y": rounded(np.where(curve > 0, curve, np.nan)[keep]),
        "line": {"color": colour, "width": 2, "dash": dash},
        "marker": {"color": colour, "size": 8},
        "hovertemplate": "%{y}",
        "legendgroup": label,
    }


def _zeros(
    label: str,
    curve: NDArray[np.float64],
    colour: str,
    floor: float,
    language: Language,
) -> dict[str, Any]:
    at = np.flatnonzero(curve == 0)
    at = at[thinned(len(at))]
    return {
        "type": "scatter",
        "name": label,
        "mode": "markers",
        "x": at.tolist(),
        "y": rounded(np.full(len(at), floor)),
        "marker": {"symbol": "line-ns-open", "size": 5, "color": colour},
        "hovertemplate": EXACTLY_ZERO.to(language),
        "cliponaxis": False,
        "legendgroup": label,
        "showlegend": False,
    }


def _zero_note(
    curves: list[NDArray[np.float64]], language: Language
) -> list[dict[str, Any]]:
    zero = [np.flatnonzero(curve == 0) for curve in curves]
    at = max(zero, key=len, default=np.empty(0))
    if not len(at):
        return []
    return [
        {
            "text": EXACTLY_ZERO.to(language),
            "showarrow": False,
            "xref": "x",
            "x": float(np.median(at)),
            "yref": "paper",
            "y": 0,
            "yanchor": "bottom",
            "yshift": 9,
        }
    ]
