"""The memory horizon: which lengths are solved, beside where the gradient ends."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from explorer.figures._theme import (
    FAINT,
    GREY,
    PALETTE,
    Figure,
    axis,
    layout,
    legend,
    number,
    rounded,
)
from explorer.texts import Language, Text

UNKNOWN = -1
"""The lag of a row that has no diamond: its gradient was not followed so far."""
LENGTH = Text(en="sequence length T", zh="序列长度 T")
ENDS = Text(
    en="the untrained gradient falls below {part}", zh="未训练时梯度降到 {part} 以下"
)
BEYOND = Text(en="beyond T = {length}", zh="超过 T = {length}")
AFTER = Text(en="after {lag} steps", zh="{lag} 步之后")
SO_FAR = Text(en="{solved} of {ended}<br>so far", zh="目前<br>{solved} / {ended}")
NOT_TRIED, NOT_REACHED = "–", "…"
"""In the field of a length after one that all seeds failed, and of one yet to come."""
EDGE = 0.4
"""Half the height of a field, whose upper edge is the scale that diamonds lie on."""
SHADES = 0.55
"""How strong the colour of a length is that all seeds solve."""


class Row(NamedTuple):
    """One variant.

    Attributes:
        name: what it is called, in the page's language.
        solved: (lengths,), how many seeds solved each.
        ended: (lengths,), of how many seeds that is known.
        failed: whether all seeds failed the last length with any, so that longer
            ones are not tried.
        lag: where its gradient is gone; None beyond the longest length.
    """

    name: str
    solved: Sequence[int]
    ended: Sequence[int]
    failed: bool
    lag: int | None


def horizon_matrix(
    rows: Sequence[Row],
    *,
    lengths: Sequence[int],
    seeds: int,
    fraction: float,
    language: Language,
) -> Figure:
    """Draw variant x length, the share of seeds as shade, each variant its colour.

    A diamond on the upper edge of a row lies at the lag at which the gradient of the
    untrained network is below `fraction`; lengths are equally far apart, and between
    them the scale is logarithmic.

    Args:
        rows: the variants, the first at the top.
        lengths: T of the columns, ascending.
        seeds: with how many seeds each was tried.
        fraction: what part of the gradient counts as nothing.
        language: "en" or "zh".
    """
    shapes = [
        _field(y, x, row.solved[x], seeds)
        for y, row in enumerate(rows)
        for x in range(len(lengths))
    ]
    notes = [
        _note(y, x, words)
        for y, row in enumerate(rows)
        for x, words in enumerate(_words(row, seeds, language))
    ]
    title = ENDS.format(part=number(fraction)).to(language)
    return {
        "data": [_diamonds(rows, lengths, title, language)],
        "layout": layout(
            showlegend=True,
            legend=legend(),
            shapes=shapes,
            annotations=notes,
            xaxis=axis(
                LENGTH.to(language),
                range=[-0.5, len(lengths) - 0.2],
                tickvals=list(range(len(lengths))),
                ticktext=[str(length) for length in lengths],
                showgrid=False,
            ),
            yaxis=axis(
                range=[len(rows) - 0.5, -0.5],
                tickvals=list(range(len(rows))),
                ticktext=[row.name for row in rows],
                showgrid=False,
            ),
        ),
    }


def _field(y: int, x: int, solved: int, seeds: int) -> dict[str, Any]:
    """Return a length's field: the variant's colour, the stronger the more solve it."""
    share = solved / max(seeds, 1)
    return {
        "type": "rect",
        "layer": "below",
        "x0": x - 0.47,
        "x1": x + 0.47,
        "y0": y - EDGE,
        "y1": y + EDGE,
        "line": {"width": 1, "color": FAINT},
        "fillcolor": PALETTE[y % len(PALETTE)],
        "opacity": round(SHADES * share, 3) if share else 0.04,
    }


def _words(row: Row, seeds: int, language: Language) -> list[str]:
    """Return what stands in each field of a row: how many solved it of how many."""
    beyond = NOT_TRIED if row.failed else NOT_REACHED
    said = []
    for solved, ended in zip(row.solved, row.ended, strict=True):
        if not ended:
            said.append(beyond)
        elif ended < seeds:
            said.append(SO_FAR.format(solved=solved, ended=ended).to(language))
        else:
            said.append(f"{solved}/{seeds}")
    return said


def _note(y: int, x: int, words: str) -> dict[str, Any]:
    """Return words in the middle of a field, under the edge that diamonds lie on."""
    return {
        "text": words,
        "showarrow": False,
        "x": x,
        "y": y + 0.06,
        "font": {"size": 13},
    }


def _diamonds(
    rows: Sequence[Row], lengths: Sequence[int], title: str, language: Language
) -> dict[str, Any]:
    places = np.arange(len(lengths))
    at = [
        float("nan")
        if row.lag == UNKNOWN
        else len(lengths) - 0.4
        if row.lag is None
        else float(np.interp(np.log(max(row.lag, 1)), np.log(lengths), places))
        if row.lag >= lengths[0]
        else -0.4
        for row in rows
    ]
    told = [
        BEYOND.format(length=lengths[-1])
        if row.lag is None
        else AFTER.format(lag=row.lag)
        for row in rows
    ]
    beyond = [row.lag is None for row in rows]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": title,
        "x": rounded(at),
        "y": [y - EDGE for y in range(len(rows))],
        "cliponaxis": False,
        "text": [words.to(language) for words in told],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "symbol": ["triangle-right" if far else "diamond" for far in beyond],
            "size": 12,
            "color": GREY,
            "line": {"width": 1.5, "color": "#fff"},
        },
    }
