"""One sequence, and how likely each class is to the network at each asked time step."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._asked import Bools, Columns, idle, marker_size, time_axis, words
from explorer.figures._input_panel import InputKind
from explorer.figures._sample import question
from explorer.figures._theme import ORANGE, VERMILLION, Figure, axis
from explorer.figures._words import harmless
from explorer.texts import Language, Text

MOST_ROWS, MOST_LABELS = 12, 8
CHANCES = [[0.0, "rgba(14,124,193,0)"], [1.0, "rgba(14,124,193,1)"]]  # BLUE
OTHERS = Text(en="others", zh="其他")
TOLD = Text(en="target {target}<br>network {said}", zh="目标 {target}<br>网络 {said}")
Ints = NDArray[np.int64]


def classes_answer(
    inputs: ArrayLike,
    *,
    input_names: Sequence[str],
    input_kind: InputKind,
    targets: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[str],
    language: Language,
    highlight: Sequence[int] | None = None,
    said: ArrayLike | None = None,
    counted: ArrayLike | None = None,
) -> Figure:
    """Draw the input above a map of classes over time, the targets framed.

    With more than 12 classes, those that are never the target here share the last row.

    Args:
        inputs: One sequence, shape (T, D), T >= 1.
        input_names: Names of the D inputs, in the page's language.
        input_kind: "symbols" for one-hot inputs, "values" otherwise.
        targets: Index of the right class at each time step, (T,); negative where
            nothing is asked.
        probabilities: The network's, (T, K); not finite where it has none.
        class_names: Names of the K classes, in the page's language.
        language: "en" or "zh".
        highlight: Which symbols carry the message; the rare ones if None.
        said: The class taken as the answer, (T,); the likeliest if None.
        counted: Whether the metric counts the answer, (T,); wherever one is asked for
            if None. Only what counts can be wrong.
    """
    wanted = np.asarray(targets, dtype=np.int64)
    chances = np.asarray(probabilities, dtype=np.float64)
    asked: Bools = wanted >= 0
    known: Bools = np.isfinite(chances.sum(axis=1))
    answer = chances.argmax(axis=1) if said is None else np.asarray(said, np.int64)
    marked: Bools = asked if counted is None else asked & np.asarray(counted, np.bool_)
    wrong = marked & known & (answer != wanted)
    at = Columns(asked, wrong)
    names, row_of = _rows(wanted[asked], class_names, language)
    top = 0.46 if len(names) <= 6 else 0.54
    figure = question(
        inputs,
        [harmless(name) for name in input_names],
        input_kind,
        highlight,
        top + 0.14,
        language,
    )
    figure["data"] += [
        idle(at, (-0.5, len(names) - 0.5)),
        _map(chances, row_of, asked & known, at),
        *_marks(wanted, answer, row_of, at, class_names, language),
    ]
    figure["layout"] |= {
        "xaxis": time_axis(len(wanted), language),
        "yaxis2": _lanes(names) | {"anchor": "x", "domain": [0, top]},
        "meta": {"timeAxis": "x"},
    }
    told = wrong if known[asked].all() else None
    header = words(asked, told, top, "□", language, marked)
    figure["layout"]["annotations"][1:] = header
    return figure


def _rows(
    asked_for: Ints, class_names: Sequence[str], language: Language
) -> tuple[list[str], Ints]:
    """Return the rows' names, the first on top, and each class's row, (K,)."""
    names = [harmless(name) for name in class_names]
    if len(names) <= MOST_ROWS:
        return names, np.arange(len(names))
    own = np.unique(asked_for)
    row_of = np.full(len(names), len(own))
    row_of[own] = np.arange(len(own))
    others = [OTHERS.to(language)] if len(own) < len(names) else []
    return [names[each] for each in own] + others, row_of


def _map(
    chances: NDArray[np.float64], row_of: Ints, drawn: Bools, at: Columns
) -> dict[str, Any]:
    """Return the map in whole percent: many small numbers have to be sent."""
    percent = np.zeros((row_of.max() + 1, len(chances)))
    np.add.at(percent, row_of, 100 * chances.T)
    percent[:, ~drawn] = np.nan
    return at.trace("heatmap") | {
        "z": [_whole(row) for row in percent[:, at.shown]],
        "zmin": 0,
        "zmax": 100,
        "colorscale": CHANCES,
        "showscale": False,
        "hovertemplate": "t = %{x:.0f}<br>%{z} %<extra></extra>",
    }


def _whole(values: NDArray[np.float64]) -> list[int | None]:
    return [round(value) if np.isfinite(value) else None for value in values.tolist()]


def _marks(
    wanted: Ints,
    said: Ints,
    row_of: Ints,
    at: Columns,
    class_names: Sequence[str],
    language: Language,
) -> list[dict[str, Any]]:
    """Return frames around the targets, and crosses at the answers that are wrong."""
    size = min(marker_size(len(at.shown)), max(80 / (row_of.max() + 1), 3.5))
    frame = {"symbol": "square-open", "color": ORANGE, "size": size}
    frame["line"] = {"width": 2 if size > 6 else 1}
    cross = {"symbol": "x", "color": VERMILLION, "size": max(0.7 * size, 6)}
    traces = []
    for chosen, classes, marker in (
        (at.asked, wanted, frame),
        (at.wrong, said, cross),
    ):
        hover = [
            TOLD.format(
                target=harmless(class_names[wanted[t]]),
                said=harmless(class_names[said[t]]),
            ).to(language)
            for t in chosen
        ]
        traces.append(
            at.marks(chosen, row_of[classes[chosen]], marker) | {"text": hover}
        )
    return traces


def _lanes(names: Sequence[str]) -> dict[str, Any]:
    """Return an axis of labelled rows, the first on top, the labels not too dense."""
    every = -(-len(names) // MOST_LABELS)
    places = [*range(0, len(names) - every, every), len(names) - 1]
    return axis(
        range=[len(names) - 0.5, -0.5],
        tickvals=places,
        ticktext=[names[place] for place in places],
        tickfont={"size": 12 if len(names) <= 5 else 9},
        tickangle=0,
        showgrid=False,
    )
