"""Mackey-Glass: foresee a chaotic series whose next value hangs on one 17 steps back.

M. C. Mackey & L. Glass, "Oscillation and chaos in physiological control systems"
(1977), with the usual constants and, as usual in reservoir computing, one Runge-Kutta
step of length 1 a value, during which the delayed value stands still.
"""

from functools import cache

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
from explorer.tasks._task import TASKS
from explorer.texts import Text

DELAY, GROWTH, DECAY, POWER, START = 17, 0.2, 0.1, 10, 1.2


def step(x: Tensor, delayed: Tensor) -> Tensor:
    """Return x one step later by the fourth-order Runge-Kutta method; any shape."""
    grown = GROWTH * delayed / (1 + delayed**POWER)
    k1 = grown - DECAY * x
    k2 = grown - DECAY * (x + k1 / 2)
    k3 = grown - DECAY * (x + k2 / 2)
    k4 = grown - DECAY * (x + k3)
    return x + (k1 + 2 * k2 + 2 * k3 + k4) / 6


@cache
def simulated() -> Tensor:
    """Return series from random pasts around 1.2, (TRAINING + TEST, LENGTH)."""
    shape = (DELAY, TRAINING + TEST)
    noise = torch.rand(shape, generator=Generator().manual_seed(0)).double()
    values = [
        *(START + 0.2 * (noise - 0.5)),
        torch.full(shape[1:], START, dtype=torch.float64),
    ]
    for t in range(DELAY, DELAY + RUN_IN + LENGTH - 1):
        values.append(step(values[t], values[t - DELAY]))
    return standardised(torch.stack(values[-LENGTH:], 1))


@TASKS.register
class MackeyGlass(Forecast):
    """dx/dt = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x(t); say it some steps ahead.

    Each series begins in a random past of 17 values in 1.2 +- 0.1.
    """

    order = 15
    title = Text(en="Mackey–Glass (chaos)", zh="Mackey–Glass（混沌）")
    question = Text(
        en="A chaotic series is read value by value. What will it be some steps later?",
        zh="逐个读入一条混沌序列的值。几步之后它是多少？",
    )
    source = "Mackey & Glass 1977"
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1000,
    }

    horizon: whole(Text(en="Steps ahead", zh="预测步数"), 1, 100) = 10

    @property
    def input_names(self) -> list[Text]:
        """The series."""
        return [Text(en="x (σ)", zh="x (σ)")]

    @property
    def output_names(self) -> list[Text]:
        """The series, some steps ahead."""
        return [Text(en="x ahead (σ)", zh="未来的 x (σ)")]

    def series(self) -> tuple[Tensor, Tensor]:
        """Return the series and the same, some steps later."""
        x = simulated()
        return x[:, : -self.horizon], x[:, self.horizon :]
