"""What a recurrent cell is: named states, one readable step, a way through a sequence.

Gates and candidates stand side by side in the weights, as in PyTorch, so that a cell's
parameters can be compared with torch.nn's one to one.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal

import torch
from torch import Generator, Tensor, nn

from explorer.activations import ACTIVATIONS
from explorer.registry import Registry
from explorer.texts import Text

State = dict[str, Tensor]
"""Named states of one layer, each (batch, hidden); every cell has at least "h"."""
Symbols = dict[str, Tensor | float | Callable[[Tensor], Tensor]]
"""What the letters of equations stand for: matrices, vectors, constants, functions."""


Way = Literal["loop", "unrolled", "compiled", "fused", "scan"]
"""How a sequence is gone through: step by step and differentiated by torch, the same
with a backward pass of our own, in machine code of our own, in one of torch's kernels,
or by a parallel scan."""


def affine(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return W x + b, (..., batch, rows), for x (..., batch, columns).

    With members, weight (members, rows, columns) and bias (members, rows), each net
    has its own: x and the result are (..., members, batch, ·).
    """
    return x @ weight.mT + bias.unsqueeze(-2)


@torch.no_grad()
def uniform(module: nn.Module, fan_in: int, generator: Generator) -> None:
    """Fill all parameters with U(-1/sqrt(fan_in), 1/sqrt(fan_in)), torch's default."""
    bound = 1 / math.sqrt(fan_in)
    for parameter in module.parameters():
        parameter.uniform_(-bound, bound, generator=generator)


class Cell(nn.Module, ABC):
    """One layer of a recurrent network.

    A subclass says its equations in its docstring, computes them in `step` and may
    add faster `ways` through a sequence to the same values. Several nets of one kind,
    its members, can be one layer: every parameter then has them as its first axis, and
    everything (batch, ...) is (members, batch, ...).

    Attributes:
        summary: two sentences on what problem the cell answers.
        source: author and paper.
        year: when the paper appeared.
        states: the names of the states; "h" is what the next layer sees.
        gates: the names of the internals that lie between 0 and 1.
        blocks: the names of the row blocks of the weights, each hidden_size rows.
        keep_block: the gate whose bias decides how long the state is kept, if any.
        keep_sign: 1 where that gate, wide open, keeps the state; -1 where it rewrites.
        write_block: the gate whose bias decides how much is written, if any.
        activations: the names of the activations that make sense, the usual one first.
        initialisations: the names of the initialisations that do, the usual one first.
    """

    order: ClassVar[int]
    title: ClassVar[Text]
    summary: ClassVar[Text]
    source: ClassVar[str]
    year: ClassVar[int]
    states: ClassVar[tuple[str, ...]] = ("h",)
    gates: ClassVar[tuple[str, ...]] = ()
    blocks: ClassVar[tuple[str, ...]] = ()
    keep_block: ClassVar[str | None] = None
    keep_sign: ClassVar[int] = 1
    write_block: ClassVar[str | None] = None
    activations: ClassVar[tuple[str, ...]] = tuple(ACTIVATIONS)
    initialisations: ClassVar[tuple[str, ...]]

    def __init__(self, input_size: int, hidden_size: int, activation: str) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.activation = activation
        self.f = ACTIVATIONS[activation].function

    @staticmethod
    @abstractmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations, a line each, with f as the activation."""

    @abstractmethod
    def symbols(self) -> Symbols:
        """Return what the letters of `latex` stand for, as they are written there.

        Those that have a time step, x_t, states and gates, are not among them. With
        them, the equations say the same as `step`; the tests hold them to it.
        """

    @abstractmethod
    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step: the equations themselves.

        Args:
            x: (batch, input).
            state: the state before.

        Returns:
            The state after, and the gates and candidates by name, each (batch, hidden).
        """

    def reset(self, generator: Generator) -> None:
        """Fill the parameters in place before an initialisation overwrites some."""
        uniform(self, self.hidden_size, generator)

    def initial_state(self, *batch: int) -> State:
        """Return the state before the first time step: zeros, (*batch, hidden) each."""
        some = next(self.parameters())
        zeros = some.new_zeros(*batch, self.hidden_size)
        return {name: zeros for name in self.states}

    def ways(self) -> dict[Way, Callable[[Tensor], Tensor]]:
        """Return the ways through a sequence, the fastest first; all are equal.

        Each takes x (time, batch, input) and returns h (time, batch, hidden).
        """
        return {"loop": self.loop}

    @property
    def way(self) -> Way:
        """What `sequence` does for this cell, with its activation, where it is."""
        return next(iter(self.ways()))

    def sequence(self, x: Tensor) -> Tensor:
        """Run a whole sequence from the initial state, in the fastest way there is.

        Args:
            x: (time, batch, input).

        Returns:
            The states h, (time, batch, hidden); equal to repeated `step`.
        """
        return next(iter(self.ways().values()))(x)

    def loop(self, x: Tensor) -> Tensor:
        """Run a whole sequence step by step; shapes as in `sequence`."""
        state = self.initial_state(*x.shape[1:-1])
        hidden = []
        for x_t in x.unbind(0):
            state, _ = self.step(x_t, state)
            hidden.append(state["h"])
        return torch.stack(hidden)

    def keep(self, internals: State) -> Tensor | None:
        """Return the factor of the direct path from the last of `states` to itself.

        It is d s_t / d s_{t-1} with the gates held still, (batch, hidden); None where
        no gate stands on that path.

        Args:
            internals: the gates and candidates that `step` returned.
        """
        if self.keep_block is None:
            return None
        gate = internals[self.keep_block]
        return gate if self.keep_sign > 0 else 1 - gate

    def rows(self, block: str) -> slice:
        """Return which rows of the weights and biases belong to a block."""
        start = self.blocks.index(block) * self.hidden_size
        return slice(start, start + self.hidden_size)

    def set_bias(self, block: str, bias: Tensor | float) -> None:
        """Set the bias of a block's preactivation, in place."""
        raise TypeError(f"{type(self).__name__} has no biases by block")


