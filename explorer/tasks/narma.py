"""NARMA-10: become a system that feeds back its own last ten answers.

A. F. Atiya & A. G. Parlos, "New results on recurrent network training" (2000).
"""

from functools import cache

import torch
from torch import Generator, Tensor

from explorer.tasks._forecast import (
    LENGTH,
    RUN_IN,
    TEST,
    TRAINING,
    Forecast,
    standardised,
)
from explorer.tasks._task import TASKS, Baseline
from explorer.texts import Text

LAGS, TAME = 10, 10.0


def answers(u: Tensor) -> Tensor:
    """Return y_{t+1} for each u_t, all (series, time), from y = u = 0 before.

    y_{t+1} = 0.3 y_t + 0.05 y_t sum_{i<10} y_{t-i} + 1.5 u_{t-9} u_t + 0.1
    """
    early = torch.zeros_like(u[:, : LAGS - 1])
    product = u * torch.cat([early, u], 1)[:, : u.shape[1]]
    y = [torch.zeros_like(u[:, 0])] * LAGS
    for driven in product.unbind(1):
        recent = torch.stack(y[-LAGS:]).sum(0)
        y.append(0.3 * y[-1] + 0.05 * y[-1] * recent + 1.5 * driven + 0.1)
    return torch.stack(y[LAGS:], 1)


@cache
def simulated() -> tuple[Tensor, Tensor]:
    """Return inputs and answers, standardised, each (TRAINING + TEST, LENGTH).

    Out of a thousand inputs, eight drive the system to infinity. They are left out.
    """
    shape = (2 * (TRAINING + TEST), RUN_IN + LENGTH)
    u = torch.rand(shape, generator=Generator().manual_seed(0)).double() / 2
    y = answers(u)
    tame = (y.abs() < TAME).all(1).nonzero()[: TRAINING + TEST, 0]
    return standardised(u[tame, RUN_IN:]), standardised(y[tame, RUN_IN:])


@TASKS.register
class Narma(Forecast):
    """u_t from U[0, 0.5] goes in; the target is the next answer of the system."""

    order = 17
    title = Text(en="NARMA-10 (a system)", zh="NARMA-10（非线性系统）")
    question = Text(
        en="A system mixes what it reads with what it read nine steps ago. Its answer?",
        zh="一个系统把当前输入与九步之前的输入混合。它接下来输出多少？",
    )
    source = "Atiya & Parlos 2000"
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1500,
    }

    @property
    def input_names(self) -> list[Text]:
        """What goes into the system."""
        return [Text(en="input (σ)", zh="输入 (σ)")]

    @property
    def output_names(self) -> list[Text]:
        """What the system says."""
        return [Text(en="answer (σ)", zh="输出 (σ)")]

    def series(self) -> tuple[Tensor, Tensor]:
        """Return what goes into the system and what it says to it."""
        return simulated()

    def baseline(self) -> Baseline:
        """Return the errors of always answering the mean: values are standardised.

        The present answer cannot be repeated, for only the input is read.
        """
        return Baseline(1.0, 1.0, Text(en="always the mean", zh="总答平均值"))
