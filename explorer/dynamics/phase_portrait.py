"""Where each state of a plane goes in one step: the flow of a network of two units."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from explorer.cells import Cell
from explorer.step_map import StepMap, as_tensor


class PhasePortrait(NamedTuple):
    """The flow on a grid.

    Attributes:
        first: (columns,), the values of the plane's first coordinate.
        second: (rows,), those of the second.
        flow: (rows, columns, 2), both components of F(s) - s. The nullclines are
            where a component is 0: its contour at level 0.
        speed: (rows, columns), q = 1/2 |F(s) - s|^2 over all coordinates.
    """

    first: np.ndarray
    second: np.ndarray
    flow: np.ndarray
    speed: np.ndarray


def phase_portrait(
    cell: Cell,
    x: np.ndarray | Tensor,
    limits: tuple[tuple[float, float], tuple[float, float]] = ((-1, 1), (-1, 1)),
    count: int = 41,
    plane: tuple[int, int] = (0, 1),
    base: np.ndarray | None = None,
) -> PhasePortrait:
    """Apply one step under a constant input to a grid of states.

    For two entries of whole state this is all there is. With more of them it is
    a cut: the others stand at `base`, and what they do in the step is not seen
    in the flow, only in the speed.

    Args:
        cell: one layer.
        x: (input,), the constant input.
        limits: the lowest and highest value of both coordinates.
        count: how many values of each.
        plane: which entries of the whole state the plane shows.
        base: (S,), the state through which it is laid; 0 where none is given.

    Raises:
        ValueError: the layer's state has no such two entries.
    """
    step_map = StepMap(cell)
    if len(set(plane)) != 2 or not all(0 <= i < step_map.size for i in plane):
        raise ValueError("a plane needs two different entries of the state")
    first, second = (np.linspace(low, high, count) for low, high in limits)
    across, up = np.meshgrid(first, second)
    origin = np.zeros(step_map.size) if base is None else base
    states = np.tile(origin, (count * count, 1)).astype(float)
    states[:, plane[0]], states[:, plane[1]] = across.ravel(), up.ravel()
    with torch.no_grad():
        moved = step_map(as_tensor(states), as_tensor(x)).numpy() - states
    flow = moved[:, list(plane)].reshape(count, count, 2)
    speed = np.square(moved).sum(axis=1).reshape(count, count) / 2
    return PhasePortrait(first, second, flow, speed)


def orbit(cell: Cell, x: np.ndarray, start: np.ndarray, steps: int) -> np.ndarray:
    """Return where a state goes step by step under a constant input.

    Args:
        cell: one layer.
        x: (input,), the constant input.
        start: (S,), the whole state to begin with.
        steps: how many steps to take.

    Returns:
        (steps + 1, S), the start included.
    """
    held = as_tensor(x).expand(steps, 1, -1)
    with torch.no_grad():
        return StepMap(cell).unroll(held, as_tensor(start)[None])[:, 0].numpy()
