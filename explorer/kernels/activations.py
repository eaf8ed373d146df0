"""The activations and the logistic function, with their slopes."""

from typing import Any

import numpy as np

from explorer.kernels.machine import Array, F, compiled, inlined


@inlined
def expm1_parts(a: Any) -> Any:
    """Return s and q such that e^a = s + s q, with s a power of two and q small.

    After S. L. Moshier's Cephes: a = n log 2 + r, and a polynomial for e^r.
    """
    a = F(88.0) if a > F(88.0) else a
    a = F(-87.0) if a < F(-87.0) else a
    # Added to so large a number, a float becomes whole; its last bits are then n.
    shifted = a * F(1.44269504) + F(12582912.0)
    n = shifted - F(12582912.0)
    exponent = np.int32(np.float32(shifted).view(np.int32) + np.int32(127))
    scale = np.int32(exponent << np.int32(23)).view(np.float32)
    r = a - n * F(0.693359375)
    r = r - n * F(-2.12194440e-4)
    p = F(1.9875691500e-4)
    p = p * r + F(1.3981999507e-3)
    p = p * r + F(8.3334519073e-3)
    p = p * r + F(4.1665795894e-2)
    p = p * r + F(1.6666665459e-1)
    p = p * r + F(5.0000001201e-1)
    return scale, p * (r * r) + r


@inlined
def exp(a: Any) -> Any:
    """Return e^a: 0 below -87 and infinity above 88."""
    scale, q = expm1_parts(a)
    value = F(0) if a < F(-87.0) else scale * q + scale
    return F(np.inf) if a > F(88.0) else value


@inlined
def sigmoid(a: Any) -> Any:
    """Return 1 / (1 + e^-a)."""
    return F(1) / (F(1) + exp(-a))


@inlined
def tanh(a: Any) -> Any:
    """Return tanh a, as precise near 0 as elsewhere."""
    scale, q = expm1_parts(a + a)
    return (scale * q + (scale - F(1))) / (scale * q + (scale + F(1)))


@inlined
def normal(a: Any) -> Any:
    """Return the normal distribution's Phi, its tail as precise as its middle.

    W. H. Press et al., "Numerical recipes", the complementary error function.
    """
    z = abs(a) * F(0.70710678)
    t = F(1) / (F(1) + F(0.5) * z)
    p = F(0.17087277)
    p = p * t + F(-0.82215223)
    p = p * t + F(1.48851587)
    p = p * t + F(-1.13520398)
    p = p * t + F(0.27886807)
    p = p * t + F(-0.18628806)
    p = p * t + F(0.09678418)
    p = p * t + F(0.37409196)
    p = p * t + F(1.00002368)
    p = p * t + F(-1.26551223)
    tail = F(0.5) * t * exp(p - z * z)
    return F(1) - tail if a > F(0) else tail


@inlined
def elu(a: Any) -> Any:
    """Return e^a - 1 below 0 and a above, and the slope there."""
    scale, q = expm1_parts(a)
    below = scale * q + (scale - F(1))
    return (a, F(1)) if a > F(0) else (below, below + F(1))


@compiled
def activate(code: int, a: Array, y: Array, slope: Array) -> None:
    """Write the activation of all of a into y and its derivative into slope.

    Args:
        code: which one, a value of `CODES`.
        a: (N,).
        y: as a, and apart from it.
        slope: as a, and apart from both.
    """
    if code == 0:
        for i in range(a.size):
            value = tanh(a[i])
            y[i], slope[i] = value, F(1) - value * value
    elif code == 1:
        for i in range(a.size):
            # Asked this way round: torch has NaN pass a gradient on, and so it is seen.
            y[i] = F(0) if a[i] < F(0) else a[i]
            slope[i] = F(0) if a[i] <= F(0) else F(1)
    elif code == 2:
        for i in range(a.size):
            value = sigmoid(a[i])
            y[i], slope[i] = value, value - value * value
    elif code == 3:
        for i in range(a.size):
            y[i], slope[i] = a[i], F(1)
    elif code == 4:
        for i in range(a.size):
            factor = F(1) if a[i] > F(0) else F(0.01)
            y[i], slope[i] = factor * a[i], factor
    elif code == 5:
        for i in range(a.size):
            small = F(1) / (F(1) + abs(a[i]))
            y[i], slope[i] = a[i] * small, small * small
    elif code == 6:
        for i in range(a.size):
            y[i], slope[i] = elu(a[i])
    elif code == 7:
        for i in range(a.size):
            value, below = a[i], normal(a[i])
            bell = F(0.39894228) * exp(value * value * F(-0.5))
            y[i], slope[i] = value * below, below + value * bell
    elif code == 8:
        for i in range(a.size):
            value, gate = a[i], sigmoid(a[i])
            y[i] = value * gate
            slope[i] = gate + value * gate * (F(1) - gate)
