"""Sunspots: real yearly counts, 1700-2008; learn from the past, be tested after 1920.

Data and licence: assets/sunspots.md. The split at 1920 is the usual one of the
time-series literature (A. S. Weigend, B. A. Huberman & D. E. Rumelhart 1990), and so is
a linear autoregression as the rival.
"""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._forecast import least_squares, taps
from explorer.tasks._task import TASKS, Baseline, Batch, Series, nrmse
from explorer.texts import Text

DATA = Path(__file__).parents[2] / "assets" / "sunspots.csv"
LAST_TRAINING_YEAR = 1920
CYCLE, TAPS = 11, 9  # years; of a cycle, and that the linear rival reads


@cache
def years_and_counts() -> tuple[np.ndarray, np.ndarray]:
    """Return the years (309,) int and the yearly mean sunspot numbers (309,) float."""
    table = np.loadtxt(DATA, delimiter=",", skiprows=1)
    return table[:, 0].astype(int), table[:, 1]


@cache
def standardised() -> Tensor:
    """Return the counts in training years' standard deviations, (309,) float32."""
    years, counts = years_and_counts()
    known = counts[years <= LAST_TRAINING_YEAR]
    return torch.tensor((counts - known.mean()) / known.std(), dtype=torch.float32)


@TASKS.register
class Sunspots(Series):
    """x_t is one year's count, the target the count some years later."""

    order = 6
    family = "forecast"
    title = Text(en="sunspots (real data)", zh="太阳黑子（真实数据）")
    question = Text(
        en="Sunspot counts since 1700, year by year. How many will there be next?",
        zh="自 1700 年以来逐年的太阳黑子数。接下来会有多少？",
    )
    source = "NOAA"
    input_kind = "values"
    metric_title = Text(en="NRMSE 1921–2008 (error/σ)", zh="NRMSE 1921–2008（误差/σ）")
    settings = {
        "cell": "rnn",
        "init": "default",
        "hidden_size": 8,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1000,
    }

    # At most as many as there are test years: the sequence shown has no other targets.
    seq_len: whole(Text(en="Years read T", zh="读入年数 T"), 5, 88) = 60
    horizon: whole(Text(en="Years ahead", zh="预测年数"), 1, 11) = 1

    @property
    def input_names(self) -> list[Text]:
        """The count."""
        return [Text(en="sunspots (σ)", zh="黑子数 (σ)")]

    @property
    def output_names(self) -> list[Text]:
        """The count, some years later."""
        return [Text(en="sunspots ahead (σ)", zh="未来黑子数 (σ)")]

    def _windows(self) -> Tensor:
        """Return all windows of seq_len + horizon years, (windows, years)."""
        return standardised().unfold(0, self.seq_len + self.horizon, 1)

    def _training_windows(self) -> Tensor:
        years, _ = years_and_counts()
        known = int((years <= LAST_TRAINING_YEAR).sum())
        return self._windows()[: known - self.seq_len - self.horizon + 1]

    def _test_windows(self) -> Tensor:
        """Return a window for each test year as the last target, latest year first."""
        return self._windows()[len(self._training_windows()) :].flip(0)

    def _batch(self, windows: Tensor) -> Batch:
        series = windows.T[..., None]
        return Batch(series[: self.seq_len], series[self.horizon :])

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw windows that end in 1920 at the latest."""
        windows = self._training_windows()
        chosen = torch.randint(0, len(windows), (batch_size,), generator=generator)
        return self._batch(windows[chosen])

    def evaluation(self, batch_size: int, generator: Generator) -> Batch:
        """Return one window for each test year, whatever the batch size.

        A window's inputs reach back into the training years, as they would in use; the
        metric looks at its last time step only, whose target is the test year.
        """
        return self._batch(self._test_windows())

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the normalised root mean squared error over the test years."""
        return nrmse(outputs[-1], targets[-1])

    def baseline(self) -> Baseline:
        """Return the errors of repeating the present count."""
        known, test = (
            self._batch(self._training_windows()),
            self._batch(self._test_windows()),
        )
        loss = self.losses(known.inputs, known.targets).mean().item()
        title = Text(en="repeat the present", zh="重复当前值")
        return Baseline(loss, self.metric(test.inputs, test.targets), title)

    def rivals(self) -> list[Baseline]:
        """Return the test errors of the year one cycle before, and of a linear answer.

        The linear answer weighs the last years as is best for the training years.
        """
        counts = standardised()
        count, test = min(TAPS, self.seq_len), len(self._test_windows())
        rows = taps(counts[None, : -self.horizon], count)
        targets = counts[None, self.horizon + count - 1 :]
        known = rows.shape[1] - test
        weights = least_squares(rows[:, :known], targets[:, :known])
        linear = nrmse(rows[:, known:] @ weights, targets[:, known:])
        cycle = nrmse(counts[-test - CYCLE : -CYCLE], counts[-test:])
        return [
            Baseline(None, cycle, Text(en="11 years before", zh="11 年前的值")),
            Baseline(
                None,
                linear,
                Text(en=f"linear, last {count} years", zh=f"最近 {count} 年的线性组合"),
            ),
        ]

    def times(self) -> list[float]:
        """Return the years that the first test window reads."""
        last = int(years_and_counts()[0][-1]) - self.horizon
        return [float(year) for year in range(last - self.seq_len + 1, last + 1)]
