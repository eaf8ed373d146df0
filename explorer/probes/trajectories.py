"""Where the hidden state goes: its path through its first principal components."""

from typing import NamedTuple

import numpy as np

COMPONENTS = 3
RESTING = 1e-6
"""A drift along a component that is none, as a share of the largest state."""


class Basis(NamedTuple):
    """A point of state space and three directions to look along.

    Attributes:
        centre: (hidden,).
        directions: (hidden, 3), orthonormal columns; 0 for missing components.
    """

    centre: np.ndarray
    directions: np.ndarray


class Trajectories(NamedTuple):
    """Paths through state space.

    Attributes:
        points: (time, batch, 3), in the state's own units; 0 for missing components.
        explained: (3,), the share of the variance along each component.
    """

    points: np.ndarray
    explained: np.ndarray


def principal_basis(hidden: np.ndarray) -> Basis | None:
    """Return the directions in which states vary most; None of some not finite.

    The sign of a component is arbitrary: paths run towards the positive side from their
    first time step to their last, so that all pictures of a network agree. Where they
    come back to where they began, the largest weight is positive.

    Args:
        hidden: (time, batch, hidden).
    """
    if not np.isfinite(hidden).all():
        return None
    units = hidden.shape[-1]
    # A network that explodes has states whose squares no float64 can hold.
    scale = np.abs(hidden).max() or 1.0
    flat = hidden.reshape(-1, units) / scale
    centre = flat.mean(axis=0)
    centred = flat - centre
    _, found = np.linalg.eigh(centred.T @ centred / len(flat))
    leading = found[:, ::-1][:, :COMPONENTS]
    drift = (hidden[-1] / scale - hidden[0] / scale).mean(axis=0) @ leading
    largest = leading[np.abs(leading).argmax(axis=0), np.arange(leading.shape[1])]
    signs = np.where(np.abs(drift) > RESTING, np.sign(drift), np.sign(largest))
    directions = np.zeros((units, COMPONENTS))
    directions[:, : leading.shape[1]] = leading * signs
    return Basis(centre * scale, directions)


def facing(basis: Basis, other: Basis | None) -> Basis:
    """Turn each direction to the side to which another basis looks.

    So a picture whose basis is computed anew while training goes on does not flip.
    """
    if other is None:
        return basis
    along = (basis.directions * other.directions).sum(axis=0)
    return basis._replace(directions=basis.directions * np.where(along < 0, -1, 1))


def seen_along(hidden: np.ndarray, basis: Basis | None) -> Trajectories:
    """Project states onto a basis, their own or that of another training step.

    Args:
        hidden: (time, batch, hidden). Where a state is not finite, nothing is: the
            points are NaN then, as they are without a basis.
        basis: from `principal_basis`.
    """
    if basis is None or not np.isfinite(hidden).all():
        nowhere = np.full((*hidden.shape[:2], COMPONENTS), np.nan)
        return Trajectories(nowhere, np.zeros(COMPONENTS))
    scale = max(np.abs(hidden).max(), np.abs(basis.centre).max()) or 1.0
    flat = hidden.reshape(-1, hidden.shape[-1]) / scale
    points = (flat - basis.centre / scale) @ basis.directions
    total = flat.var(axis=0).sum()
    explained = points.var(axis=0) / total if total > 0 else np.zeros(COMPONENTS)
    return Trajectories(points.reshape(*hidden.shape[:2], -1) * scale, explained)


def principal_components(hidden: np.ndarray) -> Trajectories:
    """Project states onto the directions in which they vary most (PCA).

    Args:
        hidden: (time, batch, hidden).
    """
    return seen_along(hidden, principal_basis(hidden))
