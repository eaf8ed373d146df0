"""Spans with the same active units, each found again by a plain loop."""

import numpy as np
import pytest

from explorer.probes.spans import SHARES, alike, busiest, thresholds

RNG = np.random.default_rng(0)
# Slow enough that some units stay beyond a threshold for several steps.
STATES = np.tanh(RNG.standard_normal((40, 4, 9)).cumsum(0) / 2)


def active(span: np.ndarray, level: float) -> set[tuple[int, int]]:
    """Return (unit, side) of what is active at every step of (time, hidden)."""
    return {
        (unit, side)
        for unit in range(span.shape[1])
        for side in (-1, 1)
        if all(side * value > level for value in span[:, unit])
    }


def test_the_best_match_has_the_largest_jaccard_index_of_all_spans() -> None:
    found = alike(STATES, 1, 20, 23, count=5)
    wanted = active(STATES[20:24, 1], found.threshold)
    assert [u for u, _ in sorted(wanted)] == found.units.tolist()
    likeness = {}
    for sequence in range(4):
        for start in range(37):
            if sequence == 1 and abs(start - 20) < 4:
                continue
            other = active(STATES[start : start + 4, sequence], found.threshold)
            likeness[sequence, start] = len(wanted & other) / len(wanted | other)
    best = found.best[0]
    assert best.likeness == pytest.approx(max(likeness.values()))
    for match in found.best:
        assert match.likeness == pytest.approx(likeness[match.sequence, match.start])
    shares = [match.likeness for match in found.best]
    assert shares == sorted(shares, reverse=True) and len(shares) == 5


def test_no_match_overlaps_another_or_the_span_itself() -> None:
    found = alike(STATES, 2, 10, 14, count=20)
    spots = [(2, 10), *((m.sequence, m.start) for m in found.best)]
    for place, (sequence, start) in enumerate(spots):
        for other, begin in spots[place + 1 :]:
            assert sequence != other or abs(start - begin) >= 5


def test_a_span_that_was_planted_elsewhere_is_found_first() -> None:
    states = 0.1 * RNG.standard_normal((30, 3, 8))
    pattern = np.where(RNG.random(8) < 0.5, -0.9, 0.9)
    states[4:8, 0] = states[17:21, 2] = pattern
    best, *rest = alike(states, 0, 4, 7, count=3).best
    assert (best.sequence, best.start, best.likeness) == (2, 17, 1.0)
    assert best.shared == 8 and not rest


def test_agreement_is_the_share_of_the_span_s_units_that_are_active() -> None:
    found = alike(STATES, 0, 5, 8, count=1)
    wanted = active(STATES[5:9, 0], found.threshold)
    for t, sequence in ((0, 0), (7, 0), (20, 3)):
        now = active(STATES[t : t + 1, sequence], found.threshold)
        share = len(wanted & now) / len(wanted)
        assert found.agreement[t, sequence] == pytest.approx(share)
    assert (found.agreement[5:9, 0] == 1).all()


def test_a_lower_threshold_is_taken_where_too_few_units_stay_active() -> None:
    states = np.full((10, 2, 6), 0.3)
    states[0, 0] = 1.0
    assert alike(states, 0, 3, 5, count=1).threshold < 0.3
    assert thresholds(states)[0] / thresholds(states)[1] == SHARES[0] / SHARES[1]


def test_a_span_in_which_nothing_is_active_is_like_nothing() -> None:
    for value in (0.0, np.nan):
        found = alike(np.full((6, 2, 3), value), 0, 1, 3, count=4)
        assert not found.best and not len(found.units)
        assert np.isnan(found.agreement).all()


def test_the_busiest_span_begins_where_the_state_jumps() -> None:
    states = np.zeros((20, 3))
    states[12:] = 1.0
    states[19] = 9.0  # too late for a span of 4
    assert busiest(states, 4) == 12
    assert busiest(np.full((5, 2), np.nan), 2) == 0
