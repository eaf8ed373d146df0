"""Where a network rests, among the paths that it takes (Sussillo & Barak 2013)."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.figures._principal_axes import principal_axes
from explorer.figures._stability import KINDS, SLOW, kinds, pace
from explorer.figures._theme import (
    FAINT,
    GREY,
    Figure,
    header,
    layout,
    legend,
    number,
    rounded,
)
from explorer.texts import Language, Text

Array = NDArray[np.float64]
SIZES = {"2d": (3, 9, 11), "3d": (2, 3.5, 5.5)}
"""The markers of a path, of its head, and of a fixed point."""
MOST_LABELLED = 4
POINT = Text(
    en="<b>{kind}</b><br>k = {ways} of {size} directions lead away<br>"
    "largest |λ| = {largest}: {pace}<br>speed q = {speed}<br>"
    "searches that ended here: {visits}",
    zh="<b>{kind}</b><br>{size} 个方向中有 k = {ways} 个远离<br>"
    "最大 |λ| = {largest}：{pace}<br>速度 q = {speed}<br>有 {visits} 次搜索止于此处",
)


class Rest(NamedTuple):
    """Fixed and slow points as they are drawn.

    Attributes:
        points: (P, 3), projected.
        fixed, unstable, speeds, visits: (P,), as in `dynamics.fixed_points`.
        largest: (P,), the largest |eigenvalue|.
        ways: (D, 2, 3), both ends of a segment along each unstable direction.
        size: S, the number of directions.
    """

    points: Array
    fixed: NDArray[np.bool_]
    unstable: NDArray[np.int_]
    speeds: Array
    visits: NDArray[np.int_]
    largest: Array
    ways: Array
    size: int


def fixed_point_map(
    paths: Array,
    times: NDArray[np.int_],
    rest: Rest,
    *,
    explained: Sequence[float],
    dims: Literal["2d", "3d"],
    language: Language,
    note: str,
) -> Figure:
    """Draw faint paths, revealed by the time slider, and the points among them.

    Args:
        paths: Projected states, (T, B, 3).
        times: Time step of each row, (T,).
        rest: The points.
        explained: Share of the variance along each component, (3,).
        dims: How many components to show.
        language: "en" or "zh".
        note: What was held still and searched, above the plot, lines parted by <br>.
    """
    everything = np.concatenate([paths.reshape(-1, 3), rest.points])
    return {
        "data": [
            *_paths(paths, times, dims),
            _ways(rest.ways, dims),
            *_points(rest, dims, language),
        ],
        "layout": layout(
            **_key(note, len(rest.points)),
            hovermode="closest",
            **_closer(principal_axes(everything, explained, dims, language)),
        ),
    }


def _key(note: str, points: int) -> dict[str, Any]:
    """Return the key with the note above it; without points, the note alone."""
    side = {"l": 8, "r": 8, "b": 8, "pad": 0}
    if not points:
        lines = 1 + note.count("<br>")
        words = header(note) | {"align": "left"}
        return {"margin": side | {"t": 12 + 16 * lines}, "annotations": [words]}
    title = {"text": note, "side": "top", "font": {"size": 12}}
    key = legend(itemsizing="constant", itemwidth=30, title=title)
    return {"margin": side | {"t": 10}, "showlegend": True, "legend": key}


def _closer(axes: dict[str, Any]) -> dict[str, Any]:
    """Look from nearer than in a low card: this one is high."""
    if "scene" in axes:
        axes["scene"]["camera"]["eye"] = {"x": 1.2, "y": 1.2, "z": 0.8}
    return axes


def _trace(spots: Array, dims: str, **more: Any) -> dict[str, Any]:
    """Return a trace through spots (N, 3), NaN for a gap."""
    made: dict[str, Any] = {"type": "scatter3d" if dims == "3d" else "scatter"}
    for name, column in zip("xyz"[: int(dims[0])], spots.T, strict=False):
        made[name] = rounded(column)
    return made | more


def _gapped(lines: Array) -> Array:
    """Return lines (N, points, 3) one after another with a gap behind each."""
    gap = np.full((len(lines), 1, 3), np.nan)
    return np.concatenate([lines, gap], axis=1).reshape(-1, 3)


def _paths(paths: Array, times: NDArray[np.int_], dims: str) -> list[dict[str, Any]]:
    lines = paths.transpose(1, 0, 2)
    spots = lines.reshape(-1, 3)
    moments = times.tolist() * len(lines)
    until = (times.tolist() + [None]) * len(lines)
    small, head, _ = SIZES[dims]
    quiet: dict[str, Any] = {"hoverinfo": "skip", "showlegend": False}
    dot = {"color": FAINT, "size": small, "line": {"width": 0}}
    here = {"color": GREY, "size": head, "line": {"width": 1, "color": "#FFFFFF"}}
    # Lines in 3-D know no opacity.
    width = (
        {"color": FAINT, "width": 1} if dims == "2d" else {"color": GREY, "width": 1}
    )
    return [
        _trace(
            _gapped(lines),
            dims,
            mode="lines",
            line=width,
            meta={"until": until},
            **quiet,
        ),
        _trace(
            spots, dims, mode="markers", marker=dot, meta={"until": moments}, **quiet
        ),
        _trace(spots, dims, mode="markers", marker=here, meta={"at": moments}, **quiet),
    ]


def _ways(ways: Array, dims: str) -> dict[str, Any]:
    colour = KINDS[1][1]
    return _trace(
        _gapped(ways),
        dims,
        mode="lines",
        line={"color": colour, "width": 2 if dims == "2d" else 4},
        hoverinfo="skip",
        showlegend=False,
    )


def _points(rest: Rest, dims: str, language: Language) -> list[dict[str, Any]]:
    found = np.array(kinds(rest.fixed, rest.unstable, rest.size), dtype=int)
    there = (kind for kind in KINDS if (found == kind).any())
    return [_kind(kind, rest, found == kind, dims, language) for kind in there]


def _kind(
    kind: int, rest: Rest, mine: NDArray[np.bool_], dims: str, language: Language
) -> dict[str, Any]:
    title, colour, symbol = KINDS[kind]
    name = f"{title.to(language)}: {int(mine.sum())}"
    spots = rest.points[mine]
    words = [_words(rest, k, title).to(language) for k in np.flatnonzero(mine)]
    marker = {"color": colour, "symbol": symbol, "size": SIZES[dims][2]}
    if kind != SLOW:
        marker["line"] = {"width": 1, "color": "#FFFFFF"}
    trace = _trace(spots, dims, mode="markers", name=name, marker=marker)
    trace |= {"customdata": words, "hovertemplate": "%{customdata}<extra></extra>"}
    if kind != SLOW:
        return trace
    speeds = [f"q = {number(float(f'{q:.1g}'))}" for q in rest.speeds[mine]]
    shown = [s if k < MOST_LABELLED else "" for k, s in enumerate(speeds)]
    return trace | {
        "mode": "markers+text",
        "text": shown,
        "textposition": "top center",
        "textfont": {"size": 12},
    }


def _words(rest: Rest, place: np.intp, kind: Text) -> Text:
    return POINT.format(
        kind=kind,
        ways=int(rest.unstable[place]),
        size=rest.size,
        largest=number(float(rest.largest[place])),
        pace=pace(float(rest.largest[place])),
        speed=number(float(rest.speeds[place])),
        visits=int(rest.visits[place]),
    )
