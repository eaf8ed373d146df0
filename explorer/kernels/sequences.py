"""What the cells' machine code has in common: sums, and the way back through time.

A time step's derivative is one number for each pair of entries. They are computed on
the way there, while what they are made of is at hand. So a cell brings that way alone,
and the way back is the same for all. Blocks lie one behind the other, each (time,
batch, hidden), so that all that is elementwise runs through N = batch * hidden numbers
in a row.
"""

from collections.abc import Callable

import numpy as np

from explorer.kernels.machine import Array, F, compiled

Sources = tuple[Array, Array]
"""What `recur` computes sums from: [h_{t-1} x_t 1] for all t, (time, batch, hidden +
input + 1), and [U W b]' of each row, (rows, hidden + input + 1, hidden). The first rows
are the blocks'; W and b may have others, and what a row lacks is 0 there."""
Path = tuple[Array, Array, Array]
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
PRODUCT = 10**6
"""Up to how many multiplications OpenBLAS computes a product where its factors lie,
without packing copies of them first, in half the time. As many time steps wait until
the weights' gradients are made of them."""


@compiled
def recur(sources: Sources, h: Array, t: int, sums: Array) -> None:
    """Write the sums of all rows at t, W x_t + b + U h_{t-1}, into sums (rows, N).

    What is computed from them must go elsewhere: the compiler can vectorise no loop in
    which the two might overlap.
    """
    seen, weight = sources
    _, batch, hidden = h.shape
    for i in range(batch):
        for j in range(hidden):
            seen[t, i, j] = h[t, i, j]
    for row in range(len(weight)):
        np.dot(seen[t], weight[row], sums[row].reshape(batch, hidden))


@compiled
def begin(x: Array, seen: Array) -> None:
    """Write all x and 1 into the first of `Sources`."""
    time, batch, inputs = x.shape
    hidden = seen.shape[2] - inputs - 1
    for t in range(time):
        for i in range(batch):
            for j in range(inputs):
                seen[t, i, hidden + j] = x[t, i, j]
            seen[t, i, hidden + inputs] = 1


@compiled
def back(sources: Sources, u: Array, path: Path, found: Array, to_x: Array) -> None:
    """Go back through time.

    Args:
        sources: as on the way there.
        u: the weights of h by block, (blocks, hidden, hidden).
        path: slopes and kept, as there, and dL/dh_t as what comes later has it,
            (time, N).
        found: zeros, to become the gradient of [U W b] of each row.
        to_x: is to become dL/dx, (time, batch, input), or (0, ...) if nobody asks.
    """
    (seen, weight), slopes = sources, path[0]
    (rows, time, n), (_, batch, wide), hidden = slopes.shape, seen.shape, u.shape[2]
    at_once = max(1, min(time, PRODUCT // (batch * wide * hidden)))
    by = np.empty((rows, at_once, n), F)
    by_h, by_c, part = np.zeros(n, F), np.zeros(n, F), np.empty(n, F)
    part_v = np.empty_like(found[0])
    end = time
    while end > 0:
        start = max(0, end - at_once)
        for t in range(end - 1, start - 1, -1):
            _step_back(path, t, by, t - start, by_h, by_c)
            for k in range(len(u) if t else 0):
                of_t = by[k, t - start].reshape(batch, hidden)
                first = k == 0 and len(path[1]) != 1
                to = by_h if first else part
                np.dot(of_t, u[k], to.reshape(batch, hidden))
                if not first:
                    for i in range(n):
                        by_h[i] += part[i]
        size = (end - start) * batch
        for row in range(rows):
            of_row = by[row, : end - start].reshape(size, hidden)
            np.dot(of_row.T, seen[start:end].reshape(size, wide), part_v)
            for i in range(hidden):
                for j in range(wide):
                    found[row, i, j] += part_v[i, j]
            if len(to_x):
                part_x = np.dot(of_row, weight[row, hidden : wide - 1].T)
                to_these = to_x[start:end].reshape(part_x.shape)
                for i in range(size):
                    for j in range(wide - 1 - hidden):
                        to_these[i, j] = part_x[i, j] + (to_these[i, j] if row else 0)
        end = start


@compiled
def _step_back(
    path: Path, t: int, by: Array, place: int, by_h: Array, by_c: Array
) -> None:
    """Write dL/d of each row's sum at t into by; make by_h and by_c those before t.

    What comes to h_{t-1} through U is not in by_h yet, nor is there anything else if
    h_t sees h_{t-1} through U alone.
    """
    slopes, kept, gradient = path
    n, last = len(by_h), len(by) - 1
    if len(kept) == 1:
        for i in range(n):
            by_h[i] += gradient[t, i]
        for row in range(len(by)):
            for i in range(n):
                by[row, place, i] = slopes[row, t, i] * by_h[i]
        for i in range(n):
            by_h[i] *= kept[0, t, i]
    elif len(kept) == 2:
        for i in range(n):
            to_h = by_h[i] + gradient[t, i]
            by[last, place, i] = slopes[last, t, i] * to_h
            by_c[i] += kept[1, t, i] * to_h
        for row in range(last):
            for i in range(n):
                by[row, place, i] = slopes[row, t, i] * by_c[i]
        for i in range(n):
            by_c[i] *= kept[0, t, i]
    else:
        for i in range(n):
            by[0, place, i] = slopes[0, t, i] * (by_h[i] + gradient[t, i])
