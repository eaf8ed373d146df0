"""Where a network rests: fixed points s = F(s), slow points, and their stability.

D. Sussillo & O. Barak, "Opening the black box: low-dimensional dynamics in
high-dimensional recurrent neural networks", Neural Computation 25 (2013).
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from explorer.cells import Cell
from explorer.dynamics._minimise import FIXED, minimise_speed
from explorer.step_map import StepMap, as_tensor

TWINS = 1e-5
"""States closer than this share of the visited states' extent are one."""
SLOW = 1e-3
"""A slow point moves by less than this share of the extent in one step."""
STEPS = 200
"""The largest number of steps of the descent."""


class FixedPoints(NamedTuple):
    """The fixed and slow points that were found, the slowest first: P points.

    Attributes:
        points: (P, S), whole states.
        speeds: (P,), q = 1/2 |F(s) - s|^2 there, in squared units of the state.
        fixed: (P,), whether it is a fixed point; else a slow one, a minimum of q.
        eigenvalues: (P, S), of dF/ds, complex, the largest first.
        unstable: (P,), how many eigenvalues are larger than 1: 0 for a stable point.
        directions: for each point (unstable, S), real unit vectors that span
            where it is left: a real eigenvalue's eigenvector, or the real and
            imaginary parts of a complex pair's.
        visits: (P,), how many of the descents ended there.
    """

    points: np.ndarray
    speeds: np.ndarray
    fixed: np.ndarray
    eigenvalues: np.ndarray
    unstable: np.ndarray
    directions: list[np.ndarray]
    visits: np.ndarray

    @property
    def stable(self) -> np.ndarray:
        """Which points attract their surroundings, (P,)."""
        return self.fixed & (self.unstable == 0)


def search_states(visited: np.ndarray | Tensor, count: int = 100) -> np.ndarray:
    """Return states to search from: visited ones, and the middles between two of them.

    Saddles lie between what a network visits, so half are middles of pairs drawn at
    random, the same for the same states.

    Args:
        visited: (..., S), whole states of some sequences.
        count: how many to return, fewer where fewer were visited.

    Returns:
        (N, S).
    """
    flat = as_tensor(visited).reshape(-1, visited.shape[-1]).numpy()
    rng = np.random.default_rng(0)
    chosen = flat[rng.permutation(len(flat))[: (count + 1) // 2]]
    pairs = rng.integers(len(flat), size=(len(chosen), 2))
    return np.concatenate([chosen, flat[pairs].mean(axis=1)])[:count]


def spread_states(visited: np.ndarray, count: int) -> np.ndarray:
    """Return visited states that are far from each other: one for each region, first.

    Each next one is the farthest from all before (T. F. Gonzalez, "Clustering to
    minimize the maximum intercluster distance", 1985). Searching from these and the
    middles between them finds more with fewer descents than from states at random.

    Args:
        visited: (..., S), finite whole states of some sequences.
        count: how many to return, fewer where fewer were visited.

    Returns:
        (N, S).
    """
    flat = visited.reshape(-1, visited.shape[-1])
    distance = np.square(flat - flat.mean(axis=0)).sum(axis=1)
    chosen = []
    for _ in range(min(count, len(flat))):
        chosen.append(int(distance.argmax()))
        from_here = np.square(flat - flat[chosen[-1]]).sum(axis=1)
        distance = np.minimum(distance, from_here)
    return flat[chosen]


def fixed_points(
    cell: Cell, states: np.ndarray | Tensor, x: np.ndarray | Tensor, most: int = STEPS
) -> FixedPoints:
    """Search from visited states under a constant input.

    Descends on q from all states at once and finishes with Newton's steps; drops what
    did not come to rest, moves faster than a slow point may, or lies farther from the
    visited states than these from each other; and merges twins.

    Args:
        cell: one layer.
        states: (N, S), whole states from which to search; what is not finite is
            left out. See `explorer.step_map.StepMap`.
        x: (input,), the constant input.
        most: the largest number of steps of a descent.
    """
    step_map, starts, x = StepMap(cell), as_tensor(states), as_tensor(x)
    starts = starts[starts.isfinite().all(1)]
    if not len(starts):
        return _described(step_map, starts, starts[:, 0], np.zeros(0, int), x)
    with torch.no_grad():
        middle = starts.mean(0)
        extent = max((starts - middle).norm(dim=1).max().item() * 2, 1e-6)
    found, speeds, at_rest = minimise_speed(step_map, starts, x, most)
    slowest = max((SLOW * extent) ** 2 / 2, FIXED)
    near = torch.cdist(found, starts).amin(1) <= extent
    kept = at_rest & (speeds <= slowest) & near
    order = speeds[kept].argsort()
    found, speeds = found[kept][order], speeds[kept][order]
    first, visits = _merged(found, TWINS * extent)
    return _described(step_map, found[first], speeds[first], visits, x)


def _merged(points: Tensor, closeness: float) -> tuple[list[int], np.ndarray]:
    """Return which points to keep, the slowest of all twins, and how many they were."""
    distances = torch.cdist(points, points).numpy()
    left = np.ones(len(points), bool)
    first, visits = [], []
    for point in range(len(points)):
        if left[point]:
            twins = left & (distances[point] <= closeness)
            left &= ~twins
            first.append(point)
            visits.append(int(twins.sum()))
    return first, np.array(visits, int)


def _described(
    step_map: StepMap, points: Tensor, speeds: Tensor, visits: np.ndarray, x: Tensor
) -> FixedPoints:
    """Classify points by the eigenvalues of the Jacobian."""
    if not len(points):
        none = np.zeros((0, step_map.size))
        flags, counts = np.zeros(0, bool), np.zeros(0, int)
        return FixedPoints(
            none, np.zeros(0), flags, none.astype(complex), counts, [], visits
        )
    eigenvalues, vectors = torch.linalg.eig(step_map.jacobians(points, x))
    order = eigenvalues.abs().argsort(dim=1, descending=True, stable=True)
    eigenvalues = eigenvalues.gather(1, order)
    vectors = vectors.gather(2, order[:, None].expand_as(vectors))
    unstable = (eigenvalues.abs() > 1).sum(1).numpy()
    directions = [
        _real(v[:, :count].numpy().T, e[:count].numpy())
        for v, e, count in zip(vectors, eigenvalues, unstable, strict=True)
    ]
    fixed = (speeds < FIXED).numpy()
    return FixedPoints(
        points.numpy(),
        speeds.numpy(),
        fixed,
        eigenvalues.numpy(),
        unstable,
        directions,
        visits,
    )


def _real(vectors: np.ndarray, eigenvalues: np.ndarray) -> np.ndarray:
    """Return real unit vectors, as many as eigenvectors, that span the same."""
    below = eigenvalues.imag < 0
    parts = np.where(below[:, None], vectors.imag, vectors.real)
    return parts / np.linalg.norm(parts, axis=1, keepdims=True)
