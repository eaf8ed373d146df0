"""When a network comes back to where it was: the recurrence plot of its states.

J.-P. Eckmann, S. Oliffson Kamphorst & D. Ruelle, "Recurrence plots of dynamical
systems", Europhysics Letters 4 (1987).
"""

import numpy as np
import torch


def recurrence(hidden: np.ndarray) -> np.ndarray:
    """Return the Euclidean distance between the states of any two time steps.

    Args:
        hidden: (time, hidden), of one sequence.

    Returns:
        (time, time), symmetric, 0 on the diagonal, in the state's own units; from the
        differences themselves, so that small distances between large states are right.
    """
    states = torch.from_numpy(np.ascontiguousarray(hidden)).double()
    plain = "donot_use_mm_for_euclid_dist"
    return torch.cdist(states, states, compute_mode=plain).numpy()
