"""A span of time, and the spans that are most like it: inputs on top of agreement."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._heat import coloured, matrix
from explorer.figures._input_panel import InputKind
from explorer.figures._sample import question
from explorer.figures._span_rows import MOST_COLUMNS, Row, curves, lower, symbols
from explorer.figures._theme import (
    ORANGE,
    Figure,
    axis,
    header,
    thinned,
)
from explorer.figures._words import harmless
from explorer.texts import Language, Text

FOOT, TOP = 0.75, 0.64  # lower edge of the upper panel, upper edge of the lower one
AGREE = [[0.0, "rgba(14,124,193,0)"], [1.0, "rgba(14,124,193,0.62)"]]  # BLUE
ASKED = Text(en="chosen<br>{spot}", zh="所选<br>{spot}")
FOUND = Text(en="{likeness:.2f}<br>{spot}", zh="{likeness:.2f}<br>{spot}")
SPOT = Text(en="seq. {sequence}, t = {start}", zh="序列 {sequence}，t = {start}")
OFFSET = Text(en="time steps from the span's beginning", zh="距区间起点的时间步数")
HOVER = Text(
    en="%{x} from the beginning<br>%{z:.0f} % of its units<extra></extra>",
    zh="距起点 %{x} 步<br>其中 %{z:.0f} % 的单元<extra></extra>",
)
FEWEST_ROWS = 4  # that there is room for: one alone would be huge


def span_matches(
    inputs: ArrayLike,
    rows: Sequence[Row],
    *,
    span: tuple[int, int],
    before: int,
    input_names: Sequence[str],
    input_kind: InputKind,
    language: Language,
    highlight: Sequence[int] | None = None,
    note: str = "",
) -> Figure:
    """Draw the shown sequence's input with the span, above rows aligned at the span.

    `layout.meta.selects` lets the reader drag over the upper panel.

    Args:
        inputs: The shown sequence, shape (T, D).
        rows: The chosen span first, then its matches, the best first; windows of the
            same length.
        span: First and last time step of the chosen span.
        before: How many time steps of a window lie before its span.
        input_names: Names of the D inputs, in the page's language.
        input_kind: "symbols" for one-hot inputs, "values" otherwise.
        language: "en" or "zh".
        highlight: Which symbols carry the message.
        note: What was compared, in the page's language.
    """
    names = [harmless(name) for name in input_names]
    figure = question(inputs, names, input_kind, highlight, FOOT, language)
    layout = figure["layout"]
    layout["dragmode"] = False
    layout["meta"]["selects"] = "span"
    layout["annotations"].append(header(note, TOP))
    window = len(rows[0].agreement) if rows else 1
    offsets = np.arange(window) - before
    figure["data"].append(_agreement(rows, offsets, language))
    draw = symbols if input_kind == "symbols" else curves
    figure["data"] += draw(rows, offsets, names, highlight)
    first, last = span
    layout["shapes"] = [
        _frame(first - 0.5, last + 0.5, "x", FOOT, 1.0),
        _frame(-0.5, last - first + 0.5, "x2", 0.0, TOP),
    ]
    layout["xaxis2"] = axis(
        OFFSET.to(language),
        anchor="y2",
        range=[offsets[0] - 0.5, offsets[-1] + 0.5],
        showgrid=False,
    )
    layout["yaxis2"] = axis(
        anchor="x2",
        domain=[0, TOP],
        range=[max(len(rows), FEWEST_ROWS) - 0.5, -0.5],
        tickvals=list(range(len(rows))),
        ticktext=[_label(row).to(language) for row in rows],
        tickfont={"size": 10},
        showgrid=False,
    )
    return figure


def _label(row: Row) -> Text:
    spot = SPOT.format(sequence=row.sequence + 1, start=row.start)
    if row.likeness is None:
        return ASKED.format(spot=spot)
    return FOUND.format(likeness=row.likeness, spot=spot)


def _frame(low: float, high: float, along: str, foot: float, top: float) -> dict:
    return {
        "type": "rect",
        "xref": along,
        "x0": low,
        "x1": high,
        "yref": "paper",
        "y0": foot,
        "y1": top,
        "line": {"color": ORANGE, "width": 1.5},
    }


def _agreement(
    rows: Sequence[Row], offsets: NDArray[np.int_], language: Language
) -> dict[str, Any]:
    keep = thinned(len(offsets), MOST_COLUMNS)
    shares = [100 * row.agreement[keep] for row in rows]
    return coloured(100.0, AGREE, 0.0) | lower(
        "heatmap",
        x=offsets[keep].tolist(),
        z=matrix(np.array(shares), 100.0) if rows else [],
        ygap=3,
        hovertemplate=HOVER.to(language),
    )
