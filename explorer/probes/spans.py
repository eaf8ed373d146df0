"""Where else the same units are active: matching a span of time by its hidden states.

H. Strobelt et al., "LSTMVis: a tool for visual analysis of hidden state dynamics in
recurrent neural networks", IEEE TVCG 24 (2018). A unit counts as active in a span if it
stays beyond a threshold at every time step of it; here on either side of zero, since a
tanh unit says as much with -1 as with 1. Spans of one length are compared by the
Jaccard index of their sets of active units; ties go to the mean state that points in
the most similar direction.
"""

from typing import NamedTuple

import numpy as np

SHARES, PERCENTILE = (0.5, 0.25, 0.1), 99
"""Thresholds, as shares of what |h| hardly ever exceeds: a lower one if need be."""
LEAST = 3
"""How many units have to be active: two sets of fewer are alike by chance."""
TIE = 1e-6
"""Less than two Jaccard indices of so few units can differ by."""


class Match(NamedTuple):
    """A span that is like the one asked for.

    Attributes:
        sequence: which of the sequences.
        start: its first time step.
        likeness: the Jaccard index of the two sets of active units, 0 to 1.
        shared: how many units are active in both.
    """

    sequence: int
    start: int
    likeness: float
    shared: int


class Matches(NamedTuple):
    """What a span was found to be like.

    Attributes:
        threshold: |h| beyond which a unit counts as active.
        units: the units that are active throughout the span, in order of number.
        best: the best matches first; none where no unit is active.
        agreement: (time, batch), the share of those units that are active, on the same
            side, at each time step of each sequence; NaN without any.
    """

    threshold: float
    units: np.ndarray
    best: list[Match]
    agreement: np.ndarray


def thresholds(hidden: np.ndarray) -> list[float]:
    """Return shares of the 99th percentile of |h|, falling; 0 if nothing is finite."""
    sizes = np.abs(hidden[np.isfinite(hidden)])
    reach = float(np.percentile(sizes, PERCENTILE)) if sizes.size else 0.0
    return [share * reach for share in SHARES]


def busiest(hidden: np.ndarray, length: int) -> int:
    """Return the first time step of the span that begins with the largest change.

    The first step of all does not count: it comes from no state of the network's own.

    Args:
        hidden: (time, hidden), of one sequence.
        length: how many time steps the span has.
    """
    moves = np.linalg.norm(np.diff(hidden, axis=0, prepend=hidden[:1]), axis=1)
    starts = moves[: len(hidden) - length + 1]
    return int(np.where(np.isfinite(starts), starts, -1.0).argmax())


def alike(
    hidden: np.ndarray, sequence: int, first: int, last: int, count: int
) -> Matches:
    """Find the spans whose active units are most alike; no two of them overlap.

    Args:
        hidden: (time, batch, hidden), of one layer.
        sequence: the one in which the span was chosen.
        first: its first time step.
        last: its last one, included.
        count: how many matches to return, at most.
    """
    length = last - first + 1
    for level in thresholds(hidden):
        active = np.concatenate([hidden > level, hidden < -level], axis=-1)
        held = _held(active, length)
        wanted = held[first, sequence]
        if wanted.sum() >= min(LEAST, hidden.shape[-1]):
            break
    shared = (held & wanted).sum(axis=-1)
    union = (held | wanted).sum(axis=-1)
    size = int(wanted.sum())
    likeness = np.where(union > 0, shared / np.maximum(union, 1), 0.0)
    agreement = np.full(hidden.shape[:2], np.nan)
    if size:
        agreement = active[..., wanted].sum(axis=-1) / size
    units = np.flatnonzero(wanted) % hidden.shape[-1]
    taken = (sequence, first)
    ranks = likeness + TIE * _cosine(hidden, length, taken)
    best = _best(likeness, ranks, shared, length, taken, count) if size else []
    return Matches(level, np.sort(units), best, agreement)


def _held(active: np.ndarray, length: int) -> np.ndarray:
    """Return (start, batch, feature): is it active at all of `length` time steps?"""
    counts = np.zeros((len(active) + 1, *active.shape[1:]), dtype=np.int32)
    np.cumsum(active, axis=0, out=counts[1:])
    return counts[length:] - counts[:-length] == length


def _cosine(hidden: np.ndarray, length: int, taken: tuple[int, int]) -> np.ndarray:
    """Return the cosine between each span's mean state and that of the one taken."""
    sums = np.zeros((len(hidden) + 1, *hidden.shape[1:]))
    known = np.where(np.isfinite(hidden), hidden, 0.0)
    np.cumsum(known / (np.abs(known).max(initial=0.0) or 1.0), axis=0, out=sums[1:])
    means = sums[length:] - sums[:-length]
    means /= np.maximum(np.linalg.norm(means, axis=-1, keepdims=True), 1e-12)
    sequence, start = taken
    return means @ means[start, sequence]


def _best(
    likeness: np.ndarray,
    ranks: np.ndarray,
    shared: np.ndarray,
    length: int,
    taken: tuple[int, int],
    count: int,
) -> list[Match]:
    """Take the best of (start, batch) one after the other, none twice."""
    left = np.where(likeness > 0, ranks, -1.0)
    found: list[Match] = []

    def block(sequence: int, start: int) -> None:
        left[max(start - length + 1, 0) : start + length, sequence] = -1.0

    block(*taken)
    while len(found) < count:
        start, sequence = divmod(int(left.argmax()), left.shape[1])
        if left[start, sequence] < 0:
            break
        likewise, among = likeness[start, sequence], shared[start, sequence]
        found.append(Match(sequence, start, float(likewise), int(among)))
        block(sequence, start)
    return found
