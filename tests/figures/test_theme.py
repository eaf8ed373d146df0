"""Thinning, rounding and the ranges of axes."""

import numpy as np
import pytest

from explorer.figures._theme import log_range, number, round_up, rounded, thinned


@pytest.mark.parametrize("length", [0, 1, 2, 299, 300, 301, 599, 600, 20_001])
def test_thinning_is_bounded_and_keeps_both_ends(length: int) -> None:
    kept = thinned(length)
    assert len(kept) <= 300
    assert list(kept) == sorted(set(kept))
    if length:
        assert kept[0] == 0 and kept[-1] == length - 1


def test_numbers_keep_four_digits_and_what_is_not_finite_becomes_none() -> None:
    values = [1.234567e-12, np.nan, np.inf, -np.inf, 123456.0, 0.0]
    assert rounded(values) == [1.235e-12, None, None, None, 123500.0, 0.0]


def test_people_read_a_true_minus_sign() -> None:
    assert number(-0.12345) == "−0.123"
    assert number(0.5, signed=True) == "+0.5"


def test_a_constant_still_has_room_on_a_log_axis() -> None:
    low, high = log_range(np.full(5, 2e-3), least=2.0, snap=0.5)
    assert high - low >= 2 and low < np.log10(2e-3) < high


def test_a_log_axis_without_positive_values_has_a_range() -> None:
    assert log_range(np.empty(0), least=2.0, snap=0.5) == [-1.0, 1.0]


@pytest.mark.parametrize("value", [1e-9, 0.3, 1.0, 1.01, 7.9, 9.5, 1234.0])
def test_rounding_up_reaches_the_value_but_not_far_beyond(value: float) -> None:
    assert value * 0.999 <= round_up(value) <= 2 * value


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_rounding_up_nonsense_gives_one(value: float) -> None:
    assert round_up(value) == 1.0
