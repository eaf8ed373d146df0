"""A way down a landscape in 3-D, its start, and where it leaves the picture."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._theme import rounded
from explorer.texts import Language, Text

Array = NDArray[np.float64]
Way = tuple[ArrayLike, ArrayLike, ArrayLike]
"""w, b and the loss before each update and after the last, (updates + 1,) each."""
Box = list[tuple[float, float]]
"""Both ends of w and of b."""
BEGIN = Text(en="start", zh="起点")
LEAVES = Text(en="thrown out of the picture", zh="被甩出画面")


def way_down(
    way: Way,
    box: Box,
    lift: float,
    name: Text,
    colour: str,
    language: Language,
) -> list[dict[str, Any]]:
    """Return a way as far as it stays in the box, and a mark where it leaves.

    Args:
        way: the way.
        box: what is drawn of w and b.
        lift: how far above the ground it lies, in units of the loss.
        name: what the legend calls it.
        colour: its colour.
        language: "en" or "zh".
    """
    w, b, loss = (np.asarray(part, dtype=np.float64) for part in way)
    inside = _within(w, box[0]) & _within(b, box[1])
    gone = not inside.all()
    last = int(inside.argmin()) if gone else len(w)
    x, y, z = w[:last], b[:last], loss[:last] + lift
    if gone and last:
        # The straight line of the update that leaves, as far as the landscape goes.
        part = _part_within((w[last - 1 : last + 1], b[last - 1 : last + 1]), box)
        x = np.append(x, w[last - 1] + part * (w[last] - w[last - 1]))
        y = np.append(y, b[last - 1] + part * (b[last] - b[last - 1]))
        z = np.append(z, z[-1])
    drawn = {
        "type": "scatter3d",
        "mode": "lines+markers",
        "name": name.to(language),
        "x": rounded(x),
        "y": rounded(y),
        "z": rounded(z),
        "line": {"color": colour, "width": 5},
        "marker": {"color": colour, "size": 2.6},
        "hovertemplate": "w %{x:.3g}, b %{y:.3g}",
    }
    return [drawn, *([_exit(x, y, z, colour, language)] if gone and last else [])]


def _exit(
    x: Array, y: Array, z: Array, colour: str, language: Language
) -> dict[str, Any]:
    return {
        "type": "scatter3d",
        "mode": "markers",
        "name": LEAVES.to(language),
        "x": rounded(x[-1:]),
        "y": rounded(y[-1:]),
        "z": rounded(z[-1:]),
        "marker": {"color": colour, "size": 7, "symbol": "diamond"},
        "hovertemplate": LEAVES.to(language) + "<extra></extra>",
    }


def start(way: Way, lift: float, language: Language) -> dict[str, Any]:
    """Return a mark where a way begins; the arguments are those of `way_down`."""
    x, y, z = (np.asarray(part, dtype=np.float64)[:1] for part in way)
    return {
        "type": "scatter3d",
        "mode": "markers",
        "name": BEGIN.to(language),
        "x": rounded(x),
        "y": rounded(y),
        "z": rounded(z + 3 * lift),
        "marker": {
            "color": "#FFFFFF",
            "size": 7,
            "symbol": "circle",
            "line": {"color": "#20262C", "width": 3},
        },
        "hovertemplate": BEGIN.to(language) + "<extra></extra>",
    }


def _within(values: Array, ends: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= ends[0]) & (values <= ends[1])


def _part_within(line: tuple[Array, Array], box: Box) -> float:
    """Return how much of a line, from inside the box to outside, lies within it."""
    parts = [1.0]
    for (start, end), (low, high) in zip(line, box, strict=True):
        if end > high:
            parts.append((high - start) / (end - start))
        if end < low:
            parts.append((low - start) / (end - start))
    return min(parts)
