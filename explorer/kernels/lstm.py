"""The way there of the LSTM, as `sequences.Kernel` has it."""

import numpy as np

from explorer.kernels.activations import activate, sigmoid
from explorer.kernels.machine import Array, F, compiled
from explorer.kernels.sequences import Sources, recur


@compiled
def forwards(f: int, sources: Sources, h: Array, slopes: Array, kept: Array) -> None:
    """As in `Kernel`, whose c is this c."""
    rows, time, n = slopes.shape
    sums = np.empty((rows, n), F)
    c, g, by_g = np.zeros(n, F), np.empty(n, F), np.empty(n, F)
    for t in range(time):
        recur(sources, h, t, sums)
        activate(f, sums[2], g, by_g)
        for j in range(n):
            i, f_ = sigmoid(sums[0, j]), sigmoid(sums[1, j])
            slopes[0, t, j] = g[j] * (i - i * i)
            slopes[1, t, j] = c[j] * (f_ - f_ * f_)
            slopes[2, t, j] = i * by_g[j]
            c[j] = f_ * c[j] + i * g[j]
            kept[0, t, j] = f_
        after = h[t + 1].reshape(n)
        activate(f, c, g, by_g)
        for j in range(n):
            o = sigmoid(sums[3, j])
            after[j] = o * g[j]
            slopes[3, t, j] = g[j] * (o - o * o)
            kept[1, t, j] = o * by_g[j]
