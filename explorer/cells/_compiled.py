"""A sequence in our own machine code, there and back, on the CPU in float32.

As in `_unroll`, a time step's derivative is one number for each pair of entries; here
they are computed on the way there, while what they are made of is at hand. So a cell
brings that way alone, as its `kernel`, and the way back is the same for all. Blocks lie
one behind the other, each (time, batch, hidden), so that all that is elementwise runs
through N = batch * hidden numbers in a row.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from explorer.kernels import CODES, Array, F, compiled

Sources = tuple[Array, Array, Array]
"""What the blocks see, for `recur`: [x 1], (time, batch, input + 1); its weights [W b],
(rows, hidden, input + 1); and those of h, U by block, (blocks, hidden, hidden)."""
Path = tuple[Array, Array, Array, Array]
Kernel = Callable[[int, Sources, Array, Array, Array], None]
"""The way there of a cell, compiled.

Args:
    f: the activation, one of `CODES`.
    sources: what `recur` computes a row's sums from, time step by time step.
    h: (time + 1, batch, hidden), beginning with the first state; the others go out.
    slopes: goes out: dh_t/d of each row's sum, (rows, time, N); dc_t/d of it, of a cell
        with a state c, for all rows but the last.
    kept: goes out: dh_t/dh_{t-1} with the gates held still, (1, time, N); (0, time, N)
        where that is none. With a state c: dc_t/dc_{t-1} and dh_t/dc_t, (2, time, N).
