"""The upper panel of a sample: what the network is given at each time step."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.figures._channel_map import channel_map
from explorer.figures._theme import (
    BLUE,
    FAINT,
    GREY,
    ORANGE,
    PALETTE,
    VERMILLION,
    axis,
    rounded,
    swatch,
    thinned,
)

InputKind = Literal["symbols", "values"]
Panel = tuple[list[dict[str, Any]], dict[str, Any], str]  # traces, y axis, key
MOST_LABELLED_ROWS, MOST_LABELS = 12, 6
MOST_CURVES = 3  # more can neither be told apart nor have a key within the card


def input_panel(
    inputs: NDArray[np.float64],
    names: Sequence[str],
    kind: InputKind,
    highlight: Sequence[int] | None = None,
) -> Panel:
    """Return traces on axes x and y, the y axis and a key for inputs of shape (T, D).

    One-hot symbols take a row each. Values are drawn by what they are: a channel of
    values beside a channel of marks, pulses among zeros, up to three curves, or, of
    more channels, a map.
    """
    if kind == "symbols":
        return _symbols(inputs, names, highlight)
    pulsed = [_is_pulses(channel) for channel in inputs.T]
    if all(pulsed):
        return _pulses(inputs, names)
    if len(pulsed) == 2 and pulsed == [False, True]:
        return _marked(inputs, names)
    if len(pulsed) > MOST_CURVES:
        return *channel_map(inputs, names), ""
    return _curves(inputs, names)


def lanes(
    count: int, names: Sequence[str], message: Sequence[int] = ()
) -> dict[str, Any]:
    """Return a y axis of rows, the first on top, with a few labels.

    Where not all rows have room for one, those of a message of one or two do.
    """
    every = -(-count // MOST_LABELS)
    own = set(message) if every > 1 and len(message) <= 2 else set()
    shown = [
        row
        for row in range(count if count <= MOST_LABELLED_ROWS else 0)
        if row in own or (row % every == 0 and not own & {row - 1, row + 1})
    ]
    return axis(
        range=[-0.6, count - 0.4],
        tickvals=[count - 1 - row for row in shown],
        ticktext=[names[row] for row in shown],
        tickfont={"size": 12 if count <= 5 else 9},
        tickangle=0,
        ticklabelstandoff=4,
    )


def message(inputs: NDArray[np.float64], highlight: Sequence[int] | None) -> list[int]:
    """Return which symbols carry the message, of one-hot inputs (T, D).

    Without a hint it is what comes less often than by even chance.
    """
    if highlight is not None:
        return list(highlight)
    length, count = inputs.shape
    often = np.bincount(inputs.argmax(axis=1), minlength=count)
    rare = np.flatnonzero((often > 0) & (often < 0.6 * length / count))
    return (rare if rare.size else np.flatnonzero(often)).tolist()


def lines_or_markers(values: NDArray[np.float64]) -> str:
    """Return Plotly's mode: a few points among gaps would not be seen as lines."""
    return "lines" if np.isfinite(values).sum() > 8 else "lines+markers"


def _is_pulses(channel: NDArray[np.float64]) -> bool:
    """Tell channels of mostly 0 with a few 1 or -1."""
    return bool(np.isin(channel, (-1, 0, 1)).all() and (channel == 0).mean() >= 0.5)


def _markers(
    x: NDArray[np.int_], y: NDArray[np.float64], **more: Any
) -> dict[str, Any]:
    keep = thinned(len(x))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x[keep].tolist(),
        "y": rounded(y[keep]),
        "cliponaxis": False,
        "showlegend": False,
    } | more


def _symbols(
    inputs: NDArray[np.float64], names: Sequence[str], highlight: Sequence[int] | None
) -> Panel:
    length, count = inputs.shape
    shown = inputs.argmax(axis=1)
    highlight = message(inputs, highlight)
    size = float(np.clip(260 / max(length, 1), 3.5, 8))
    data = []
    for symbol in range(count):
        at = np.flatnonzero(shown == symbol)
        bold = symbol in highlight
        colour = PALETTE[highlight.index(symbol) % 7] if bold else FAINT
        marker = {"color": colour, "size": max(size, 9) if bold else size}
        marker["symbol"] = "diamond" if bold else "circle"
        data.append(
            _markers(
                at,
                np.full(len(at), count - 1.0 - symbol),
                name=names[symbol],
                marker=marker,
                hovertemplate="t = %{x}",
            )
        )
    return data, lanes(count, names, highlight), ""


def _marked(inputs: NDArray[np.float64], names: Sequence[str]) -> Panel:
    values, at = inputs[:, 0], np.flatnonzero(inputs[:, 1])
    keep = thinned(len(values))
    bars = {
        "type": "bar",
        "name": names[0],
        "x": keep.tolist(),
        "y": rounded(values[keep]),
        "width": max(float(keep[1] - keep[0]), 1.0) * 0.7 if len(keep) > 1 else 0.5,
        "marker": {"color": FAINT, "line": {"width": 0}},
        "hovertemplate": "t = %{x}<br>%{y:.3g}",
        "showlegend": False,
    }
    stems = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for t in at.tolist() for x in (t, t, None)],
        "y": [y for v in rounded(values[at]) for y in (0, v, None)],
        "line": {"color": ORANGE, "width": 2.5},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    heads = _markers(
        at,
        values[at],
        name=names[1],
        mode="markers+text" if len(at) <= 4 else "markers",
        text=[f"{value:.2f}" for value in values[at]] if len(at) <= 4 else None,
        textposition="top center",
        marker={"color": ORANGE, "size": 9, "symbol": "diamond"},
        hovertemplate="t = %{x}<br>%{y:.3g}",
    )
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    room = 0.22 * (high - low or 1.0)
    ends = [low - (room if low < 0 else 0), high + room]
    key = f"{swatch(ORANGE, '◆')} {names[1]}"
    return [bars, stems, heads], axis(range=rounded(ends), nticks=4), key


def _pulses(inputs: NDArray[np.float64], names: Sequence[str]) -> Panel:
    count = inputs.shape[1]
    data = []
    for channel in range(count):
        for sign, symbol, colour in (
            (1, "triangle-up", BLUE),
            (-1, "triangle-down", VERMILLION),
        ):
            at = np.flatnonzero(inputs[:, channel] == sign)
            data.append(
                _markers(
                    at,
                    np.full(len(at), count - 1.0 - channel),
                    name=names[channel],
                    marker={"color": colour, "symbol": symbol, "size": 8},
                    hovertemplate=f"t = %{{x}}<br>{sign:+d}",
                )
            )
    return data, lanes(count, names), ""


def _curves(inputs: NDArray[np.float64], names: Sequence[str]) -> Panel:
    length, count = inputs.shape
    keep = thinned(length)
    colours = (GREY,) if count == 1 else PALETTE
    data = [
        {
            "type": "scatter",
            "name": names[channel],
            "mode": lines_or_markers(inputs[:, channel]),
            "x": keep.tolist(),
            "y": rounded(inputs[keep, channel]),
            "line": {"color": colours[channel % len(colours)], "width": 1.5},
            "marker": {"color": colours[channel % len(colours)], "size": 8},
            "hovertemplate": "t = %{x}<br>%{y:.4g}",
            "showlegend": False,
        }
        for channel in range(count)
    ]
    pairs = zip(colours, names, strict=False)
    key = "  ".join(f"{swatch(colour, '—')} {name}" for colour, name in pairs)
    return data, axis(nticks=4), key if count > 1 else names[0]
