"""What a state still knows of the past: reading the input of k steps ago from h_t.

H. Jaeger, "Short term memory in echo state networks", GMD Report 152 (2001).
"""

from typing import NamedTuple

import numpy as np

RIDGE = 1e-8
"""Penalty on the read-out's weights, as a share of the states' mean square."""


class Memory(NamedTuple):
    """How well a linear read-out recovers earlier inputs.

    Attributes:
        lags: (lags,), how many time steps ago.
        r2: (lags, input), the share of the variance explained on sequences that the
            read-out was not fitted on; 1 is perfect, 0 as good as the mean, below 0
            worse than it. NaN where an input does not vary, or h is not finite.
        capacity: (input,), the sum over the lags of what is above 0: how many past
            values the state holds.
    """

    lags: np.ndarray
    r2: np.ndarray
    capacity: np.ndarray


def memory_curve(
    inputs: np.ndarray, hidden: np.ndarray, most: int, ridge: float = RIDGE
) -> Memory:
    """Fit a linear read-out of x_{t-k} from h_t for k = 0 ... most, and test it.

    Ridge regression on every other sequence; the score is that of the others. All
    lags use the same times t >= most, so that one decomposition serves them all
    and their scores can be compared.

    Args:
        inputs: (time, batch, input), from at least two sequences.
        hidden: (time, batch, hidden), the h after each of them.
        most: the largest lag, below the number of time steps.
        ridge: the penalty, as a share of the mean square of the states.

    Raises:
        ValueError: there is one sequence only, or no time step left to read at.
    """
    time, batch, channels = inputs.shape
    if batch < 2 or not 0 <= most < time:
        raise ValueError("two sequences and a lag below their length are needed")
    lags = np.arange(most + 1)
    states = hidden[most:].astype(float)
    pasts = [inputs[most - k : time - k].astype(float) for k in lags]
    wanted = np.concatenate(pasts, axis=2)
    if not np.isfinite(states).all():
        lost = np.full((len(lags), channels), np.nan)
        return Memory(lags, lost, np.full(channels, np.nan))
    r2 = _held_out_r2(states, wanted, ridge).reshape(len(lags), channels)
    return Memory(lags, r2, np.clip(r2, 0, None).sum(axis=0))


def _held_out_r2(states: np.ndarray, wanted: np.ndarray, ridge: float) -> np.ndarray:
    """Return R^2 of each wanted value, (values,), on every other sequence."""
    fit_h, fit_x = _flat(states[:, ::2]), _flat(wanted[:, ::2])
    test_h, test_x = _flat(states[:, 1::2]), _flat(wanted[:, 1::2])
    centre, mean = fit_h.mean(axis=0), fit_x.mean(axis=0)
    left, values, right = np.linalg.svd(fit_h - centre, full_matrices=False)
    penalty = ridge * np.square(values).sum() / len(values)
    shrunk = values / np.maximum(np.square(values) + penalty, np.finfo(float).tiny)
    weights = right.T @ (shrunk[:, None] * (left.T @ (fit_x - mean)))
    error = test_x - mean - (test_h - centre) @ weights
    varies = np.ptp(fit_x, axis=0) * np.ptp(test_x, axis=0) > 0
    spread = np.square(test_x - mean).sum(axis=0)
    share = np.square(error).sum(axis=0) / np.where(varies, spread, 1.0)
    return np.where(varies, 1 - share, np.nan)


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, values.shape[-1])
