"""The loss over two weights as a landscape in 3-D, and two ways down it."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from explorer.figures._theme import (
    BLUE,
    VERMILLION,
    Figure,
    header,
    layout,
    legend,
    rounded,
)
from explorer.figures._ways_down import Array, Box, Way, start, way_down
from explorer.texts import Language, Text

# Greys of middling lightness: both ways stand out from it, on white and on black.
ROCK = [[0.0, "#8D98A3"], [1.0, "#C9D1D9"]]
LIFT = 0.012
"""How far above the ground a way lies, as a part of the loss's range."""
WEIGHT = Text(en="weight w", zh="权重 w")
BIAS = Text(en="bias b", zh="偏置 b")
LOSS = Text(en="loss", zh="损失")
WITHOUT = Text(en="without clipping", zh="不裁剪")
WITH = Text(en="clipped to norm {c}", zh="裁剪到范数 {c}")
PACE = Text(
    en="learning rate {rate}, {updates} updates", zh="学习率 {rate}，更新 {updates} 次"
)


def cliff(
    w: ArrayLike,
    b: ArrayLike,
    loss: ArrayLike,
    *,
    without: Way,
    clipped: Way,
    clip_norm: float,
    rate: float,
    language: Language,
) -> Figure:
    """Draw the landscape, the start and both ways down.

    A way ends where it leaves the landscape; a diamond marks the place.

    Args:
        w: the grid's weights, ascending, (W,).
        b: the grid's biases, ascending, (B,).
        loss: the loss at each, (B, W).
        without: the way of plain gradient descent.
        clipped: the way with the gradient's norm clipped.
        clip_norm: to what.
        rate: the learning rate of both.
        language: "en" or "zh".
    """
    height = np.asarray(loss, dtype=np.float64)
    box = [(float(np.min(side)), float(np.max(side))) for side in (w, b)]
    lift = LIFT * float(np.ptp(height))
    names = (WITHOUT, WITH.format(c=f"{clip_norm:g}"))
    data: list[dict[str, Any]] = [_ground(w, b, height, language)]
    for way, name, colour in zip(
        (without, clipped), names, (VERMILLION, BLUE), strict=True
    ):
        data += way_down(way, box, lift, name, colour, language)
    data.append(start(clipped, lift, language))
    return {
        "data": data,
        "layout": layout(
            showlegend=True,
            legend=legend(itemsizing="constant"),
            margin={"l": 0, "r": 0, "t": 10, "b": 0, "pad": 0},
            annotations=[_told(without, rate, language)],
            scene=_scene(box, height, language),
        ),
    }


def _told(way: Way, rate: float, language: Language) -> dict[str, Any]:
    words = PACE.format(rate=f"{rate:g}", updates=len(np.asarray(way[0])) - 1)
    return header(words.to(language), 0.0)


def _ground(
    w: ArrayLike, b: ArrayLike, height: Array, language: Language
) -> dict[str, Any]:
    return {
        "type": "surface",
        "x": rounded(w),
        "y": rounded(b),
        "z": [rounded(row, 3) for row in height],
        "colorscale": ROCK,
        "showscale": False,
        "showlegend": False,
        "opacity": 1,
        "lighting": {"ambient": 0.72, "diffuse": 0.6, "specular": 0.05, "roughness": 1},
        "lightposition": {"x": -1000, "y": -4000, "z": 6000},
        "contours": {
            "x": {"highlight": False},
            "y": {"highlight": False},
            "z": {"highlight": False},
        },
        "hovertemplate": "w %{x:.2f}, b %{y:.2f}<br>"
        f"{LOSS.to(language)} %{{z:.3g}}<extra></extra>",
    }


def _scene(box: Box, height: Array, language: Language) -> dict[str, Any]:
    def side(title: Text, ends: tuple[float, float] | list[float]) -> dict[str, Any]:
        return {
            "title": {"text": title.to(language), "font": {"size": 12}},
            "range": list(ends),
            "nticks": 5,
            "tickfont": {"size": 10},
        }

    top = float(np.nanmax(height))
    return {
        "xaxis": side(WEIGHT, box[0]),
        "yaxis": side(BIAS, box[1]),
        "zaxis": side(LOSS, [-0.02 * top, 1.08 * top]),
        "aspectratio": {"x": 1.1, "y": 1.1, "z": 0.8},
        "camera": {
            "eye": {"x": 0.95, "y": 1.55, "z": 1.0},
            "center": {"x": 0, "y": 0, "z": -0.1},
        },
    }