"""
CHUNK = 2**17
"""How many numbers wait until the weights' gradients are made of them: half a MB, which
stays in the cache of a core."""


@compiled
def recur(sources: Sources, h: Array, t: int, sums: Array) -> None:
    """Write the sums of all rows at t, W x_t + b + U h_{t-1}, into sums (rows, N).

    What is computed from them must go elsewhere: the compiler can vectorise no loop in
    which the two might overlap.
    """
    seen, weight, weight_hh = sources
    part = np.empty(sums.shape[1], F)
    for row in range(len(weight)):
        np.dot(seen[t], weight[row].T, sums[row].reshape(h[t].shape))
    for k in range(len(weight_hh)):
        np.dot(h[t], weight_hh[k].T, part.reshape(h[t].shape))
        for i in range(part.size):
            sums[k, i] += part[i]


@compiled
def _begin(x: Array, w: Array, b: Array, c: Array, rows: Array, to: Sources) -> None:
    """Write [x 1] and [W b], the first two of `Sources`.

    Block k's W and b belong to row rows[k]; the first rows, one a block, see U h, and
    so b' (here c), too.
    """
    seen, weight, _ = to
    time, batch, inputs = x.shape
    for t in range(time):
        for i in range(batch):
            for j in range(inputs):
                seen[t, i, j] = x[t, i, j]
            seen[t, i, inputs] = 1
    hidden = weight.shape[1]
    for k in range(len(rows)):
        for i in range(hidden):
            for j in range(inputs):
                weight[rows[k], i, j] = w[k * hidden + i, j]
            weight[rows[k], i, inputs] = b[k * hidden + i]
    for k in range(len(rows)):
        for i in range(hidden):
            weight[k, i, inputs] += c[k * hidden + i]


@compiled
def _back(sources: Sources, path: Path, found: Sources, to_x: Array) -> None:
    """Go back through time.

    Args:
        sources: as on the way there.
        path: h, slopes and kept, as there, and dL/dh_t as what comes later has it,
            (time, N).
        found: what is to become of each of `sources` its gradient. The first is of no
            use, and the others are zeros.
        to_x: is to become dL/dx, (time, batch, input), or (0, ...) if nobody asks.
    """
    (seen, weight, weight_hh), (h, slopes, _, _) = sources, path
    (rows, time, n), (_, batch, hidden) = slopes.shape, h.shape
    at_once = max(1, min(time, CHUNK // (rows * n)))
    by = np.empty((rows, at_once, n), F)
    by_h, by_c, part = np.zeros(n, F), np.zeros(n, F), np.empty(n, F)
    part_w, part_u = np.empty_like(weight[0]), np.empty_like(weight_hh[0])
    end = time
    while end > 0:
        start = max(0, end - at_once)
        for t in range(end - 1, start - 1, -1):
            _step_back(path, t, by, t - start, by_h, by_c)
            for k in range(len(weight_hh) if t else 0):
                of_t = by[k, t - start].reshape(batch, hidden)
                np.dot(of_t, weight_hh[k], part.reshape(batch, hidden))
                for i in range(n):
                    by_h[i] += part[i]
        size = (end - start) * batch
        inputs = seen[start:end].reshape(size, seen.shape[2])
        before = h[start:end].reshape(size, hidden)
        for row in range(rows):
            of_row = by[row, : end - start].reshape(size, hidden)
            np.dot(of_row.T, inputs, part_w)
            _add(part_w, found[1][row])
            if row < len(weight_hh):
                np.dot(of_row.T, before, part_u)
                _add(part_u, found[2][row])
            if len(to_x):
                part_x = np.dot(of_row, weight[row])
                to_these = to_x[start:end].reshape(size, to_x.shape[2])
                for i in range(size):
                    for j in range(to_these.shape[1]):
                        to_these[i, j] = part_x[i, j] + (to_these[i, j] if row else 0)
        end = start


@compiled
def _step_back(
    path: Path, t: int, by: Array, place: int, by_h: Array, by_c: Array
) -> None:
    """Write dL/d of each row's sum at t into by; make by_h and by_c those before t.

    What comes to h_{t-1} through U is not in by_h yet.
    """
    _, slopes, kept, gradient = path
    n, of_c = len(by_h), len(by) - 1 if len(kept) == 2 else 0
    for i in range(n):
        by_h[i] += gradient[t, i]
    for row in range(of_c, len(by)):
        for i in range(n):
            by[row, place, i] = slopes[row, t, i] * by_h[i]
    if of_c:
        for i in range(n):
            by_c[i] += by_h[i] * kept[1, t, i]
        for row in range(of_c):
            for i in range(n):
                by[row, place, i] = slopes[row, t, i] * by_c[i]
        for i in range(n):
            by_c[i] *= kept[0, t, i]
    if len(kept) == 1:
        for i in range(n):
            by_h[i] *= kept[0, t, i]
    else:  # h_t sees h_{t-1} through U alone
        for i in range(n):
            by_h[i] = 0


@compiled
def _add(part: Array, total: Array) -> None:
    """Add part to total, both of two axes."""
    for i in range(part.shape[0]):
        for j in range(part.shape[1]):
            total[i, j] += part[i, j]


@compiled
def _by_weight(found: Sources, rows: Array, to_w: Array, b: Array, c: Array) -> None:
    """Write what is found of [W b] into dL/d of W, of b and of b' (here c)."""
    _, weight, _ = found
    hidden, inputs = weight.shape[1], to_w.shape[1]
    for k in range(len(rows)):
        for i in range(hidden):
            for j in range(inputs):
                to_w[k * hidden + i, j] = weight[rows[k], i, j]
            b[k * hidden + i] = weight[rows[k], i, inputs]
            c[k * hidden + i] = weight[k, i, inputs]


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
        code, ctx.sources = CODES[cell.activation], []
        for x_m, w, u, b, c, *path in _each(ctx, seen, *weights, h, slopes, kept):
            sources = (
                np.empty((time, batch, inputs + 1), F),
                np.zeros((rows, hidden, inputs + 1), F),
                u.reshape(-1, hidden, hidden),
            )
            _begin(np.ascontiguousarray(x_m), w, b, c, ctx.rows, sources)
            path[0][0] = 0
            cell.kernel(code, sources, *path)
            ctx.sources.append(sources[:2])
        ctx.save_for_backward(weights[1], h, slopes, kept)
        return h.movedim(-3, 0)[1:] if ctx.members else h[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """Return dL/dx and dL/d of each weight."""
        weight_hh, h, slopes, kept = ctx.saved_tensors
        gradient = gradient.movedim(0, -3) if ctx.members else gradient
        every = _each(ctx, weight_hh, h, slopes, kept, gradient.contiguous())
        found: list[list[Array]] = []
        for (seen, weight), (u, *path, g) in zip(ctx.sources, every, strict=True):
            time, batch, wide = seen.shape
            u = u.reshape(-1, ctx.cell.hidden_size, ctx.cell.hidden_size)
            length, count = time if ctx.needs_input_grad[1] else 0, u.size // u.shape[2]
            to_x = np.empty((length, batch, wide - 1), F)
            to_u, to_w = np.zeros_like(u), np.empty((count, wide - 1), F)
            to_b, to_c = np.empty(count, F), np.empty(count, F)
            by_row = seen, np.zeros_like(weight), to_u
            _back((seen, weight, u), (*path, g.reshape(time, -1)), by_row, to_x)
            _by_weight(by_row, ctx.rows, to_w, to_b, to_c)
            found.append([to_x, to_w, to_u.reshape(count, -1), to_b, to_c])
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
