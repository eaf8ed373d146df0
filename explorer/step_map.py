"""One layer as a map of its whole state, s_t = F(s_{t-1}, x_t), and its derivative.

Probes and dynamics see a cell through this alone, so that they hold for every cell.
"""

from copy import deepcopy

import numpy as np
import torch
from torch import Tensor

from explorer.cells import Cell, State
from explorer.config import RunConfig
from explorer.model import Model

CHUNK = 200_000
"""About how many entries of Jacobians are computed at once: they fit a CPU's cache."""


class _Watched(dict):
    """A state that remembers which of its parts were read."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Tensor:
        self.read.add(name)
        return super().__getitem__(name)


class StepMap:
    """A cell as a map, in float64 and with its weights as they are now.

    The whole state has side by side those of the cell's states that `step` reads: an
    LSTM's is (h, c), so S = 2 H. What `step` only writes is no part of it.

    Attributes:
        names: the states of which the whole state consists, in the cell's order.
        size: S, the number of entries of the whole state.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = deepcopy(cell).double().cpu().requires_grad_(False)
        start = self.cell.initial_state(1)
        watched = _Watched(start)
        self.cell.step(torch.zeros(1, cell.input_size, dtype=torch.float64), watched)
        self.names = tuple(n for n in start if n in watched.read) or tuple(start)
        self._sizes = [start[name].shape[1] for name in self.names]
        self.size = sum(self._sizes)

    def part(self, name: str) -> slice:
        """Return where one of the states stands in the whole state.

        Raises:
            ValueError: `step` does not read that state.
        """
        place = self.names.index(name)
        first = sum(self._sizes[:place])
        return slice(first, first + self._sizes[place])

    def start(self, batch_size: int = 1) -> Tensor:
        """Return the whole state before the first time step, (batch, S)."""
        return self._pack(self.cell.initial_state(batch_size))

    def __call__(self, states: Tensor, inputs: Tensor) -> Tensor:
        """Return F(s, x), (N, S); states (N, S), inputs (N, input) or (input,)."""
        return self._pack(self.step(states, inputs)[0])

    def step(self, states: Tensor, inputs: Tensor) -> tuple[State, State]:
        """Return what the cell's own `step` makes of whole states; shapes as above."""
        known = zip(self.names, states.split(self._sizes, 1), strict=True)
        before = self.cell.initial_state(len(states)) | dict(known)
        return self.cell.step(inputs.expand(len(states), -1), before)

    def unroll(self, inputs: Tensor, start: Tensor | None = None) -> Tensor:
        """Return the whole state before the first and after each time step.

        Args:
            inputs: (time, batch, input).
            start: (batch, S); the cell's own beginning where none is given.

        Returns:
            (time + 1, batch, S).
        """
        state = self.start(inputs.shape[1]) if start is None else start
        visited = [state]
        for x in inputs.unbind(0):
            state = self(state, x)
            visited.append(state)
        return torch.stack(visited)

    def jacobians(self, states: Tensor, inputs: Tensor) -> Tensor:
        """Return dF/ds at N points, (N, S, S): entry (n, i, j) is dF_i/ds_j.

        Args:
            states: (N, S).
            inputs: (N, input), or (input,) for the same input everywhere.
        """
        count = max(1, CHUNK // self.size**2)
        inputs = inputs.expand(len(states), -1)
        pairs = zip(states.split(count), inputs.split(count), strict=True)
        return torch.cat([self._chunk(s, x) for s, x in pairs])

    def _chunk(self, states: Tensor, inputs: Tensor) -> Tensor:
        """Return the Jacobians of a few points by S backward passes at once.

        The points do not touch each other, so that one pass serves them all.
        """
        states = states.detach().requires_grad_()
        after = self(states, inputs)
        seeds = torch.eye(self.size, dtype=after.dtype)[:, None]
        (found,) = torch.autograd.grad(
            after,
            states,
            seeds.expand(-1, len(states), -1),
            is_grads_batched=True,
            materialize_grads=True,
        )
        return found.transpose(0, 1)

    def _pack(self, state: State) -> Tensor:
        return torch.cat([state[name] for name in self.names], 1)


def layer_cell(config: RunConfig, weights: dict[str, Tensor], layer: int) -> Cell:
    """Return one layer of a run's network, counted from 0 at the input, in float64."""
    model = Model(config)
    model.load_state_dict(weights)
    return model.double().requires_grad_(False).cells[layer]


def as_tensor(values: np.ndarray | Tensor) -> Tensor:
    """Return values of any kind as a float64 tensor on the CPU, cut from any graph."""
    return torch.as_tensor(values).detach().to("cpu", torch.float64)
