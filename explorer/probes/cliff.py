"""A cliff: the loss of one recurrent unit over its two weights, and ways down it.

After R. Pascanu, T. Mikolov & Y. Bengio, "On the difficulty of training recurrent
neural networks" (2013), section 2.3: no input, h_t = f(w h_{t-1} + b) from a given h_0,
and the loss (h_T - target)^2 after T steps. Where the fixed point that h ends in gives
way to another one, the loss has a wall.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Slope = Callable[[Array], tuple[Array, Array]]


def _tanh(a: Array) -> tuple[Array, Array]:
    """Return tanh(a) and its slope."""
    h = np.tanh(a)
    return h, 1 - h * h


def _sigmoid(a: Array) -> tuple[Array, Array]:
    """Return sigma(a) = (1 + tanh(a / 2)) / 2, which never overflows, and its slope."""
    h = 0.5 * (1 + np.tanh(0.5 * a))
    return h, h * (1 - h)


FUNCTIONS: dict[str, Slope] = {"sigmoid": _sigmoid, "tanh": _tanh}


@dataclass(frozen=True)
class Unit:
    """The network: one unit without an input.

    Attributes:
        function: a key of FUNCTIONS.
        steps: T, the number of time steps.
        start: h_0.
        target: what h_T should be.
    """

    function: str
    steps: int = 50
    start: float = 0.5
    target: float = 0.7

    def loss(self, w: ArrayLike, b: ArrayLike) -> tuple[Array, Array, Array]:
        """Return the loss and its derivatives by w and b, of the shape of w and b.

        The derivatives of h_t go forward with it: dh_t = f'(a_t) (h_{t-1} dw + db + w
        dh_{t-1}). Forward or back makes no difference to what they are.
        """
        weight, bias = np.broadcast_arrays(np.asarray(w, float), np.asarray(b, float))
        h = np.full(weight.shape, self.start)
        by_w, by_b = np.zeros_like(h), np.zeros_like(h)
        # On the wall a slope has dozens of digits; beyond float64's range it is inf.
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(self.steps):
                after, slope = FUNCTIONS[self.function](weight * h + bias)
                by_w, by_b = slope * (h + weight * by_w), slope * (1 + weight * by_b)
                h = after
            error = h - self.target
            return error * error, 2 * error * by_w, 2 * error * by_b


class Descent(NamedTuple):
    """A way down: each array (updates + 1,), shorter where it left all numbers behind.

    Attributes:
        w: the recurrent weight before each update, and after the last.
        b: the bias.
        loss: the loss there.
        norm: the norm of its gradient, before clipping.
    """

    w: Array
    b: Array
    loss: Array
    norm: Array


def descend(
    unit: Unit,
    begin: tuple[float, float],
    rate: float,
    updates: int,
    clip_norm: float | None = None,
) -> Descent:
    """Descend the gradient, which is shortened to `clip_norm` where it is longer.

    Args:
        unit: the network.
        begin: (w, b).
        rate: the learning rate.
        updates: how many updates to make.
        clip_norm: None for none.
    """
    w, b = begin
    visited = []
    for _ in range(updates + 1):
        loss, by_w, by_b = (float(value) for value in unit.loss(w, b))
        norm = float(np.hypot(by_w, by_b))
        visited.append((w, b, loss, norm))
        if not np.isfinite(norm):
            break
        long = clip_norm is not None and norm > clip_norm
        scale = rate * (clip_norm / norm if long and clip_norm else 1.0)
        w, b = w - scale * by_w, b - scale * by_b
    return Descent(*np.array(visited).T)
