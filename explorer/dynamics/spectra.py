"""The eigenvalues of what repeats: of W_hh, and of the Jacobian at some states."""

import numpy as np
import torch
from torch import Tensor

from explorer.cells import Cell
from explorer.step_map import StepMap, as_tensor


def eigenvalues(matrices: np.ndarray | Tensor) -> np.ndarray:
    """Return the eigenvalues of square matrices, the largest first.

    Args:
        matrices: (..., S, S), such as an RNN's W_hh or a block of an LSTM's.

    Returns:
        (..., S), complex; NaN for a matrix that is not finite.
    """
    values = as_tensor(matrices)
    finite = values.isfinite().all(-1).all(-1)[..., None]
    found = torch.linalg.eigvals(torch.where(finite[..., None], values, 0.0))
    order = found.abs().argsort(dim=-1, descending=True, stable=True)
    return torch.where(finite, found.gather(-1, order), torch.nan).numpy()


def state_eigenvalues(
    cell: Cell, states: np.ndarray | Tensor, inputs: np.ndarray | Tensor
) -> np.ndarray:
    """Return the eigenvalues of dF/ds at some states, the largest first.

    Inside the unit circle a direction shrinks in one step, outside it grows; the angle
    is how far it turns. Products of such steps obey the singular values, not these.

    Args:
        cell: one layer.
        states: (N, S), whole states; see `explorer.step_map.StepMap`.
        inputs: (N, input), or (input,) for the same input everywhere.

    Returns:
        (N, S), complex.
    """
    found = StepMap(cell).jacobians(as_tensor(states), as_tensor(inputs))
    return eigenvalues(found)
