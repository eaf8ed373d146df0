"""Thinning, rounding and the ranges of axes."""

import numpy as np
import pytest

from explorer.figures._log_axis import log_range, log_ticks
from explorer.figures._theme import (
    breadth,
    number,
    round_up,
    rounded,
    thinned,
)


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
    assert number(0.0) == "0" and number(-0.0004) == "−0.0004"


def test_very_small_and_very_large_numbers_are_written_with_a_power_of_ten() -> None:
    assert number(2.7449e-5) == "2.74×10⁻⁵"
    assert number(-1e-12) == "−1×10⁻¹²" and number(1e-12) == "10⁻¹²"
    assert number(2e120, signed=True) == "+2×10¹²⁰"
    assert number(9.9999e-5) == "0.0001"  # it is rounded first
    assert number(1234.5) == "1230" and number(123456) == "1.23×10⁵"
    assert number(float("inf")) == "inf"


@pytest.mark.parametrize("most", [3, 4, 6])
@pytest.mark.parametrize(
    ("low", "high"), [(0, 0.5), (-0.25, 0.5), (-2, 0), (-3.5, 1), (-300, 0), (-7, 300)]
)
def test_a_log_axis_has_some_labels_but_not_too_many(low, high, most) -> None:
    ticks = log_ticks(low, high, most)
    assert 2 <= len(ticks) <= most and ticks == sorted(set(ticks))
    assert low - 1e-6 <= np.log10(ticks[0]) and np.log10(ticks[-1]) <= high + 1e-6


def test_labels_of_a_log_axis_are_the_finest_there_is_room_for() -> None:
    assert log_ticks(0.15, 0.6, 4) == [1.5, 2, 3]
    assert log_ticks(-2, 0, 6) == [0.01, 0.03, 0.1, 0.3, 1]
    assert log_ticks(-12, 0, 6) == [1e-12, 1e-9, 1e-6, 1e-3, 1]


def test_a_chinese_character_is_as_wide_as_its_type_is_high() -> None:
    assert breadth("训练损失：") == 5 * 12
    assert 100 < breadth("training loss (log scale)") < 130


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
