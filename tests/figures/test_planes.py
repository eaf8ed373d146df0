"""Arrays as a drawing unpacks them, held to what went in."""

from base64 import b64decode

import numpy as np
import pytest

from explorer.figures._planes import (
    DECADES,
    FAINTEST,
    FULL,
    NOTHING,
    log_levels,
    packed,
    parts,
    upper_decade,
)
from explorer.figures.unrolled import MOST_TIMES, MOST_VALUES, drawn


def levels(values: list[float], top: int) -> list[int]:
    return list(b64decode(log_levels(values, top)))


def test_packed_numbers_come_back_as_float32_whatever_they_are() -> None:
    values = np.array([0.1, -2.5e-30, np.nan, np.inf, 1e300])
    back = np.frombuffer(b64decode(packed(values)), "<f4")
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(back, values.astype(np.float32))


@pytest.mark.parametrize(
    ("norms", "decade"),
    [([0.2, 0.03], 0), ([1.0], 0), ([3e-7], -6), ([25, np.nan], 2), ([0.0], 0)],
)
def test_the_scale_ends_at_the_power_of_ten_above_the_largest(
    norms: list[float], decade: int
) -> None:
    assert upper_decade(norms) == decade


def test_brightness_is_linear_in_the_logarithm_and_the_sign_does_not_matter() -> None:
    top, middle, bottom = 10.0**2, -(10.0 ** (2 - DECADES / 2)), 10.0 ** (2 - DECADES)
    bright, half, faint = levels([top, middle, bottom], 2)
    assert (bright, faint) == (FULL, FAINTEST)
    assert half == pytest.approx((FULL + FAINTEST) / 2, abs=1)


def test_an_exact_zero_is_told_from_what_lies_below_the_scale() -> None:
    assert levels([0.0, 1e-300, np.nan], 0) == [NOTHING, FAINTEST, FAINTEST]


def test_parts_of_one_are_kept_to_the_255th() -> None:
    values = np.linspace(0, 1, 77)
    back = np.frombuffer(b64decode(parts(values)), np.uint8) / 255
    np.testing.assert_allclose(back, values, atol=0.5 / 255 + 1e-9)


@pytest.mark.parametrize("length", [2, 12, 300, 301, 1000])
@pytest.mark.parametrize(("units", "states"), [(1, 1), (64, 2), (256, 4)])
def test_what_is_drawn_fits_and_keeps_both_ends(
    length: int, units: int, states: int
) -> None:
    times, rows = drawn(length, units, states)
    assert times[[0, -1]].tolist() == [0, length - 1]
    assert rows[[0, -1]].tolist() == [0, units - 1]
    assert len(times) == min(length, MOST_TIMES)
    assert len(times) * len(rows) * states <= MOST_VALUES
    assert (np.diff(times) > 0).all() and (np.diff(rows) > 0).all()
