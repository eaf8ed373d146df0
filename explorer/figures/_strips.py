"""What runs below and above the unrolled network: what it reads, and has to say."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._input_panel import message
from explorer.figures._planes import packed
from explorer.figures._theme import GREY, PALETTE, finite_values, rounded

MOST_CHANNELS = 3
"""How many series of answers are drawn."""
Times = NDArray[np.int64]


def read(
    inputs: ArrayLike,
    names: Sequence[str],
    kind: str,
    highlight: Sequence[int] | None,
    at: Times,
) -> dict[str, Any]:
    """Return what is read at some time steps: symbols by number, or values.

    Args:
        inputs: (T, D).
        names: of the symbols or channels.
        kind: "symbols" or "values".
        highlight: which symbols carry the message; the rare ones if None.
        at: the time steps that are drawn, ascending.
    """
    values = np.asarray(inputs, dtype=np.float64)
    if kind == "values":
        low, high = _ends(values)
        drawn = {"values": packed(values[at]), "low": low, "high": high}
        return {"kind": kind, "names": list(names)} | drawn
    shown, bold = values.argmax(axis=1), message(values, highlight)
    colours = [
        PALETTE[bold.index(symbol) % 7] if symbol in bold else GREY
        for symbol in range(len(names))
    ]
    return {
        "kind": kind,
        "names": list(names),
        "shown": shown[at].tolist(),
        "colours": colours,
        "bold": bold,
    }


def said_at_end(target: str, answer: str, right: bool | None) -> dict[str, Any]:
    """Return an answer that is asked for after the last time step, in words."""
    return {"kind": "end", "target": target, "answer": answer, "right": right}


def said_in_words(
    targets: ArrayLike,
    said: ArrayLike,
    counted: ArrayLike,
    names: Sequence[str],
    at: Times,
) -> dict[str, Any]:
    """Return answers by number at some time steps; a target below 0: none is asked."""
    return {
        "kind": "marks",
        "names": list(names),
        "targets": np.maximum(np.asarray(targets)[at], -1).tolist(),
        "said": np.asarray(said)[at].tolist(),
        "counted": np.asarray(counted)[at].astype(int).tolist(),
    }


def said_in_values(
    targets: ArrayLike, answers: ArrayLike, names: Sequence[str], at: Times
) -> dict[str, Any]:
    """Return series of targets and answers, (T, K) both, at some time steps."""
    wanted, given = (
        np.asarray(values, dtype=np.float64)[:, :MOST_CHANNELS]
        for values in (targets, answers)
    )
    low, high = _ends(wanted)
    room = 0.15 * (high - low)
    return {
        "kind": "curves",
        "names": list(names)[:MOST_CHANNELS],
        "targets": packed(wanted[at]),
        "answers": packed(given[at]),
        "low": low - room,
        "high": high + room,
    }


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the least and the largest value, zero among them, never equal."""
    known = rounded(np.append(finite_values([values]), 0.0))
    low, high = min(v for v in known if v is not None), max(v or 0.0 for v in known)
    return low, high if high > low else low + 1.0
