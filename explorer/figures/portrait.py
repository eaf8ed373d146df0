"""What `drawings/portrait.js` draws: the flow of a plane, what rests, and an orbit."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.figures._stability import KINDS, SLOW
from explorer.figures._theme import (
    BLUE,
    GREY,
    ORANGE,
    VERMILLION,
    round_up,
    rounded,
)
from explorer.texts import Language, Text

Array = NDArray[np.float64]
Limits = tuple[tuple[float, float], tuple[float, float]]
STILL = Text(en="{name} stays as it is", zh="{name} 不变")
PATH = Text(
    en="paths under the task's inputs, up to t", zh="任务输入下的轨迹（到 t 为止）"
)
ORBIT = Text(en="orbit from the start", zh="从起点出发的轨道")
START = Text(
    en="Start of the orbit: drag it, or use the arrow keys",
    zh="轨道的起点：可拖动，也可用方向键移动",
)
GLYPHS = {"circle": "●", "diamond": "◆", "square": "■", "x": "✕", "circle-open": "○"}


class Rest(NamedTuple):
    """Where the plane rests: points (P, 2), kinds and words of each, and ways out.

    Ways are (D, 2, 2), both ends of a segment along each unstable direction.
    """

    points: Array
    kinds: Sequence[int]
    words: Sequence[str]
    ways: Array


def limits_around(states: Array) -> Limits:
    """Return round limits that hold the origin and all states (..., 2) with room."""
    flat = np.concatenate([states.reshape(-1, 2), np.zeros((1, 2))])
    low, high = flat.min(axis=0), flat.max(axis=0)
    room = np.maximum(0.25 * (high - low), 0.05)
    ends = []
    for start, end in zip(low - room, high + room, strict=True):
        grid = round_up(float(end - start)) / 20
        ends.append(
            (
                float(f"{np.floor(start / grid) * grid:.6g}"),
                float(f"{np.ceil(end / grid) * grid:.6g}"),
            )
        )
    return ends[0], ends[1]


def portrait(
    *,
    names: Sequence[str],
    first: Array,
    second: Array,
    flow: Array,
    rest: Rest,
    paths: Array,
    times: NDArray[np.int_],
    orbit: Array,
    said: str,
    language: Language,
) -> dict[str, Any]:
    """Return a portrait as data for its drawing.

    Args:
        names: Of both coordinates.
        first: Values of the grid's columns, (C,).
        second: Values of the grid's rows, (R,).
        flow: F(s) - s on it, (R, C, 2).
        rest: What rests.
        paths: Some sequences, (T, B, 2).
        times: The time step of each of their rows, (T,).
        orbit: (N, 2), the start included.
        said: What the orbit comes to.
        language: "en" or "zh".
    """
    return {
        "names": list(names),
        "first": rounded(first),
        "second": rounded(second),
        "flow": [
            [rounded(row, 3) for row in part] for part in np.moveaxis(flow, -1, 0)
        ],
        "points": _points(rest),
        "ways": [rounded(way) for way in rest.ways],
        "paths": [_flat(path) for path in paths.transpose(1, 0, 2)],
        "times": times.tolist(),
        "orbit": _flat(orbit),
        "colours": {"first": BLUE, "second": ORANGE, "orbit": VERMILLION},
        "key": _key(names, rest.kinds, language),
        "said": said,
        "start": START.to(language),
    }


def no_portrait(sentence: str, links: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return a sentence and links (words, query) for where there is no plane."""
    return {"hint": sentence, "links": [list(link) for link in links]}


def _flat(line: Array) -> list[list[float | None]]:
    return [rounded(point) for point in line]


def _points(rest: Rest) -> list[dict[str, Any]]:
    made = []
    for point, kind, words in zip(rest.points, rest.kinds, rest.words, strict=True):
        _, colour, symbol = KINDS[kind]
        at = rounded(point, 5)
        made.append({"at": at, "colour": colour, "symbol": symbol, "words": words})
    return made


def _key(
    names: Sequence[str], kinds: Sequence[int], language: Language
) -> list[list[str]]:
    """Return (colour, glyph, words) of all that is drawn."""
    lines = [
        [colour, "—", STILL.format(name=name).to(language)]
        for name, colour in zip(names, (BLUE, ORANGE), strict=True)
    ]
    points = [
        [KINDS[kind][1], GLYPHS[KINDS[kind][2]], KINDS[kind][0].to(language)]
        for kind in KINDS
        if kind in kinds and kind != SLOW
    ]
    orbit = [[VERMILLION, "⦿", ORBIT.to(language)]]
    return [*lines, *points, *orbit, [GREY, "—", PATH.to(language)]]
