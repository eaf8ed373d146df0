"""What was read around several spans of time, a row each: letters, dots or curves."""

from collections.abc import Sequence
from html import unescape
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import FAINT, GREY, ORANGE, PALETTE, rounded, thinned

MOST_COLUMNS, MOST_CHANNELS = 100, 3
MOST_LETTERS = 60  # of a row: words without room are drawn as dots
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


def lower(kind: str, **more: Any) -> dict[str, Any]:
    """Return the start of a trace on the axes of the rows."""
    return {"type": kind, "xaxis": "x2", "yaxis": "y2", "showlegend": False} | more


def symbols(
    rows: Sequence[Row],
    offsets: NDArray[np.int_],
    names: Sequence[str],
    highlight: Sequence[int] | None,
) -> list[dict[str, Any]]:
    """Return the symbols as letters where they have room, else the message as dots."""
    room = MOST_LETTERS // len(offsets)
    spots: dict[int, list[tuple[int, int]]] = {}
    for place, row in enumerate(rows):
        known = np.flatnonzero(np.isfinite(row.inputs).all(axis=1))
        for at, symbol in zip(known, row.inputs[known].argmax(axis=1), strict=True):
            spots.setdefault(int(symbol), []).append((int(offsets[at]), place))
    message = list(highlight or [])
    data = []
    for symbol, places in sorted(spots.items()):
        x, y = (list(part) for part in zip(*places, strict=True))
        mine = lower(
            "scatter", x=x, y=y, hovertemplate=f"{names[symbol]}<extra></extra>"
        )
        colour = PALETTE[message.index(symbol) % 7] if symbol in message else FAINT
        if len(unescape(names[symbol])) <= room:
            font = {"size": 11 if room > 1 else 9}
            look = {"mode": "text", "text": [names[symbol]] * len(x), "textfont": font}
        elif symbol in message or len(offsets) <= MOST_COLUMNS:
            marker = {"color": colour, "size": 6 if symbol in message else 3}
            look = {"mode": "markers", "marker": marker}
        else:
            continue
        data.append(mine | look)
    return data


def curves(
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
    return lower(
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
        lower(
            "scatter",
            mode="lines",
            x=offsets[keep].tolist(),
            y=rounded(place - LANE * row[keep] / reach),
            line={"color": colour, "width": 1.5},
            hoverinfo="skip",
        )
        for place, row in enumerate(values)
    ]
