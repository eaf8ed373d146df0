"""Several seeds as one curve: the median, and the band from lowest to highest."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Where, ascending, and what: (points,) each."""
POINTS = 120
"""On how many seconds a band is worked out."""


class Band(NamedTuple):
    """What several curves have in common, as far as all of them go.

    Attributes:
        x: (points,), steps or seconds.
        low: (points,), the lowest of the curves at each.
        middle: (points,), their median.
        high: (points,), the highest.
    """

    x: NDArray[np.float64]
    low: NDArray[np.float64]
    middle: NDArray[np.float64]
    high: NDArray[np.float64]


def band_over_steps(curves: Sequence[Curve]) -> Band:
    """Return the band over the steps that are recorded of every curve."""
    if not curves:
        return _band(np.empty(0), np.empty((1, 0)))
    common = curves[0][0]
    for x, _ in curves[1:]:
        common = np.intersect1d(common, x)
    return _band(common, np.array([y[np.isin(x, common)] for x, y in curves]))


def band_over_seconds(curves: Sequence[Curve], points: int = POINTS) -> Band:
    """Return the band over seconds, each curve a line between what was recorded.

    It begins when the last curve does, and ends when the first one ends.
    """
    curves = [curve for curve in curves if len(curve[0])]
    if not curves:
        return _band(np.empty(0), np.empty((1, 0)))
    first = max(x[0] for x, _ in curves)
    last = min(x[-1] for x, _ in curves)
    grid = np.linspace(first, last, points) if last > first else np.empty(0)
    return _band(grid, np.array([np.interp(grid, x, y) for x, y in curves]))


def _band(x: NDArray[np.float64], values: NDArray[np.float64]) -> Band:
    if not len(x):
        return Band(x, x, x, x)
    low, high = values.min(axis=0), values.max(axis=0)
    return Band(x, low, np.median(values, axis=0), high)
