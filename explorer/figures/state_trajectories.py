"""Hidden states of several sequences moving through their principal components."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._principal_axes import principal_axes
from explorer.figures._theme import (
    FAINT,
    PALETTE,
    TIME_SCALE,
    Figure,
    layout,
    legend,
)
from explorer.texts import Language

SYMBOLS = ("circle", "square", "diamond", "cross", "x")  # those that 3-D has, too
SIZES = {"2d": (4, 11), "3d": (2.5, 7)}


def state_trajectories(
    points: ArrayLike,
    *,
    labels: ArrayLike | None,
    label_names: Sequence[str],
    explained: Sequence[float],
    dims: Literal["2d", "3d"],
    colour: Literal["class", "time"],
    language: Language,
    times: ArrayLike | None = None,
    axis_titles: Sequence[str] = (),
    palette: Sequence[str] = PALETTE,
    tied: bool = True,
) -> Figure:
    """Draw thin lines, a small marker a time step, and a head at the current time.

    Traces say in `meta` how they follow a time slider: "until" holds the time of each
    point of a trace shown up to then (None between sequences), "at" the time of each
    point of a trace shown only then. The ranges are those of all times together.

    Args:
        points: Projected states, shape (T, B, 3); up to 100 times of 16 sequences.
        labels: Class of each state, (T, B), indices into `label_names`; a negative
            one is drawn grey. None: there are no classes, and time colours them.
        label_names: Names of the classes, in the page's language.
        explained: Share of the variance along each component, 0 to 1, (3,).
        dims: How many components to show.
        colour: What colours the markers.
        language: "en" or "zh".
        times: Time step of each row of `points`, (T,); 0 … T-1 if None.
        axis_titles: What the axes are, if they are no principal components.
        palette: The colours of the classes, in turn.
        tied: Whether the axes of the plane have one scale, or fill a card that is far
            from square.
    """
    array = np.asarray(points, dtype=np.float64)
    array = np.round(array, _decimals(array)) + 0.0
    at = np.arange(len(array)) if times is None else np.asarray(times)
    # From here on (sequence, time): each sequence's points lie side by side.
    spots = array.transpose(1, 0, 2)
    moments = np.broadcast_to(at, spots.shape[:2])
    data = [_lines(spots, at, dims)]
    by_class = colour == "class" and labels is not None
    if by_class:
        classes = np.asarray(labels).astype(np.int64).T
        data += _by_class(spots, moments, classes, label_names, dims, palette)
    else:
        data += _by_time(spots, moments, dims)
    return {
        "data": data,
        "layout": layout(
            showlegend=by_class,
            legend=legend(itemsizing="constant"),
            hovermode="closest",
            margin={"l": 8, "r": 8, "t": 10, "b": 8, "pad": 0},
            **principal_axes(array, explained, dims, language, axis_titles, tied),
        ),
    }


def _decimals(array: NDArray[np.float64]) -> int:
    largest = np.abs(array[np.isfinite(array)]).max(initial=0)
    return 3 - int(np.floor(np.log10(largest))) if largest > 0 else 3


def _trace(spots: NDArray[np.float64], dims: str, **more: Any) -> dict[str, Any]:
    """Return a trace through spots (N, 3); one that is not finite is a gap."""
    whole = np.asarray(np.isfinite(spots).all(axis=-1))
    made: dict[str, Any] = {"type": "scatter3d" if dims == "3d" else "scatter"}
    for name, column in zip("xyz"[: int(dims[0])], spots.T.tolist(), strict=False):
        pairs = zip(column, whole, strict=True)
        made[name] = [value if fine else None for value, fine in pairs]
    return made | more


def _lines(
    spots: NDArray[np.float64], at: NDArray[np.int_], dims: str
) -> dict[str, Any]:
    gap = np.full((len(spots), 1, 3), np.nan)
    joined = np.concatenate([spots, gap], axis=1).reshape(-1, 3)
    until = (at.tolist() + [None]) * len(spots)
    return _trace(
        joined,
        dims,
        mode="lines",
        line={"color": FAINT, "width": 1 if dims == "2d" else 2},
        hoverinfo="skip",
        showlegend=False,
        meta={"until": until},
    )


def _marks(
    spots: NDArray[np.float64],
    moments: NDArray[np.int_],
    every: NDArray[np.int_],
    dims: str,
    **more: Any,
) -> list[dict[str, Any]]:
    """Return the pair of traces that one colour needs: the trail and the heads.

    `spots` (N, 3) are reached at the `moments` (N,), some of `every` moment.
    """
    marker = more.pop("marker")
    time = moments.tolist()
    small, large = SIZES[dims]
    trail = marker | {"size": small, "opacity": 0.75, "line": {"width": 0}}
    head = marker | {"size": large, "line": {"width": 1.5, "color": "#FFFFFF"}}
    shared = {"mode": "markers", "showlegend": False} | more
    trails = _trace(spots, dims, marker=trail, meta={"until": time}, **shared)
    trails |= {"customdata": time, "hovertemplate": "t = %{customdata}"}
    # A class that nothing is in at some time has an empty point there: its head must
    # not stay where it was last.
    idle = np.setdiff1d(every, moments)
    spots = np.concatenate([spots, np.full((len(idle), 3), np.nan)])
    time = time + idle.tolist()
    if isinstance(head["color"], list):
        head = {**head, "color": time}
        head.pop("colorbar")
    heads = _trace(spots, dims, marker=head, meta={"at": time}, **shared)
    return [trails, heads | {"hoverinfo": "skip"}]  # the trail beneath tells the time


def _by_class(
    spots: NDArray[np.float64],
    moments: NDArray[np.int_],
    classes: NDArray[np.int_],
    names: Sequence[str],
    dims: str,
    palette: Sequence[str],
) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = []
    for place, name in [(-1, "–"), *enumerate(names)]:
        mine = classes == place if place >= 0 else classes < 0
        if place < 0 and not mine.any():
            continue
        colour = palette[place % len(palette)] if place >= 0 else FAINT
        marker = {"color": colour, "symbol": SYMBOLS[place % len(SYMBOLS)]}
        shared = {"name": name, "legendgroup": name, "marker": marker}
        # A trace without a point has no legend entry, and a class may come late.
        nowhere = np.full((1, 3), np.nan)
        data.append(_trace(nowhere, dims, mode="markers", hoverinfo="skip", **shared))
        data += _marks(
            spots[mine],
            moments[mine],
            moments[0],
            dims,
            **shared,
        )
    return data


def _by_time(
    spots: NDArray[np.float64], moments: NDArray[np.int_], dims: str
) -> list[dict[str, Any]]:
    flat = moments.ravel()
    marker = {
        "color": flat.tolist(),
        "colorscale": TIME_SCALE,
        "cmin": int(flat.min(initial=0)),
        "cmax": max(int(flat.max(initial=1)), 1),
        "colorbar": {
            "thickness": 8,
            "outlinewidth": 0,
            "ticks": "",
            "nticks": 5,
            "xpad": 4,
            "ypad": 0,
            "title": {"text": "t", "font": {"size": 12}},
        },
    }
    flat_spots = spots.reshape(-1, 3)
    return _marks(flat_spots, flat, moments[0], dims, marker=marker)
