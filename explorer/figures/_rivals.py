"""What others reach, as thin lines beside a curve of learning, and the key to them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer.figures._theme import (
    BROWN,
    GREY,
    ORANGE,
    PURPLE,
    layout,
    number,
    rounded,
    swatch,
)
from explorer.figures._words import harmless, width_of

Rival = tuple[str, float | None, float | None]  # what it is called, its loss and metric
LOOKS = ((ORANGE, "dot", "···"), (PURPLE, "dashdot", "-·-"), (BROWN, "2px,9px", "·  ·"))
LETTERS = 48  # in a line of 12 px on the narrowest card
LINE, AXIS = 16, 44  # px: a line of the key, and the axis above it


def drawn(
    rivals: Sequence[Rival], panel: int, positive: bool = False
) -> dict[int, float]:
    """Return the losses (panel 0) or metrics (1) to draw, by the rival's place.

    Args:
        rivals: all of them; those after the third are left out.
        panel: 0 or 1.
        positive: leave out what a logarithmic scale has no place for.
    """
    values = [(loss, metric)[panel] for _, loss, metric in rivals[: len(LOOKS)]]
    return {
        place: value
        for place, value in enumerate(values)
        if value is not None and np.isfinite(value) and (value > 0 or not positive)
    }


def rival_lines(
    levels: Mapping[int, float], end: int, where: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return a level line for each rival, from step 0 to `end`, on the axes `where`."""
    lines = []
    for place, level in levels.items():
        colour, dash, _ = LOOKS[place]
        lines.append(
            where
            | {
                "mode": "lines",
                "hoverinfo": "skip",
                "x": [0, end],
                "y": rounded([level, level]),
                "line": {"color": colour, "width": 1.5, "dash": dash},
            }
        )
    return lines


def rival_words(rivals: Sequence[Rival], guess: str = "") -> list[str]:
    """Return lines of words that name the rivals, each with its metric.

    `guess`, the words for the grey dashes, comes first where it is given.
    """
    named = [
        (colour, glyph, name if metric is None else f"{name} {number(metric)}")
        for (name, _, metric), (colour, _, glyph) in zip(rivals, LOOKS, strict=False)
    ]
    lines: list[str] = []
    used = LETTERS
    for colour, glyph, words in [(GREY, "- -", guess)] * bool(guess) + named:
        entry = f"{swatch(colour, glyph)} {harmless(words)}"
        used += width_of(words) + 7
        if used > LETTERS:
            lines.append(entry)
            used = width_of(words) + 4
        else:
            lines[-1] += f"    {entry}"
    return lines


def beneath(
    lines: Sequence[str], annotations: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the layout's part with lines of words under the lowest axis title."""
    if not lines:
        return {}
    key = {
        "text": "<br>".join(lines),
        "showarrow": False,
        "align": "left",
        "font": {"size": 12},
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "yshift": -AXIS,
    }
    room = {"b": AXIS + 4 + LINE * len(lines)}
    return {
        "annotations": [*annotations, key],
        "margin": layout()["margin"] | room,
    }
