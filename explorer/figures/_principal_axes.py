"""The plane or space of the first principal components."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import axis, round_up, rounded
from explorer.texts import Language, Text

COMPONENT = Text(en="PC {place} ({share:.0f} %)", zh="主成分 {place}（{share:.0f} %）")


def principal_axes(
    array: NDArray[np.float64],
    explained: Sequence[float],
    dims: str,
    language: Language,
    titles: Sequence[str] = (),
    tied: bool = True,
) -> dict[str, Any]:
    """Return axes whose ends are round, so that they seldom move.

    Without titles of their own they are principal components. In the plane they have
    one scale if `tied`, or else fill a card that is far from square.
    """
    titles = titles or [
        COMPONENT.format(place=place + 1, share=100 * share).to(language)
        for place, share in enumerate(explained)
    ]
    ranges = [_range(column) for column in array.reshape(-1, 3).T]
    same: dict[str, Any] = {"scaleanchor": "x"} if tied else {}
    if dims == "2d":
        return {
            "xaxis": axis(titles[0], range=ranges[0]),
            "yaxis": axis(titles[1], range=ranges[1], **same),
        }
    spans = [high - low for low, high in ranges]
    shape = [max(span / max(spans), 0.4) for span in spans]
    return {
        "scene": {
            "aspectmode": "manual",
            "aspectratio": dict(zip("xyz", rounded(shape), strict=True)),
            "camera": {
                # Far enough for a card that is taller than wide.
                "eye": {"x": 1.6, "y": 1.6, "z": 1.05},
                "center": {"x": 0, "y": 0, "z": -0.12},
            },
        }
        | {
            f"{name}axis": {
                "title": {"text": title, "font": {"size": 12}},
                "range": ends,
                "nticks": 4,
                "showspikes": False,
            }
            for name, title, ends in zip("xyz", titles, ranges, strict=True)
        }
    }


def _range(values: NDArray[np.float64]) -> list[float]:
    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
    grid = round_up(float(high - low)) / 10
    ends = np.floor(low / grid - 0.4), np.ceil(high / grid + 0.4)
    return [float(f"{end * grid:.6g}") for end in ends]
