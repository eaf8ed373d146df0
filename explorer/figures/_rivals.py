"""What others reach, as thin lines beside a curve of learning, and the key to them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer.figures._theme import (
    BROWN,
    COLON,
    GREY,
    ORANGE,
    PURPLE,
    breadth,
    header,
    layout,
    number,
    rounded,
    swatch,
)
from explorer.figures._words import harmless
from explorer.texts import Language

Rival = tuple[str, float | None, float | None]  # what it is called, its loss and metric
LOOKS = ((ORANGE, "dot", "···"), (PURPLE, "dashdot", "-·-"), (BROWN, "2px,9px", "·  ·"))
Line = tuple[str, float]  # a line of the key, and about how many px wide it is
ROOM, GAP = 250, 12  # px: of a line on the narrowest card, and between two entries
LINE, TICKS = 16, 21  # px: a line of the key, and the axis's labels above it


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


def rival_words(
    rivals: Sequence[Rival], language: Language, guess: str = ""
) -> list[Line]:
    """Return lines of words that name the rivals, each with its metric.

    `guess`, the words for the grey dashes, comes first where it is given.
    """
    colon = COLON.to(language)
    named = [
        (colour, glyph, name if metric is None else f"{name}{colon}{number(metric)}")
        for (name, _, metric), (colour, _, glyph) in zip(rivals, LOOKS, strict=False)
    ]
    return packed([(GREY, "- -", guess)] * bool(guess) + named)


def packed(entries: Sequence[tuple[str, str, str]]) -> list[Line]:
    """Return the lines of a key, as many entries in each as it has room for.

    Args:
        entries: (colour, glyph, words) of each.
    """
    lines: list[Line] = []
    for colour, glyph, words in entries:
        entry = f"{swatch(colour, glyph)} {harmless(words)}"
        width = breadth(f"{glyph} {words}")
        if lines and lines[-1][1] + GAP + width <= ROOM:
            text, used = lines.pop()
            entry, width = f"{text}{' ' * 4}{entry}", used + GAP + width
        lines.append((entry, width))
    return lines


def beneath(
    lines: Sequence[Line], title: str, annotations: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the layout's annotations, with a key to the lines under the lowest axis.

    The axis has no title of its own where there is a key: it stands at the right of
    the first line that leaves it room, so that the panels above are the higher.
    """
    if not lines:
        return {"annotations": list(annotations)}
    free = ROOM - GAP - breadth(title)
    row = next((n for n, (_, width) in enumerate(lines) if width <= free), -1)
    first = TICKS if row >= 0 else TICKS + LINE
    notes = [_note("<br>".join(text for text, _ in lines), "left", first)]
    notes.append(_note(title, "right", TICKS + LINE * max(row, 0)))
    room = {"t": 20, "b": first + 4 + LINE * len(lines)}
    return {
        "annotations": [*annotations, *notes],
        "margin": layout()["margin"] | room,
    }


def _note(text: str, side: str, below: int) -> dict[str, Any]:
    under = {"y": 0, "yanchor": "top", "yshift": -below, "align": side}
    return header(text, side=side) | under
