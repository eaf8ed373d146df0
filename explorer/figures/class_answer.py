"""One sequence and the probability that the network gives to each class."""

from collections.abc import Sequence
from os.path import commonprefix
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._input_panel import InputKind
from explorer.figures._sample import below, question, told
from explorer.figures._theme import BLUE, ORANGE, Figure, axis, rounded
from explorer.figures._words import width_of
from explorer.texts import Language, Text

WRONG = Text(en="{answer}, wrong", zh="{answer}，错")
RIGHT = Text(en="{answer} ✓", zh="{answer} ✓")  # a cross would look like a class X
MOST_LETTERS = 44  # of all the classes' names together, side by side
PROBABILITY = Text(en="probability", zh="概率")


def class_answer(
    inputs: ArrayLike,
    *,
    input_names: Sequence[str],
    input_kind: InputKind,
    target: int,
    probabilities: ArrayLike | None,
    class_names: Sequence[str],
    language: Language,
    highlight: Sequence[int] | None = None,
) -> Figure:
    """Draw the input above the probability of each class.

    Args:
        inputs: One sequence, shape (T, D), T >= 1.
        input_names: Names of the D inputs, in the page's language.
        input_kind: "symbols" for one-hot inputs, "values" otherwise.
        target: Index of the right class.
        probabilities: The network's, (K,), or None before it has answered.
        class_names: Names of the K classes, in the page's language.
        language: "en" or "zh".
        highlight: Which symbols carry the message; the rare ones if None.
    """
    chances = np.zeros(len(class_names))
    if probabilities is not None:
        chances = np.asarray(probabilities, dtype=np.float64)
    verdict = None
    if probabilities is not None and np.isfinite(chances).all():
        best = int(chances.argmax())
        answer = f"{_short(class_names)[1][best]} ({100 * chances[best]:.0f} %)"
        told_as = RIGHT if best == target else WRONG
        verdict = told_as.format(answer=answer).to(language)
    words = told(class_names[target], verdict, top=0.25, glyph="□", language=language)
    figure = question(inputs, input_names, input_kind, highlight, 0.55, language)
    figure["data"] += _bars(chances, target)
    figure["layout"] |= {
        "barmode": "overlay",
        "xaxis2": axis(
            anchor="y2",
            range=[-0.6, len(chances) - 0.4],
            showgrid=False,
            **_ticks(class_names),
        ),
        "yaxis2": axis(
            anchor="x2",
            domain=[0, 0.25],
            range=[0, 1.04],
            tickvals=[0, 1],
            title=PROBABILITY.to(language),
        ),
    }
    figure["layout"]["annotations"] += words
    return figure


def _ticks(names: Sequence[str]) -> dict[str, Any]:
    """Return level labels; what long names all begin with is the axis's title."""
    shared, texts = _short(names)
    every = -(-sum(map(width_of, texts)) // MOST_LETTERS)
    return {
        "title": shared,
        "tickvals": list(range(len(names)))[:: max(every, 1)],
        "ticktext": texts[:: max(every, 1)],
        "tickangle": 0,
    }


def _short(names: Sequence[str]) -> tuple[str, list[str]]:
    """Return the words that long names all begin with, and what tells them apart."""
    shared = ""
    if sum(map(width_of, names)) > MOST_LETTERS:
        shared = commonprefix(list(names)).rpartition(" ")[0]
    return shared, [name.removeprefix(shared).strip() for name in names]


def _bars(chances: NDArray[np.float64], target: int) -> list[dict[str, Any]]:
    """Return a filled bar for each class and a hollow one around the target's."""
    bars = below("bar") | {
        "x": list(range(len(chances))),
        "y": rounded(chances),
        "width": 0.55,
        "marker": {"color": BLUE},
        "hovertemplate": "%{x}<br>%{y:.3f}<extra></extra>",
    }
    frame = below("bar") | {
        "x": [target],
        "y": [1],
        "width": 0.8,
        "marker": {"color": "rgba(0,0,0,0)", "line": {"color": ORANGE, "width": 2}},
        "hoverinfo": "skip",
    }
    return [bars, frame]
