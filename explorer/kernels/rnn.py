"""The way there of the simple recurrent network, as `sequences.Kernel` has it."""

import numpy as np

from explorer.kernels.activations import activate
from explorer.kernels.machine import Array, F, compiled
from explorer.kernels.sequences import Sources, recur


@compiled
def forwards(f: int, sources: Sources, h: Array, slopes: Array, kept: Array) -> None:
    """As in `Kernel`; h_t is f of the sum, and kept is empty."""
    _, time, n = slopes.shape
    sums = np.empty((1, n), F)
    for t in range(time):
        recur(sources, h, t, sums)
        activate(f, sums[0], h[t + 1].reshape(n), slopes[0, t])
