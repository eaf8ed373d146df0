"""Where the hidden state goes: its path through its first principal components."""

from typing import NamedTuple

import numpy as np

COMPONENTS = 3


class Trajectories(NamedTuple):
    """Paths through state space.

    Attributes:
        points: (time, batch, 3), in the state's own units; 0 for missing components.
        explained: (3,), the share of the variance along each component.
    """

    points: np.ndarray
    explained: np.ndarray


def principal_components(hidden: np.ndarray) -> Trajectories:
    """Project states onto the directions in which they vary most (PCA).

    The sign of a component is arbitrary; the largest weight is made positive, so that
    pictures of neighbouring training steps agree.

    Args:
        hidden: (time, batch, hidden). Where a state is not finite, nothing is: the
            points are NaN then.
    """
    if not np.isfinite(hidden).all():
        nowhere = np.full((*hidden.shape[:2], COMPONENTS), np.nan)
        return Trajectories(nowhere, np.zeros(COMPONENTS))
    units = hidden.shape[-1]
    # A network that explodes has states whose squares no float64 can hold.
    scale = np.abs(hidden).max() or 1.0
    flat = hidden.reshape(-1, units) / scale
    centred = flat - flat.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred / len(flat))
    leading = directions[:, ::-1][:, :COMPONENTS]
    largest = np.abs(leading).argmax(axis=0)
    leading = leading * np.sign(leading[largest, np.arange(leading.shape[1])])
    points = np.zeros((len(flat), COMPONENTS))
    points[:, : leading.shape[1]] = centred @ leading * scale
    kept = np.clip(variances[::-1][:COMPONENTS], 0, None)
    explained = np.zeros(COMPONENTS)
    total = np.clip(variances, 0, None).sum()
    if total > 0:
        explained[: len(kept)] = kept / total
    return Trajectories(points.reshape(*hidden.shape[:2], COMPONENTS), explained)
