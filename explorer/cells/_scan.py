"""Recurrences that are linear in their state: run through time in parallel, or not.

Where h_t = a_t h_{t-1} + b_t and neither a nor b depends on h, two steps make one of
the same form, (a_2 a_1, a_2 b_1 + b_2). So after round k each time step knows the last
2^k steps, and log2(T) rounds over the whole sequence replace T small steps. That is
more work: it pays where a round costs little more than a step, as on a GPU.
"""

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from explorer.cells._cell import Cell, Symbols, Way, affine


def scan(a: Tensor, b: Tensor) -> Tensor:
    """Return all h_t = a_t h_{t-1} + b_t, from h = 0 before the first time step.

    W. D. Hillis & G. L. Steele, "Data parallel algorithms", CACM 29 (1986). It only
    multiplies and adds: where all |a| <= 1, nothing can overflow that fits in the end.

    Args:
        a: (time, ...), real or complex; 1 where it is the same along an axis of b.
        b: (time, ...), as many axes, of the same kind.

    Returns:
        (time, ...), as b.
    """
    return _Scan.apply(a, b)


class _Scan(torch.autograd.Function):
    """The scan with its own backward pass, which keeps a and h and no round's tensors.

    The gradient by b runs through the same recurrence from the end to the beginning:
    dL/db_t = dL/dh_t + a_{t+1} dL/db_{t+1}, and dL/da_t = dL/db_t h_{t-1}.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(a: Tensor, b: Tensor) -> Tensor:
        h, span = b, 1
        while span < len(b):
            h = torch.cat([h[:span], torch.addcmul(h[span:], a[span:], h[:-span])])
            a = torch.cat([a[:span], a[span:] * a[:-span]])
            span *= 2
        return h.clone() if h is b else h

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0], output)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        a, h = (saved.conj() for saved in ctx.saved_tensors)
        nothing = torch.zeros_like(a[:1])
        later = torch.cat([a[1:], nothing])
        by_b = scan(later.flip(0), gradient.flip(0)).flip(0)
        by_a = (by_b[1:] * h[:-1]).sum_to_size(a[1:].shape)
        return torch.cat([nothing, by_a]), by_b


def walk(a: Tensor, b: Tensor) -> Tensor:
    """Return what `scan` does, one time step after another."""
    return _Walk.apply(a, b)


class _Walk(torch.autograd.Function):
    """The recurrence step by step, and backwards as `_Scan` has it."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        h = _walked(a, b)
        ctx.save_for_backward(a, h)
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        a, h = (saved.conj().resolve_conj() for saved in ctx.saved_tensors)
        later = torch.cat([a[1:], torch.zeros_like(a[:1])])
        by_b = _walked(later.flip(0), gradient.flip(0)).flip(0)
        by_a = torch.zeros_like(by_b)
        torch.mul(by_b[1:], h[:-1], out=by_a[1:])
        return by_a.sum_to_size(a.shape), by_b


def _walked(a: Tensor, b: Tensor) -> Tensor:
    h = torch.empty_like(b, memory_format=torch.contiguous_format)
    h[0] = b[0]
    hs = h.unbind()
    for before, a_t, b_t, after in zip(
        hs[:-1], a.unbind()[1:], b.unbind()[1:], hs[1:], strict=True
    ):
        torch.addcmul(b_t, a_t, before, out=after)
    return h


class ScannedCell(Cell):
    """A cell that is linear in its state, so that a scan can run through time."""

    @abstractmethod
    def through(self, x: Tensor, solve: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """Run a whole sequence; `solve` is `scan` or `walk`."""

    def ways(self) -> dict[Way, Callable[[Tensor], Tensor]]:
        """Return the ways through a sequence: on a CPU, a scan's extra work decides."""
        scanned = partial(self.through, solve=scan)
        walked = partial(self.through, solve=walk)
        if next(self.parameters()).is_cuda:
            return {"scan": scanned, "unrolled": walked, **super().ways()}
        return {"unrolled": walked, "scan": scanned, **super().ways()}


class InputGatedCell(ScannedCell):
    """A cell whose gates and candidates see the input alone: W x_t + b."""

    def __init__(self, input_size: int, hidden_size: int, activation: str) -> None:
        super().__init__(input_size, hidden_size, activation)
        rows = len(self.blocks) * hidden_size
        self.weight_ih = nn.Parameter(torch.zeros(rows, input_size))
        self.bias = nn.Parameter(torch.zeros(rows))

    def symbols(self) -> Symbols:
        """Return W and b of each block."""
        found: Symbols = {}
        for k in self.blocks:
            found[f"W_{k}"] = self.weight_ih[self.rows(k)]
            found[f"b_{k}"] = self.bias[self.rows(k)]
        return found

    def set_bias(self, block: str, bias: Tensor | float) -> None:
        """Set a block's bias, in place."""
        self.bias[self.rows(block)] = bias

    def _preactivations(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return W x + b by block, (..., hidden) each, for x (..., input)."""
        together = affine(x, self.weight_ih, self.bias)
        return together.chunk(len(self.blocks), dim=-1)
