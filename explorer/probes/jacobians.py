"""How each state depends on the one before it: ds_t/ds_{t-1} along a sequence."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from explorer.cells import Cell
from explorer.step_map import StepMap, as_tensor


class StateJacobians(NamedTuple):
    """The derivatives of one layer's states, S = the sum of its states' sizes.

    Attributes:
        whole: (time, S, S); entry (t, i, j) is ds_t[i]/ds_{t-1}[j], where s_{-1} is the
            beginning and s has the cell's states side by side that `step` reads.
        hidden: (time, H, H), the block dh_t/dh_{t-1} of it; None where `step` does not
            read h.
        names: the states of which s consists, in that order.
    """

    whole: np.ndarray
    hidden: np.ndarray | None
    names: tuple[str, ...]


def state_jacobians(
    cell: Cell, inputs: np.ndarray | Tensor, last: int | None = None
) -> StateJacobians:
    """Follow one sequence through a layer and differentiate each of its steps.

    By automatic differentiation in float64 of the cell's own `step`. The inputs to
    a higher layer are the h of the layer below.

    Args:
        cell: one layer.
        inputs: (time, input), from the cell's own beginning on.
        last: how many time steps at the end to differentiate, all where it is not
            given: each takes 8 S^2 bytes.
    """
    torch.set_num_threads(1)  # this thread's own: more only wait for each other
    step_map = StepMap(cell)
    sequence = as_tensor(inputs)
    with torch.no_grad():
        visited = step_map.unroll(sequence[:, None])[:-1, 0]
    some = slice(None if last is None else max(0, len(sequence) - last), None)
    whole = step_map.jacobians(visited[some], sequence[some]).numpy()
    hidden = None
    if "h" in step_map.names:
        h = step_map.part("h")
        hidden = whole[:, h, h]
    return StateJacobians(whole, hidden, step_map.names)