class BlockCell(Cell):
    """A cell whose blocks all see W x_t + b and U h_{t-1} + b', as in torch.nn."""

    def __init__(self, input_size: int, hidden_size: int, activation: str) -> None:
        super().__init__(input_size, hidden_size, activation)
        rows = len(self.blocks) * hidden_size
        self.weight_ih = nn.Parameter(torch.zeros(rows, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(rows))
        self.bias_hh = nn.Parameter(torch.zeros(rows))

    def weights(self) -> tuple[Tensor, ...]:
        """Return W, U, b and b'."""
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def symbols(self) -> Symbols:
        """Return W, U and b of each block, b being the sum of the two biases."""
        bias = self.bias_ih + self.bias_hh
        found: Symbols = {}
        for k in self.blocks:
            of = self.rows(k)
            found[f"W_{k}"], found[f"U_{k}"] = self.weight_ih[of], self.weight_hh[of]
            found[f"b_{k}"] = bias[of]
        return found

    def set_bias(self, block: str, bias: Tensor | float) -> None:
        """Set the sum of a block's two biases, in place."""
        self.bias_ih[self.rows(block)] = bias
        self.bias_hh[self.rows(block)] = 0.0

    def _preactivations(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """Return W_x x + b_x and W_h h + b_h, (batch, blocks * hidden) each."""
        return (
            affine(x, self.weight_ih, self.bias_ih),
            affine(h, self.weight_hh, self.bias_hh),
        )

    def _alone(self) -> bool:
        """Return whether there is no axis of members, which torch's kernels lack."""
        return self.weight_hh.dim() == 2

    def _fused_arguments(self, x: Tensor, state: list[Tensor] | Tensor) -> tuple:
        """Return the arguments that torch's fused recurrent kernels share."""
        weights = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh]
        return (x, state, weights, True, 1, 0.0, self.training, False, False)


CELLS: Registry[Cell] = Registry("explorer.cells", Path(__file__).parent)
