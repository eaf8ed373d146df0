"""The way there of the GRU, as `sequences.Kernel` has it."""

import numpy as np

from explorer.kernels.activations import activate, sigmoid
from explorer.kernels.machine import Array, F, compiled
from explorer.kernels.sequences import Sources, recur


@compiled
def forwards(f: int, sources: Sources, h: Array, slopes: Array, kept: Array) -> None:
    """As in `Kernel`; n's sum is in two rows, U_n h + b'_n and the rest."""
    rows, time, n = slopes.shape
    sums, sum_n = np.empty((rows, n), F), np.empty(n, F)
    y, slope = np.empty(n, F), np.empty(n, F)
    for t in range(time):
        recur(sources, h, t, sums)
        for i in range(n):
            sums[0, i] = sigmoid(sums[0, i])
            sum_n[i] = sums[3, i] + sums[0, i] * sums[2, i]
        activate(f, sum_n, y, slope)
        before, after = h[t].reshape(n), h[t + 1].reshape(n)
        for i in range(n):
            r, z, u = sums[0, i], sigmoid(sums[1, i]), sums[2, i]
            by_n = slope[i] - z * slope[i]
            slopes[0, t, i] = by_n * u * (r - r * r)
            slopes[1, t, i] = (before[i] - y[i]) * (z - z * z)
            slopes[2, t, i] = by_n * r
            slopes[3, t, i] = by_n
            after[i] = y[i] + z * (before[i] - y[i])
            kept[0, t, i] = z
