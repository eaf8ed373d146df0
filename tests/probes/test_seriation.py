"""Orders of units, on waves whose right order is known."""

import numpy as np
import pytest

from explorer.probes.seriation import by_peak, by_similarity, most_varying

RNG = np.random.default_rng(0)
TIMES = np.arange(100) / 100


def test_units_are_sorted_by_the_time_of_their_peak_on_either_side_of_zero() -> None:
    places = np.array([70, 10, 50, 30])
    bumps = np.exp(-(((np.arange(100)[:, None] - places) / 5) ** 2))
    assert by_peak(bumps * [1, -2, 3, -1]).tolist() == [1, 3, 2, 0]


def test_waves_are_sorted_by_their_phase_whatever_their_size() -> None:
    phases = np.sort(RNG.random(9)) * 0.8  # a gap, so that the circle has a beginning
    waves = np.sin(2 * np.pi * (TIMES[:, None] - phases)) * RNG.uniform(1, 5, 9)
    mixed = RNG.permutation(9)
    order = mixed[by_similarity(waves[:, mixed])].tolist()
    assert order in (list(range(9)), list(range(9))[::-1])


def test_neighbours_are_more_alike_than_before() -> None:
    states = RNG.standard_normal((60, 3)) @ RNG.standard_normal((3, 20))

    def closeness(order: np.ndarray) -> float:
        alike = np.corrcoef(states[:, order].T)
        return float(np.diagonal(alike, 1).mean())

    assert closeness(by_similarity(states)) > closeness(np.arange(20)) + 0.2


@pytest.mark.parametrize("sort", [by_peak, by_similarity])
@pytest.mark.parametrize("units", [1, 2, 7])
@pytest.mark.parametrize("size", [0.0, 1.0, 1e200, np.nan])
def test_every_unit_keeps_a_row_whatever_the_states(sort, units, size) -> None:
    states = size * RNG.standard_normal((12, units))
    assert sorted(sort(states)) == list(range(units))


def test_units_that_never_move_come_last() -> None:
    states = RNG.standard_normal((30, 5))
    states[:, 2] = 0.7
    assert by_similarity(states)[-1] == 2


def test_the_units_that_vary_most_are_those_of_the_largest_variance() -> None:
    states = RNG.standard_normal((30, 4, 6)) * [1, 5, 3, 2, 6, 4]
    assert most_varying(states, 3).tolist() == [4, 1, 5]
    assert most_varying(1e200 * states, 1).tolist() == [4]
