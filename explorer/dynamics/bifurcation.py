"""What a layer does in the long run as its recurrent weights grow by a gain."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from explorer.cells import CELLS, Cell
from explorer.step_map import StepMap, as_tensor

NEAR = 1e-7
"""How far from the orbit its neighbour starts each step."""
SMALLEST = 1e-9
"""The growth below which rounding is all there is."""


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


class _Growth(_Recurrence):
    """The same with a neighbour, at a small distance that is restored in each step."""

    def forward(self, states: Tensor, x: Tensor, steps: int, kept: int) -> Tensor:
        """Return the mean of log |distance after / before| over the last `kept` steps.

        Shape (starts,).
        """
        apart = torch.ones_like(states) * NEAR / states.shape[-1] ** 0.5
        total = torch.zeros_like(states[:, 0])
        for t in range(steps):
            after = self.step_map(states, x)
            moved = self.step_map(states + apart, x) - after
            growth = (moved.norm(dim=-1) / NEAR).clamp(min=SMALLEST)
            states, apart = after, moved / growth[:, None]
            total = total + (t >= steps - kept) * growth.log()
        return total / kept


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
    values = _for_each_gain(recurrence, gains, x, starts, transient + kept, kept)
    return Bifurcation(np.asarray(gains, dtype=float), values)


def largest_exponents(
    cell: Cell,
    gains: np.ndarray,
    x: np.ndarray | Tensor,
    starts: np.ndarray | Tensor,
    transient: int = 200,
    measured: int = 100,
) -> np.ndarray:
    """Return the largest Lyapunov exponent at each gain and from each start.

    A neighbour is followed, all gains at once: G. Benettin, L. Galgani & J.-M.
    Strelcyn, "Kolmogorov entropy and numerical experiments", Physical Review A 14
    (1976). Arguments as in `bifurcation`.

    Returns:
        (gains, starts), in nats a time step; above 0 is chaos.
    """
    growth = _Growth(StepMap(cell))
    return _for_each_gain(growth, gains, x, starts, transient + measured, measured)


def _for_each_gain(
    recurrence: _Recurrence,
    gains: np.ndarray,
    x: np.ndarray | Tensor,
    starts: np.ndarray | Tensor,
    steps: int,
    kept: int,
) -> np.ndarray:
    weights = getattr(recurrence.cell, "weight_hh", None)
    if not isinstance(weights, Tensor):
        raise ValueError(f"{type(recurrence.cell).__name__} has no weight_hh to scale")

    def run(gain: Tensor) -> Tensor:
        scaled = {"cell.weight_hh": gain * weights}
        arguments = (as_tensor(starts), as_tensor(x), steps, kept)
        return functional_call(recurrence, scaled, arguments)

    with torch.no_grad():
        return vmap(run)(as_tensor(gains)).numpy()


def random_network(units: int, seed: int) -> Cell:
    """Return x' = tanh(W x) with independent normal entries of variance 1/N.

    H. Sompolinsky, A. Crisanti & H.-J. Sommers, "Chaos in random neural networks",
    Physical Review Letters 61 (1988). Its one input is ignored.

    Args:
        units: N.
        seed: the same seed gives the same network.
    """
    cell = CELLS["rnn"](1, units, "tanh").double()
    drawn = np.random.default_rng(seed).standard_normal((units, units))
    with torch.no_grad():
        cell.get_parameter("weight_hh").copy_(torch.tensor(drawn / units**0.5))
    return cell
