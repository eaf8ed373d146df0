"""What a recurrent cell is: named states, one readable step, a way through a sequence.

Gates and candidates stand side by side in the weights, as in PyTorch, so that a cell's
parameters can be compared with torch.nn's one to one.
"""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn

from explorer.activations import ACTIVATIONS
from explorer.registry import Registry
from explorer.texts import Text

State = dict[str, Tensor]
"""Named states of one layer, each (batch, hidden); every cell has at least "h"."""


class Cell(nn.Module, ABC):
    """One layer of a recurrent network.

    A subclass says its equations in its docstring, computes them in `step` and may
    override `sequence` with a faster way to the same values.

    Attributes:
        blocks: the names of the row blocks of the weights, each hidden_size rows.
        states: the names of the states; "h" is what the next layer sees.
        keep_block: the block whose bias decides how long the state is kept, if any.
        write_block: the block whose bias decides how much is written, if any.
        initialisations: the names of the initialisations that make sense here.
    """

    order: ClassVar[int]
    title: ClassVar[Text]
    summary: ClassVar[Text]
    source: ClassVar[str]
    blocks: ClassVar[tuple[str, ...]]
    states: ClassVar[tuple[str, ...]] = ("h",)
    keep_block: ClassVar[str | None] = None
    write_block: ClassVar[str | None] = None
    initialisations: ClassVar[tuple[str, ...]]

    def __init__(self, input_size: int, hidden_size: int, activation: str) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.activation = activation
        self.f = ACTIVATIONS[activation].function
        rows = len(self.blocks) * hidden_size
        self.weight_ih = nn.Parameter(torch.zeros(rows, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(rows))
        self.bias_hh = nn.Parameter(torch.zeros(rows))

    @staticmethod
    @abstractmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations, a line each, with f as the activation."""

    @abstractmethod
    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step: the equations themselves.

        Args:
            x: (batch, input).
            state: the state before.

        Returns:
            The state after, and the gates and candidates by name, each (batch, hidden).
        """

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first time step: zeros, (batch, hidden) each."""
        zeros = self.weight_hh.new_zeros(batch_size, self.hidden_size)
        return {name: zeros for name in self.states}

    def sequence(self, x: Tensor) -> Tensor:
        """Run a whole sequence from the initial state.

        Args:
            x: (time, batch, input).

        Returns:
            The states h, (time, batch, hidden); equal to repeated `step`.
        """
        state = self.initial_state(x.shape[1])
        hidden = []
        for x_t in x.unbind(0):
            state, _ = self.step(x_t, state)
            hidden.append(state["h"])
        return torch.stack(hidden)

    def rows(self, block: str) -> slice:
        """Return which rows of the weights and biases belong to a block."""
        start = self.blocks.index(block) * self.hidden_size
        return slice(start, start + self.hidden_size)

    def _preactivations(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """Return W_x x + b_x and W_h h + b_h, (batch, blocks * hidden) each."""
        return (
            torch.addmm(self.bias_ih, x, self.weight_ih.T),
            torch.addmm(self.bias_hh, h, self.weight_hh.T),
        )

    def _fused_arguments(self, x: Tensor, state: list[Tensor] | Tensor) -> tuple:
        """Return the arguments that torch's fused recurrent kernels share."""
        weights = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh]
        return (x, state, weights, True, 1, 0.0, self.training, False, False)


CELLS: Registry[Cell] = Registry("explorer.cells", Path(__file__).parent)
