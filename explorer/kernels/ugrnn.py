"""The way there of the UGRNN, as `sequences.Kernel` has it."""

import numpy as np

from explorer.kernels.activations import activate, sigmoid
from explorer.kernels.machine import Array, F, compiled
from explorer.kernels.sequences import Sources, recur


@compiled
def forwards(f: int, sources: Sources, h: Array, slopes: Array, kept: Array) -> None:
    """As in `Kernel`."""
    rows, time, n = slopes.shape
    sums, y, slope = np.empty((rows, n), F), np.empty(n, F), np.empty(n, F)
    for t in range(time):
        recur(sources, h, t, sums)
        activate(f, sums[1], y, slope)
        before, after = h[t].reshape(n), h[t + 1].reshape(n)
        for i in range(n):
            z = sigmoid(sums[0, i])
            slopes[0, t, i] = (before[i] - y[i]) * (z - z * z)
            slopes[1, t, i] = slope[i] - z * slope[i]
            after[i] = y[i] + z * (before[i] - y[i])
            kept[0, t, i] = z
