"""What a layer does in the long run as its recurrent weights grow by a gain."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from explorer.cells import Cell
from explorer.step_map import StepMap, as_tensor


class Bifurcation(NamedTuple):
    """Long-run values over the gain.

    Attributes:
        gains: (gains,), what W_hh was multiplied by.
        values: (gains, time, starts, S), the whole states after the transient. One
            value for a gain is a fixed point, a few are a cycle, many are chaos.
    """

    gains: np.ndarray
    values: np.ndarray


class _Recurrence(nn.Module):
    """A step map as a module, so that its weights can be exchanged for a call."""

    def __init__(self, step_map: StepMap) -> None:
        super().__init__()
        self.cell, self.step_map = step_map.cell, step_map

    def forward(self, states: Tensor, x: Tensor, steps: int, kept: int) -> Tensor:
        """Return the last `kept` of some steps, (kept, starts, S)."""
        visited = []
        for t in range(steps):
            states = self.step_map(states, x)
            if t >= steps - kept:
                visited.append(states)
        return torch.stack(visited)


def bifurcation(
    cell: Cell,
    gains: np.ndarray,
    x: np.ndarray | Tensor,
    starts: np.ndarray | Tensor,
    transient: int = 200,
    kept: int = 50,
) -> Bifurcation:
    """Run the layer for each gain g with g W_hh, all gains at once.

    Every block of W_hh is scaled, in cells with gates those of the gates too.

    Args:
        cell: one layer with a parameter `weight_hh`.
        gains: (gains,).
        x: (input,), the constant input.
        starts: (starts, S), whole states to begin with at each gain.
        transient: how many time steps go by first.
        kept: how many time steps are told after them, at least 1.

    Raises:
        ValueError: the cell has no W_hh to scale.
    """
    recurrence = _Recurrence(StepMap(cell))
    weights = getattr(recurrence.cell, "weight_hh", None)
    if not isinstance(weights, Tensor):
        raise ValueError(f"{type(cell).__name__} has no weight_hh to scale")

    def run(gain: Tensor) -> Tensor:
        scaled = {"cell.weight_hh": gain * weights}
        arguments = (as_tensor(starts), as_tensor(x), transient + kept, kept)
        return functional_call(recurrence, scaled, arguments)

    with torch.no_grad():
        values = vmap(run)(as_tensor(gains))
    return Bifurcation(np.asarray(gains, dtype=float), values.numpy())
