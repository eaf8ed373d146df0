"""One sequence, and how likely a yes is to the network at each asked time step."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._asked import Bools, Columns, idle, marker_size, time_axis, words
from explorer.figures._input_panel import InputKind
from explorer.figures._sample import question
from explorer.figures._theme import (
    BLUE,
    GREY,
    ORANGE,
    VERMILLION,
    Figure,
    axis,
    rounded,
)
from explorer.figures._words import harmless, width_of
from explorer.texts import Language, Text

TOP, ROOM = 0.46, 0.16  # the lower panel's; room above and below for marks
YES = Text(en="target yes", zh="目标：是")
NO = Text(en="target no", zh="目标：否")


def labels_answer(
    inputs: ArrayLike,
    *,
    input_names: Sequence[str],
    input_kind: InputKind,
    targets: ArrayLike,
    probabilities: ArrayLike,
    language: Language,
    tokens: Sequence[str] | None = None,
    highlight: Sequence[int] | None = None,
) -> Figure:
    """Draw the input above a bar for each asked time step, yes from one half on.

    Args:
        inputs: One sequence, shape (T, D), T >= 1.
        input_names: Names of the D inputs, in the page's language.
        input_kind: "symbols" for one-hot inputs, "values" otherwise.
        targets: 1 or 0 at each time step, (T,); negative where nothing is asked.
        probabilities: The network's of a yes, (T,); not finite where it has none.
        language: "en" or "zh".
        tokens: What is read at each time step, (T,); the symbols' names if None.
        highlight: Which symbols carry the message; the rare ones if None.
    """
    wanted = np.asarray(targets, dtype=np.int64)
    chances = np.asarray(probabilities, dtype=np.float64)
    asked: Bools = wanted >= 0
    known: Bools = np.isfinite(chances)
    wrong = asked & known & ((chances >= 0.5) != (wanted == 1))
    at = Columns(asked, wrong)
    names = [harmless(name) for name in input_names]
    read = (
        _read(inputs, names, input_kind)
        if tokens is None
        else [harmless(token) for token in tokens]
    )
    figure = question(inputs, names, input_kind, highlight, TOP + 0.12, language)
    figure["data"] += [
        idle(at, (-ROOM, 1 + ROOM)),
        _bars(chances, wrong, at),
        _half(len(wanted)),
        *_marks(wanted, read, at, language),
    ]
    figure["layout"] |= {
        "xaxis": time_axis(len(wanted), language, **_ticks(read)),
        "yaxis2": axis(
            anchor="x",
            domain=[0, TOP],
            range=[-ROOM, 1 + ROOM],
            tickvals=[0, 0.5, 1],
            showgrid=False,
        ),
        "bargap": 0.25,
        "meta": {"timeAxis": "x"},
        "annotations": [
            figure["layout"]["annotations"][0],
            *words(asked, wrong if known[asked].all() else None, TOP, "◇", language),
        ],
    }
    return figure


def _read(inputs: ArrayLike, names: Sequence[str], kind: InputKind) -> list[str]:
    """Return the symbol read at each time step; nothing where there is none."""
    array = np.asarray(inputs, dtype=np.float64)
    if kind == "values":
        return [""] * len(array)
    return [names[row.argmax()] if row.any() else "" for row in array]


def _bars(chances: NDArray[np.float64], wrong: Bools, at: Columns) -> dict[str, Any]:
    drawn = np.where(at.is_idle, np.nan, chances[at.shown])
    colours = [VERMILLION if is_wrong else BLUE for is_wrong in wrong[at.shown]]
    return at.trace("bar") | {
        "y": rounded(drawn, 3),
        "marker": {"color": colours, "line": {"width": 0}},
        "customdata": at.shown.tolist(),
        "hovertemplate": "t = %{customdata}<br>%{y}<extra></extra>",
    }


def _half(length: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "yaxis": "y2",
        "x": [-0.5, length - 0.5],
        "y": [0.5, 0.5],
        "line": {"color": GREY, "width": 1, "dash": "dash"},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _marks(
    wanted: NDArray[np.int64], read: Sequence[str], at: Columns, language: Language
) -> list[dict[str, Any]]:
    """Return the targets, above for yes and below for no, and a cross where wrong."""
    size = marker_size(len(at.shown), largest=9)
    diamond = {"symbol": "diamond-open", "color": ORANGE, "size": size}
    cross = {"symbol": "x", "color": VERMILLION, "size": max(0.7 * size, 5)}
    wishes = (NO.to(language), YES.to(language))
    edge = 0.55 * ROOM
    return [
        at.marks(chosen, np.where(wanted[chosen] == on_top, 1 + edge, -edge), marker)
        | {"text": [f"{read[t]}<br>{wishes[wanted[t]]}" for t in chosen]}
        for chosen, on_top, marker in ((at.asked, 1, diamond), (at.wrong, 0, cross))
    ]


def _ticks(read: Sequence[str]) -> dict[str, Any]:
    """Return what is read as the ticks' names, where all of it has room."""
    if len(read) * max(map(width_of, read), default=1) > 44 or not any(read):
        return {}
    return {
        "tickvals": list(range(len(read))),
        "ticktext": list(read),
        "tickangle": 0,
    }
