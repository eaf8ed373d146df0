"""A span of time, and the spans that are most like it: inputs on top of agreement."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._heat import coloured, matrix
from explorer.figures._input_panel import InputKind
from explorer.figures._sample import question
from explorer.figures._theme import (
    FAINT,
    GREY,
    ORANGE,
    PALETTE,
    Figure,
    axis,
    header,
    rounded,
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
MOST_COLUMNS, MOST_LETTERS, MOST_CHANNELS = 100, 44, 3
SHORT = 3  # letters: what has more is drawn as a dot, like what has no room
FEWEST_ROWS = 4  # that there is room for: one alone would be huge
LANE = 0.36  # half of what a curve may take of its row's height


class Row(NamedTuple):
    """A span with what lies around it.

    Attributes:
        sequence: which of the sequences.
        start: the span's first time step.
        likeness: 0 to 1; None for the span that was chosen.
        inputs: (window, D), not a number before and after the sequence.
        agreement: (window,), the share of the chosen span's units that are active.
    """

    sequence: int
    start: int
    likeness: float | None
    inputs: NDArray[np.float64]
    agreement: NDArray[np.float64]


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
    draw = _symbols if input_kind == "symbols" else _curves
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


def _lower(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "xaxis": "x2", "yaxis": "y2", "showlegend": False} | more


def _agreement(
    rows: Sequence[Row], offsets: NDArray[np.int_], language: Language
) -> dict[str, Any]:
    keep = thinned(len(offsets), MOST_COLUMNS)
    shares = [100 * row.agreement[keep] for row in rows]
    return coloured(100.0, AGREE, 0.0) | _lower(
        "heatmap",
        x=offsets[keep].tolist(),
        z=matrix(np.array(shares), 100.0) if rows else [],
        ygap=3,
        hovertemplate=HOVER.to(language),
    )


def _symbols(
    rows: Sequence[Row],
    offsets: NDArray[np.int_],
    names: Sequence[str],
    highlight: Sequence[int] | None,
) -> list[dict[str, Any]]:
    """Return the symbols as letters where they have room, else the message as dots."""
    lettered = len(offsets) <= MOST_LETTERS
    spots: dict[int, list[tuple[int, int]]] = {}
    for place, row in enumerate(rows):
        known = np.flatnonzero(np.isfinite(row.inputs).all(axis=1))
        for at, symbol in zip(known, row.inputs[known].argmax(axis=1), strict=True):
            spots.setdefault(int(symbol), []).append((int(offsets[at]), place))
    message = list(highlight or [])
    data = []
    for symbol, places in sorted(spots.items()):
        x, y = (list(part) for part in zip(*places, strict=True))
        mine = _lower(
            "scatter", x=x, y=y, hovertemplate=f"{names[symbol]}<extra></extra>"
        )
        colour = PALETTE[message.index(symbol) % 7] if symbol in message else FAINT
        if lettered and len(names[symbol]) <= SHORT:
            font = {"size": 11 if len(offsets) <= 24 else 9}
            look = {"mode": "text", "text": [names[symbol]] * len(x), "textfont": font}
        elif symbol in message or len(offsets) <= MOST_COLUMNS:
            marker = {"color": colour, "size": 6 if symbol in message else 3}
            look = {"mode": "markers", "marker": marker}
        else:
            continue
        data.append(mine | look)
    return data


def _curves(
    rows: Sequence[Row],
    offsets: NDArray[np.int_],
    names: Sequence[str],
    highlight: Sequence[int] | None,
) -> list[dict[str, Any]]:
    """Return the inputs as small curves in their rows; marks and pulses as diamonds.

    Of more channels than can be told apart, the mean is drawn.
    """
    if not rows:
        return []
    windows = np.stack([row.inputs for row in rows])
    if windows.shape[2] > MOST_CHANNELS:
        windows = windows.mean(axis=2, keepdims=True)
    data: list[dict[str, Any]] = []
    for channel in range(windows.shape[2]):
        values = windows[..., channel]
        colour = GREY if windows.shape[2] < 3 else PALETTE[channel]
        known = values[np.isfinite(values)]
        if np.isin(known, (-1, 0, 1)).all() and (known == 0).mean() >= 0.5:
            data.append(_marks(values, offsets))
        else:
            data += _lanes(values, offsets, colour)
    return data


def _marks(values: NDArray[np.float64], offsets: NDArray[np.int_]) -> dict[str, Any]:
    """Return what is not 0 in (rows, window) as diamonds, above the middle or below."""
    place, at = np.nonzero(np.nan_to_num(values))
    return _lower(
        "scatter",
        mode="markers",
        x=offsets[at].tolist(),
        y=rounded(place - LANE * values[place, at]),
        marker={"color": ORANGE, "size": 8, "symbol": "diamond"},
        hoverinfo="skip",
    )


def _lanes(
    values: NDArray[np.float64], offsets: NDArray[np.int_], colour: str
) -> list[dict[str, Any]]:
    """Return each row of (rows, window) as a curve about the row's middle."""
    keep = thinned(len(offsets), MOST_COLUMNS)
    reach = float(np.nanmax(np.abs(values))) or 1.0
    return [
        _lower(
            "scatter",
            mode="lines",
            x=offsets[keep].tolist(),
            y=rounded(place - LANE * row[keep] / reach),
            line={"color": colour, "width": 1.5},
            hoverinfo="skip",
        )
        for place, row in enumerate(values)
    ]
