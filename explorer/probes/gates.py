"""What the gates do: how often they are shut or open, how far they let c or h pass."""

from typing import NamedTuple

import numpy as np
import torch

from explorer.cells import Cell

SHUT, OPEN = 0.1, 0.9


class Saturation(NamedTuple):
    """How much of the time a gate is nearly shut or nearly open.

    Attributes:
        left: (hidden,), the share of time steps and sequences with a value below 0.1.
        right: (hidden,), the share with a value above 0.9.
    """

    left: np.ndarray
    right: np.ndarray


def saturation(gate: np.ndarray) -> Saturation:
    """Count for each unit how often its gate is saturated.

    A. Karpathy, J. Johnson & L. Fei-Fei, "Visualizing and understanding recurrent
    networks" (2015), whose bounds these are.

    Args:
        gate: (time, batch, hidden), values from 0 to 1; where one is not a number, it
            counts as neither.
    """
    return Saturation((gate < SHUT).mean(axis=(0, 1)), (gate > OPEN).mean(axis=(0, 1)))


def log10_direct_path(
    cell: Cell, internals: dict[str, np.ndarray]
) -> np.ndarray | None:
    """Return what the gates alone let pass: log10 of the product of `cell.keep`.

    An LSTM's dc_T/dc_t along its direct path is the product of f from t + 1 to T, a
    GRU's dh_T/dh_t that of z, unit by unit (Hochreiter & Schmidhuber 1997; Cho et al.
    2014). What goes round through the recurrent weights is not in it.

    Args:
        cell: one layer.
        internals: what `step` returned beside the states, name -> (time, hidden) of one
            sequence.

    Returns:
        (time + 1, hidden): entry k is what passes through the last k steps, so entry 0
        is 0 and -inf stands for a gate that was shut; None where a cell has no such
        gate.
    """
    tensors = {name: torch.from_numpy(values) for name, values in internals.items()}
    with torch.no_grad():
        factor = cell.keep(tensors)
    if factor is None:
        return None
    with np.errstate(divide="ignore"):
        logs = np.log10(np.abs(factor.double().numpy()))
    logs = np.broadcast_to(logs, (len(next(iter(internals.values()))), logs.shape[-1]))
    return np.vstack([np.zeros(logs.shape[1]), np.cumsum(logs[::-1], axis=0)])
