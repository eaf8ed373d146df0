"""The way there of the antisymmetric RNN, as `sequences.Kernel` has it."""

import numpy as np

from explorer.kernels.activations import activate
from explorer.kernels.constants import EPSILON
from explorer.kernels.machine import Array, F, compiled
from explorer.kernels.sequences import Sources, recur


@compiled
def forwards(f: int, sources: Sources, h: Array, slopes: Array, kept: Array) -> None:
    """As in `Kernel`; h keeps all of itself."""
    rows, time, n = slopes.shape
    sums, y, slope = np.empty((rows, n), F), np.empty(n, F), np.empty(n, F)
    for t in range(time):
        recur(sources, h, t, sums)
        activate(f, sums[0], y, slope)
        before, after = h[t].reshape(n), h[t + 1].reshape(n)
        for i in range(n):
            slopes[0, t, i] = F(EPSILON) * slope[i]
            after[i] = before[i] + F(EPSILON) * y[i]
            kept[0, t, i] = 1
