"""Slopes on logarithmic axes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Fit(NamedTuple):
    """A power law, value = factor * T^slope, and the slope's standard error."""

    slope: float
    error: float
    factor: float


def fit(lengths: ArrayLike, values: ArrayLike) -> Fit | None:
    """Fit a power law by least squares on logarithmic axes.

    Args:
        lengths: T of each measurement, (N,).
        values: what was measured there, positive, (N,).

    Returns:
        The fit; None where fewer than three points are there.
    """
    x, y = np.log(np.asarray(lengths, float)), np.log(np.asarray(values, float))
    if len(x) < 3:
        return None
    spread = ((x - x.mean()) ** 2).sum()
    slope = ((x - x.mean()) * (y - y.mean())).sum() / spread
    rest = y - y.mean() - slope * (x - x.mean())
    error = np.sqrt((rest**2).sum() / (len(x) - 2) / spread)
    factor = np.exp(y.mean() - slope * x.mean())
    return Fit(float(slope), float(error), float(factor))
