"""How much of the loss's gradient is left at every time step on its way back."""

import numpy as np

from explorer.model import Trace


def state_gradient_norms(trace: Trace) -> dict[str, np.ndarray]:
    """Return the mean over sequences of |dL/ds_t| for every state s.

    L is a sequence's own loss and the norm is Euclidean over the units.

    Returns:
        State's name -> (layer, time), in units of the loss per unit of the state.
    """
    return {
        name: np.linalg.norm(gradient, axis=3).mean(axis=2)
        for name, gradient in trace.gradients.items()
    }
