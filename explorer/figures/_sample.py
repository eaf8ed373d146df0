"""What the three pictures of one sequence share: the question and its answer's words.

The target is orange and hollow or dashed, the answer blue and filled or solid, so
that they are told apart without colour, too.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from explorer.figures._input_panel import InputKind, input_panel
from explorer.figures._theme import (
    BLUE,
    ORANGE,
    TIME_STEP,
    Figure,
    axis,
    header,
    layout,
    swatch,
)
from explorer.texts import Language, Text

INPUT = Text(en="input", zh="输入")
TARGET = Text(en="target {value}", zh="目标 {value}")
ANSWER = Text(en="network {value}", zh="网络 {value}")
ERROR = Text(en="error {value}", zh="误差 {value}")
FILLED = {"◇": "●", "□": "■", "- -": "—"}  # the answer's glyph for each target's


def question(
    inputs: ArrayLike,
    names: Sequence[str],
    kind: InputKind,
    highlight: Sequence[int] | None,
    foot: float,
    language: Language,
) -> Figure:
    """Return the figure with the input panel alone, from paper y = `foot` up."""
    array = np.asarray(inputs, dtype=np.float64)
    data, scale, key = input_panel(array, names, kind, highlight)
    return {
        "data": data,
        "layout": layout(
            hovermode="closest",
            annotations=[
                header(f"{INPUT.to(language)}    {key}".strip()),
                header(f"{TIME_STEP.to(language)} →", side="right"),
            ],
            xaxis=axis(range=[-0.6, len(array) - 0.4], anchor="y", showgrid=False),
            yaxis=scale | {"domain": [foot, 1]},
            meta={"timeAxis": "x", "timeSpan": [foot, 1]},
        ),
    }


def below(kind: str) -> dict[str, Any]:
    """Return the start of a trace of the given kind in the lower panel."""
    return {"type": kind, "xaxis": "x2", "yaxis": "y2", "showlegend": False}


def told(
    target: str,
    answer: str | None,
    *,
    top: float,
    glyph: str,
    language: Language,
    error: str | None = None,
) -> list[dict[str, Any]]:
    """Return the lower panel's line of words: it is its legend, too.

    `glyph` is the target's, one of FILLED; `top` the panel's upper edge in paper y.
    """
    parts = [f"{swatch(ORANGE, glyph)} {TARGET.format(value=target).to(language)}"]
    if answer is not None:
        words = ANSWER.format(value=answer).to(language)
        parts.append(f"{swatch(BLUE, FILLED[glyph])} {words}")
    if error is not None:
        parts.append(ERROR.format(value=error).to(language))
    return [header("    ".join(part.strip() for part in parts), top)]
