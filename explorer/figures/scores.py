"""What the network and its rivals reach, in several metrics side by side."""

import re
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import Figure, axis, header, layout, number
from explorer.figures._words import harmless, width_of
from explorer.texts import Language, Text

BEST = Text(en="<b>bold</b>: best of its column", zh="<b>粗体</b>：该列最佳")
UNKNOWN = "–"
OWN_ROW = "rgba(127,138,150,0.18)"  # the network's, the first
LETTERS, TITLE_LETTERS = 13, 7  # in a line beside and above the table


def scores(
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[float | None]]],
    language: Language,
    *,
    lower_is_better: Collection[str] = (),
    unranked: Collection[str] = (),
) -> Figure:
    """Draw a table of metrics: a row for the network and for each rival.

    Args:
        columns: names of the metrics, in the page's language.
        rows: (name, values), the network's first, the values in the order of the
            columns; None or not a number where there is none.
        language: "en" or "zh".
        lower_is_better: which columns are best where they are lowest.
        unranked: which columns have no best, such as how much of a text is kept.
    """
    # Not Plotly's table: its lines do not align, and narrow columns cut their titles.
    values = np.array([row for _, row in rows], dtype=np.float64)
    values = values.reshape(len(rows), len(columns))
    signs = [-1.0 if column in lower_is_better else 1.0 for column in columns]
    ranked = [column not in unranked for column in columns]
    is_best = _best(values * signs) & ranked
    places = [(row, column) for row, column in np.ndindex(values.shape)]
    text = {
        "type": "scatter",
        "mode": "text",
        "x": [column for _, column in places],
        "y": [row for row, _ in places],
        "text": [_cell(float(values[i, j]), bool(is_best[i, j])) for i, j in places],
        "textfont": {"size": 13},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    furniture = {
        "annotations": [header(BEST.to(language)) | {"yshift": 34}],
        "margin": {"l": 8, "r": 4, "t": 58, "b": 8, "pad": 0},
    }
    return {
        "data": [text],
        "layout": layout(**furniture, **_grid(columns, [name for name, _ in rows])),
    }


def _best(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values are the highest of their column; several where they tie."""
    known = np.where(np.isfinite(values), values, -np.inf)
    return np.isfinite(values) & (known == known.max(axis=0, initial=-np.inf))


def _cell(value: float, is_best: bool) -> str:
    words = number(value) if np.isfinite(value) else UNKNOWN
    return f"<b>{words}</b>" if is_best else words


def _grid(columns: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    """Return axes that are the table's titles, and a ground for the first row."""
    plain: dict[str, Any] = {"showgrid": False, "fixedrange": True, "ticks": ""}
    asides = [_narrow(name, LETTERS) for name in names]
    own = {
        "type": "rect",
        "layer": "below",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": -0.5,
        "y1": 0.5,
        "line": {"width": 0},
        "fillcolor": OWN_ROW,
    }
    return {
        "xaxis": axis(
            side="top",
            range=[-0.5, len(columns) - 0.5],
            tickvals=list(range(len(columns))),
            ticktext=[_narrow(column, TITLE_LETTERS) for column in columns],
            tickfont={"size": 11 if len(columns) <= 5 else 10},
            tickangle=0,
            **plain,
        ),
        "yaxis": axis(
            range=[max(len(names), 3) - 0.5, -0.5],
            tickvals=list(range(len(names))),
            ticktext=asides,
            tickfont={"size": 12},
            **plain,
        ),
        "shapes": [own] if names else [],
    }


def _narrow(name: str, letters: int) -> str:
    """Return a name in lines as few as can be, broken at spaces.

    A word too wide for a line is broken at its hyphens and strokes, if it has any.
    """
    lines = [""]
    for word in name.split():
        wide = width_of(word) > letters
        for part in re.split(r"(?<=\w[-/])(?=\w)", word) if wide else [word]:
            longer = f"{lines[-1]} {part}".lstrip()
            if lines[-1] and width_of(longer) > letters:
                lines.append(part)
            else:
                lines[-1] = longer
    return "<br>".join(map(harmless, lines))
