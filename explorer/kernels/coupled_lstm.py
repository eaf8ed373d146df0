"""The way there of the LSTM with coupled gates, as `sequences.Kernel` has it."""

import numpy as np

from explorer.kernels.activations import activate, sigmoid
from explorer.kernels.machine import Array, F, compiled
from explorer.kernels.sequences import Sources, recur


@compiled
def forwards(f: int, sources: Sources, h: Array, slopes: Array, kept: Array) -> None:
    """As in `Kernel`, whose c is this c."""
    rows, time, n = slopes.shape
    sums, c = np.empty((rows, n), F), np.zeros(n, F)
    y, slope = np.empty(n, F), np.empty(n, F)
    for t in range(time):
        recur(sources, h, t, sums)
        activate(f, sums[1], y, slope)
        for i in range(n):
            keep = sigmoid(sums[0, i])
            slopes[0, t, i] = (c[i] - y[i]) * (keep - keep * keep)
            slopes[1, t, i] = slope[i] - keep * slope[i]
            c[i] = y[i] + keep * (c[i] - y[i])
            kept[0, t, i] = keep
        activate(f, c, y, slope)
        after = h[t + 1].reshape(n)
        for i in range(n):
            o = sigmoid(sums[2, i])
            slopes[2, t, i] = y[i] * (o - o * o)
            after[i] = o * y[i]
            kept[1, t, i] = o * slope[i]
