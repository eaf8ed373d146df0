"""In which order to draw units, so that those that act alike lie side by side.

M. Friendly, "Corrgrams: exploratory displays for correlation matrices", The American
Statistician 56 (2002): by the angle in the plane of the correlations' first two
eigenvectors, from the widest gap on.
"""

import numpy as np


def by_peak(values: np.ndarray) -> np.ndarray:
    """Return units by the time step at which they are furthest from 0, (hidden,).

    Args:
        values: (time, hidden), finite or not.
    """
    return np.argsort(np.abs(known(values)).argmax(axis=0), kind="stable")


def by_similarity(values: np.ndarray) -> np.ndarray:
    """Return units such that neighbours rise and fall together, (hidden,).

    A unit that never moves has no correlation and comes last.

    Args:
        values: (time, hidden), finite or not.
    """
    shown = known(values)
    # A run that explodes has values whose squares no float64 can hold.
    shown = shown / (np.abs(shown).max(initial=0.0) or 1.0)
    moved = shown - shown.mean(axis=0)
    size = np.linalg.norm(moved, axis=0)
    still = size <= 1e-12
    alike = (moved / np.where(still, 1.0, size)).T @ moved / np.where(still, 1.0, size)
    _, vectors = np.linalg.eigh(alike)
    plane = vectors[:, ::-1][:, :2]
    if plane.shape[1] < 2:
        return np.arange(len(plane))
    angles = np.arctan2(plane[:, 1], plane[:, 0])
    order = np.argsort(np.where(still, np.inf, angles), kind="stable")
    moving = order[: int((~still).sum())]
    return np.concatenate([_cut(moving, angles[moving]), order[len(moving) :]])


def most_varying(hidden: np.ndarray, count: int) -> np.ndarray:
    """Return the units with the largest variance, the largest first.

    Args:
        hidden: (time, batch, hidden), finite or not.
        count: how many, at most.
    """
    shown = known(hidden)
    shown = shown / (np.abs(shown).max(initial=0.0) or 1.0)
    return np.argsort(-shown.var(axis=(0, 1)), kind="stable")[:count]


def known(values: np.ndarray) -> np.ndarray:
    """Return values with 0 where they are not finite, of any shape."""
    return np.where(np.isfinite(values), values, 0.0)


def _cut(order: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Return a circle of units as a row that begins behind the widest gap."""
    if len(order) < 2:
        return order
    gaps = np.diff(angles, append=angles[0] + 2 * np.pi)
    return np.roll(order, -(int(gaps.argmax()) + 1))
