"""Lorenz: see one of three coordinates of a chaotic flow, and foresee it.

E. N. Lorenz, "Deterministic nonperiodic flow" (1963), with sigma 10, rho 28, beta 8/3,
by the fourth-order Runge-Kutta method in steps of 0.01, of which each third is read.
"""

from functools import cache

import numpy as np
import torch
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._forecast import (
    LENGTH,
    RUN_IN,
    TEST,
    TRAINING,
    Forecast,
    standardised,
)
from explorer.tasks._task import TASKS, Batch
from explorer.texts import Text

SIGMA, RHO, BETA = 10.0, 28.0, 8 / 3
STEP, STEPS_A_VALUE = 0.01, 3


def flow(state: np.ndarray) -> np.ndarray:
    """Return the velocity (3, series) at a state (3, series)."""
    x, y, z = state
    return np.stack([SIGMA * (y - x), x * (RHO - z) - y, x * y - BETA * z])


def step(state: np.ndarray) -> np.ndarray:
    """Return the state one step later, by the fourth-order Runge-Kutta method."""
    k1 = flow(state)
    k2 = flow(state + STEP / 2 * k1)
    k3 = flow(state + STEP / 2 * k2)
    k4 = flow(state + STEP * k3)
    moved: np.ndarray = state + STEP / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return moved


@cache
def simulated() -> Tensor:
    """Return x from random beginnings around (1, 1, 1), (TRAINING + TEST, LENGTH)."""
    shape = (3, TRAINING + TEST)
    noise = torch.randn(shape, generator=Generator().manual_seed(0)).double()
    # By numpy, which keeps Python's lock through small operations: where many open a
    # page at once, torch would wait for it thousands of times.
    state, values = 1 + noise.numpy(), []
    for _ in range(RUN_IN + LENGTH):
        values.append(state[0])
        for _ in range(STEPS_A_VALUE):
            state = step(state)
    return standardised(torch.from_numpy(np.stack(values[-LENGTH:], 1)))


@TASKS.register
class Lorenz(Forecast):
    """Read x of dx/dt = 10 (y - x), dy/dt = x (28 - z) - y, dz/dt = x y - 8/3 z."""

    order = 16
    title = Text(en="Lorenz (chaos)", zh="Lorenz（混沌）")
    question = Text(
        en="One coordinate of the Lorenz butterfly is read. Where will it go next?",
        zh="只读入洛伦兹“蝴蝶”的一个坐标。它接下来会到哪里？",
    )
    source = "Lorenz 1963"
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1000,
    }

    horizon: whole(Text(en="Steps ahead", zh="预测步数"), 1, 50) = 5

    @property
    def input_names(self) -> list[Text]:
        """The coordinate x."""
        return [Text(en="x (σ)", zh="x (σ)")]

    @property
    def output_names(self) -> list[Text]:
        """The coordinate x, some steps ahead."""
        return [Text(en="x ahead (σ)", zh="未来的 x (σ)")]

    def series(self) -> tuple[Tensor, Tensor]:
        """Return x and the same, some steps later."""
        x = simulated()
        return x[:, : -self.horizon], x[:, self.horizon :]

    def classes(self, batch: Batch) -> Tensor | None:
        """Colour every time step by the butterfly's wing."""
        return (batch.inputs[..., 0] > 0).long()

    def class_names(self) -> list[Text]:
        """Return the names of the wings."""
        return [Text(en="left wing", zh="左翼"), Text(en="right wing", zh="右翼")]
