"""What tasks share that foresee a long series: its windows, and a linear rival.

The series are simulated once; each batch draws windows of the first `TRAINING` of them,
the metric and the pictures windows of the others, which began elsewhere.
"""

from abc import abstractmethod
from functools import lru_cache

import torch
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._task import Baseline, Batch, Series, nrmse
from explorer.texts import Text

TRAINING, TEST = 64, 32
"""How many series there are to train on, and to be tested on."""
LENGTH, RUN_IN = 1000, 300
"""How many values a series has, and how many before them are not used."""
TAPS = 20
"""How many values the linear rival reads."""


class Forecast(Series):
    """Read a window of a standardised series; answer at every step, scored once run in.

    The metric looks at the second half of a window, where enough has been read.
    """

    family = "forecast"
    input_kind = "values"
    metric_title = Text(en="NRMSE, second half (error/σ)", zh="NRMSE，后半段（误差/σ）")

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 2 * TAPS, 500) = 100

    @abstractmethod
    def series(self) -> tuple[Tensor, Tensor]:
        """Return what is read and what is to be said, each (TRAINING + TEST, time)."""

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw windows of the series to train on."""
        inputs, targets = self.series()
        return self._windows(
            inputs[:TRAINING], targets[:TRAINING], batch_size, generator
        )

    def evaluation(self, batch_size: int, generator: Generator) -> Batch:
        """Draw windows of the series to be tested on."""
        inputs, targets = self.series()
        return self._windows(
            inputs[TRAINING:], targets[TRAINING:], batch_size, generator
        )

    def _windows(
        self, inputs: Tensor, targets: Tensor, count: int, generator: Generator
    ) -> Batch:
        rows = torch.randint(0, len(inputs), (count,), generator=generator)
        starts = inputs.shape[1] - self.seq_len + 1
        start = torch.randint(0, starts, (count,), generator=generator)
        times = start + torch.arange(self.seq_len)[:, None]
        return Batch(inputs[rows, times][..., None], targets[rows, times][..., None])

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the normalised root mean squared error of the second half."""
        half = self.seq_len // 2
        return nrmse(outputs[half:], targets[half:])

    def baseline(self) -> Baseline:
        """Return the errors of repeating the present value."""
        inputs, targets = self.series()
        error = (inputs[:TRAINING] - targets[:TRAINING]).double().square()
        metric = nrmse(inputs[TRAINING:], targets[TRAINING:])
        title = Text(en="repeat the present", zh="重复当前值")
        return Baseline(error.mean().item(), metric, title)

    def rivals(self) -> list[Baseline]:
        """Return the test error of the best linear answer from the last values."""
        title = Text(en=f"linear, last {TAPS} values", zh=f"最近 {TAPS} 个值的线性组合")
        return [Baseline(None, _linear_error(self), title)]


@lru_cache(64)
def _linear_error(task: Forecast) -> float:
    inputs, targets = task.series()
    answers = targets[:, TAPS - 1 :]
    rows = taps(inputs, TAPS)
    said = rows[TRAINING:] @ least_squares(rows[:TRAINING], answers[:TRAINING])
    return nrmse(said, answers[TRAINING:])


def taps(series: Tensor, count: int) -> Tensor:
    """Return the last `count` values and a 1 at each step that has so many.

    Args:
        series: (series, time).
        count: how many values.

    Returns:
        (series, time - count + 1, count + 1), float64, the oldest value first.
    """
    windows = series.double().unfold(1, count, 1)
    return torch.cat([windows, torch.ones_like(windows[..., :1])], 2)


def least_squares(rows: Tensor, answers: Tensor) -> Tensor:
    """Return the weights (columns,) for which rows @ weights is nearest to answers.

    Args:
        rows: (series, time, columns), float64.
        answers: (series, time).
    """
    wanted = answers.double().reshape(-1, 1)
    return torch.linalg.lstsq(rows.flatten(0, 1), wanted).solution[:, 0]


def standardised(series: Tensor) -> Tensor:
    """Return series in standard deviations of those trained on, float32."""
    known = series[:TRAINING]
    return ((series - known.mean()) / known.std(correction=0)).float()
