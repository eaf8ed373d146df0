"""Gradient checkpointing: less memory for a second forward pass."""

from collections.abc import Iterable
from math import ceil, isqrt
from typing import Any

import torch
from torch import Tensor

from explorer.cells import Cell, State


def checkpointed(cell: Cell, x: Tensor) -> Tensor:
    """Run a sequence keeping the states at every sqrt(T)-th time step alone.

    The backward pass computes what lies between anew, stretch by stretch (T. Chen,
    B. Xu, C. Zhang & C. Guestrin, "Training deep nets with sublinear memory cost",
    2016). Not torch.utils.checkpoint, which loads torch's compiler on first use: a
    second, and 70 MB of a small server's memory.

    Args:
        cell: any cell.
        x: (time, batch, input).

    Returns:
        The states h, (time, batch, hidden); values and the parameters' gradients are
        those of `cell.loop`.
    """
    stretch = max(1, ceil(len(x) / max(1, isqrt(len(x)))))
    states = list(cell.initial_state(x.shape[1]).values())
    hidden = []
    for part in x.split(stretch):
        h, *states = _Stretch.apply(cell, part, *states, *cell.parameters())
        hidden.append(h)
    return torch.cat(hidden)


def _steps(cell: Cell, x: Tensor, states: Iterable[Tensor]) -> list[Tensor]:
    """Return all h of a stretch, and the states after it."""
    state: State = dict(zip(cell.states, states, strict=True))
    hidden = []
    for x_t in x.unbind(0):
        state, _ = cell.step(x_t, state)
        hidden.append(state["h"])
    return [torch.stack(hidden), *(state[name] for name in cell.states)]


class _Stretch(torch.autograd.Function):
    """Some time steps that keep nothing but the states before them."""

    @staticmethod
    def forward(ctx: Any, cell: Cell, x: Tensor, *tensors: Tensor) -> tuple:
        before = tensors[: len(cell.states)]
        ctx.cell = cell
        ctx.save_for_backward(x, *before)
        return tuple(_steps(cell, x, before))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple:
        x, *before = ctx.saved_tensors
        before = [state.detach().requires_grad_() for state in before]
        with torch.enable_grad():
            after = _steps(ctx.cell, x, before)
        inputs = [*before, *ctx.cell.parameters()]
        found = torch.autograd.grad(after, inputs, gradients, allow_unused=True)
        return None, None, *found
