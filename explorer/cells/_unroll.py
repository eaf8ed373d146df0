"""Backpropagation through time, written out for cells that are elementwise but for U h.

(P. J. Werbos, "Backpropagation through time: what it does and how to do it", 1990.)
Where every block sees W x_t + b and U h_{t-1} + b' and all else is elementwise, a time
step's derivative is one number for each pair of entries, and those of all time steps
can be computed together. What is left for the way back through time is a few products
a step, and the weights' gradients are one matrix product each at its end.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from explorer.cells._cell import Cell, State, Way, affine
from explorer.cells._compiled import Compiled
from explorer.kernels import CODES, wanted

Weights = tuple[Tensor, ...]
"""weight_ih, weight_hh, bias_ih, bias_hh and what else `update` takes."""
Path = tuple[Tensor, ...]
"""What the way back needs of the way there; the states h of all t stand first."""


class UnrolledCell(Cell):
    """A cell of that kind.

    A subclass gives its equations as `update`, and may give them once more in machine
    code, several times as fast; the contract tests hold that to `step`.

    Attributes:
        kernel: the module of `explorer.kernels` that has it, if there is one.
        kept: how many factors it keeps for the way back.
    """

    kernel: ClassVar[str | None] = None
    kept: ClassVar[int] = 1

    @cached_property
    def rows_of_x(self) -> np.ndarray:
        """Which row of the kernel's sums begins with W x + b of each block."""
        return np.arange(len(self.blocks))

    @abstractmethod
    def update(
        self, from_x: Tensor, from_h: Tensor, state: State, *others: Tensor
    ) -> tuple[State, State]:
        """Advance one time step: the equations themselves, elementwise.

        Args:
            from_x: W x_t + b, (..., batch, blocks * hidden).
            from_h: U h_{t-1} + b', as from_x.
            state: the state before, (..., batch, hidden) each.
            others: what `weights` returns after the first four.

        Returns:
            What `step` returns.
        """

    @abstractmethod
    def weights(self) -> Weights:
        """Return W, U, b and b' as `update` sees them, and what else it takes."""

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        weight_ih, weight_hh, bias_ih, bias_hh, *others = self.weights()
        from_x = affine(x, weight_ih, bias_ih)
        from_h = affine(state["h"], weight_hh, bias_hh)
        return self.update(from_x, from_h, state, *others)

    def ways(self) -> dict[Way, Callable[[Tensor], Tensor]]:
        """Return the ways through a sequence, as `Cell.ways` does."""
        ways: dict[Way, Callable[[Tensor], Tensor]] = {}
        if self._compiles():
            ways["compiled"] = self.compiled
        return ways | {"unrolled": self.unrolled} | super().ways()

    def sequence(self, x: Tensor) -> Tensor:
        """Run a whole sequence; shapes as in `Cell.sequence`.

        The machine code takes float32 and at least one time step; torch says what is
        wrong with anything else.
        """
        ways = self.ways()
        if x.dtype != torch.float32 or not len(x):
            ways.pop("compiled", None)
        return next(iter(ways.values()))(x)

    def _compiles(self) -> bool:
        """Return whether there is machine code for this cell as it is."""
        weight = next(self.parameters())
        return (
            self.kernel is not None
            and self.activation in CODES
            and (weight.dtype, weight.device.type) == (torch.float32, "cpu")
            and wanted()
        )

    def compiled(self, x: Tensor) -> Tensor:
        """Run a whole sequence; shapes as in `Cell.sequence`."""
        return Compiled.apply(self, x, *self.weights())

    def unrolled(self, x: Tensor) -> Tensor:
        """Run a whole sequence; shapes as in `Cell.sequence`."""
        return _Unrolled.apply(self, x, *self.weights())

    def forwards(self, x: Tensor, weights: Weights) -> Path:
        """Run through time; return the states h and what `backwards` needs."""
        weight_ih, weight_hh, bias_ih, bias_hh, *others = weights
        from_x = sums(x, weight_ih, bias_ih)
        state = self.initial_state(*x.shape[1:-1])
        recurrent, states = [], [state]
        for from_x_t in from_x:
            recurrent.append(affine(state["h"], weight_hh, bias_hh))
            state, _ = self.update(from_x_t, recurrent[-1], state, *others)
            states.append(state)
        after = [torch.stack([s[name] for s in states]) for name in self.states]
        h = after[self.states.index("h")]
        return h[1:], from_x, torch.stack(recurrent), *(s[:-1] for s in after)

    def backwards(
        self, gradient: Tensor, path: Path, weights: Weights
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Run back through time.

        Args:
            gradient: dL/dh_t as what comes after this layer has it, as h.
            path: what `forwards` returned.
            weights: as there.

        Returns:
            dL/d(W x_t + b), dL/d(U h_{t-1} + b') and dL/d of the other weights.
        """
        _, *kept = path
        with torch.enable_grad():
            from_x, from_h, *before = (k.detach().requires_grad_() for k in kept)
            others = [w.detach().requires_grad_() for w in weights[4:]]
            state = dict(zip(self.states, before, strict=True))
            after, _ = self.update(from_x, from_h, state, *others)
            ends = [after[name] for name in self.states]
            starts = [_Start.apply(end, torch.ones_like(end)) for end in ends]
        inputs = [from_h, *before]
        slopes = [
            torch.autograd.grad(start, inputs, retain_graph=True, allow_unused=True)
            for start in starts
        ]
        by_state, by_h = self._walk_back(gradient, slopes, weights[1])
        with torch.enable_grad():
            starts = [_Start.apply(*pair) for pair in zip(ends, by_state, strict=True)]
        by_x, *by_others = torch.autograd.grad(starts, [from_x, *others])
        return by_x, by_h, by_others

    def _walk_back(
        self,
        gradient: Tensor,
        slopes: Sequence[Sequence[Tensor | None]],
        weight_hh: Tensor,
    ) -> tuple[list[Tensor], Tensor]:
        """Return dL/ds_t for each state s, and dL/d(U h_{t-1} + b'), for all t.

        Args:
            gradient: as in `backwards`.
            slopes: for each state after a time step, its derivatives by
                U h_{t-1} + b' and by each state before it, for all t; None for none.
            weight_hh: U.
        """
        wide = len(self.blocks), self.hidden_size
        by_state = {name: torch.zeros_like(gradient) for name in self.states}
        by_state["h"].copy_(gradient)
        by_h = gradient.new_zeros(*gradient.shape[:-1], *wide)
        totals = {name: by.unbind() for name, by in by_state.items()}
        to_h, to_before = [], []
        for name, (by_sum, *by_before) in zip(self.states, slopes, strict=True):
            if by_sum is not None:
                to_h.append((totals[name], by_sum.unflatten(-1, wide).unbind()))
            for earlier, slope in zip(self.states, by_before, strict=True):
                if slope is not None:
                    to_before.append((totals[name], totals[earlier], slope.unbind()))
        for t in range(len(gradient) - 1, -1, -1):
            for later, slopes_t in to_h:
                by_h[t].addcmul_(slopes_t[t], later[t].unsqueeze(-2))
            for later, before, slopes_t in to_before if t else ():
                before[t - 1].addcmul_(slopes_t[t], later[t])
            if t:
                multiply_(totals["h"][t - 1], by_h[t].flatten(-2), weight_hh)
        return [*by_state.values()], by_h.flatten(-2)


class _Start(torch.autograd.Function):
    """A number whose derivative by a tensor is what is given.

    `grad` itself could begin from that, but loads a compiler first (3 s, 80 MB).
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor, gradient: Tensor) -> Tensor:
        ctx.gradient = gradient
        return values.new_zeros(())

    @staticmethod
    def backward(ctx: Any, one: Tensor) -> tuple[Tensor, None]:
        return ctx.gradient, None


class _Unrolled(torch.autograd.Function):
    """A sequence through an UnrolledCell, with the cell's own way back."""

    @staticmethod
    def forward(ctx: Any, cell: UnrolledCell, x: Tensor, *weights: Tensor) -> Tensor:
        path = cell.forwards(x, weights)
        ctx.cell, ctx.weights = cell, len(weights)
        ctx.save_for_backward(x, *weights, *path)
        return path[0]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, *saved = ctx.saved_tensors
        weights, path = tuple(saved[: ctx.weights]), tuple(saved[ctx.weights :])
        by_x, by_h, others = ctx.cell.backwards(gradient, path, weights)
        by_b = _by_member(by_x).sum(-2)
        return (
            None,
            _times(by_x, weights[0]) if ctx.needs_input_grad[1] else None,
            _product(by_x, x),
            _product(by_h[1:], path[0][:-1]),
            by_b,
            by_b if by_h is by_x else _by_member(by_h).sum(-2),
            *others,
        )


def sums(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return W x + b as `affine` does, for all time steps and without autograd."""
    return _times(x, weight.mT).add_(bias.unsqueeze(-2))


def _times(values: Tensor, matrix: Tensor) -> Tensor:
    """Return values @ matrix, (time, ..., batch, columns), one product a member."""
    if matrix.dim() == 2:
        return values @ matrix
    product = _by_member(values) @ matrix
    steps = product.unflatten(-2, (len(values), -1))
    return steps.movedim(-3, 0).contiguous()  # as a time step's products want them


def multiply_(total: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Add a @ b to total in place, with or without an axis of members."""
    return total.addmm_(a, b) if b.dim() == 2 else total.baddbmm_(a, b)


def _by_member(values: Tensor) -> Tensor:
    """Return (..., time * batch, n) for values (time, ..., batch, n)."""
    return values.movedim(0, -3).flatten(-3, -2)


def _product(by_sum: Tensor, seen: Tensor) -> Tensor:
    """Return a weight's gradient: by_sum' seen, over all time steps and sequences."""
    # Turned around, since a product with few columns is many times slower than one
    # with few rows.
    return (_by_member(seen).mT @ _by_member(by_sum)).mT.contiguous()
