"""A sequence in our own machine code, there and back, on the CPU in float32."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from explorer import kernels

Array = np.ndarray
F = np.float32


class Compiled(torch.autograd.Function):
    """A sequence through a cell's kernel, all members one after the other."""

    @staticmethod
    def forward(ctx: Any, cell: Any, x: Tensor, *weights: Tensor) -> Tensor:
        """Return h for x and the cell's weights; shapes as in `Cell.sequence`."""
        ctx.cell, ctx.members = cell, weights[0].shape[:-2]
        ctx.rows, hidden = cell.rows_of_x, cell.hidden_size
        seen = x.movedim(0, -3) if ctx.members else x
        *_, time, batch, inputs = seen.shape
        rows, n = int(ctx.rows[-1]) + 1, batch * hidden
        h = x.new_empty(*ctx.members, time + 1, batch, hidden)
        slopes = x.new_empty(*ctx.members, rows, time, n)
        kept = x.new_empty(*ctx.members, cell.kept, time, n)
        code, ctx.sources = kernels.CODES[cell.activation], []
        forwards, begin = kernels.kernel(cell.kernel), kernels.shared().begin
        for x_m, w, u, b, c, *path in _each(ctx, seen, *weights, h, slopes, kept):
            sources = (
                np.empty((time, batch, hidden + inputs + 1), F),
                np.zeros((rows, hidden + inputs + 1, hidden), F),
            )
            begin(np.ascontiguousarray(x_m), sources[0])
            for k, row in enumerate(ctx.rows):
                of = slice(k * hidden, (k + 1) * hidden)
                sources[1][k, :hidden] = u[of].T
                sources[1][row, hidden:-1] = w[of].T
                sources[1][row, -1] = b[of]
                sources[1][k, -1] += c[of]
            path[0][0] = 0
            forwards(code, sources, *path)
            ctx.sources.append(sources)
        ctx.save_for_backward(weights[1], slopes, kept)
        return h.movedim(-3, 0)[1:] if ctx.members else h[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """Return dL/dx and dL/d of each weight."""
        weight_hh, slopes, kept = ctx.saved_tensors
        gradient = gradient.movedim(0, -3) if ctx.members else gradient
        every = _each(ctx, weight_hh, slopes, kept, gradient.contiguous())
        found: list[list[Array]] = []
        back = kernels.shared().back
        hidden, blocks = ctx.cell.hidden_size, len(ctx.rows)
        for (seen, weight), (u, *path, g) in zip(ctx.sources, every, strict=True):
            time, batch, wide = seen.shape
            length = time if ctx.needs_input_grad[1] else 0
            to_x = np.empty((length, batch, wide - hidden - 1), F)
            to = np.zeros((len(weight), hidden, wide), F)
            u = u.reshape(blocks, hidden, hidden)
            back((seen, weight), u, (*path, g.reshape(time, -1)), to, to_x)
            to_w = to[ctx.rows, :, hidden:].reshape(blocks * hidden, -1)
            to_u = to[:blocks].reshape(blocks * hidden, -1)
            parts = to_w[:, :-1], to_u[:, :hidden], to_w[:, -1], to_u[:, -1]
            found.append([to_x, *parts])
        if ctx.members:
            joined = [torch.from_numpy(np.stack(f)) for f in zip(*found, strict=True)]
            joined[0] = joined[0].movedim(-3, 0)
        else:
            joined = [torch.from_numpy(f) for f in found[0]]
        return None, joined[0] if ctx.needs_input_grad[1] else None, *joined[1:]


def _each(ctx: Any, *tensors: Tensor) -> Iterable[Sequence[Array]]:
    """Return the tensors' arrays, member by member where there are several."""
    arrays = [tensor.detach().numpy() for tensor in tensors]
    return zip(*arrays, strict=True) if ctx.members else [arrays]
