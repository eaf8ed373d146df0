"""Sine waves: read a wave of unknown frequency and say how it goes on.

Values k steps apart have the covariance E cos(w k) / 2 over frequencies w and phases,
both uniform, which gives the errors of the best a x_t and a x_t + b x_{t-1}. Without
noise two values are enough once w is known, sin(w (t + h)) sin w =
sin(w t) sin(w (h + 1)) - sin(w (t - 1)) sin(w h), but then a and b hang on w: a linear
answer is exact for each wave by itself, and not for all of them.
"""

import math

import torch
from torch import Generator, Tensor

from explorer.fields import real, whole
from explorer.tasks._task import TASKS, Baseline, Batch, Series, nrmse
from explorer.texts import Text

SLOWEST, FASTEST = 2 * math.pi / 32, 2 * math.pi / 8


@TASKS.register
class Sine(Series):
    """x_t = sin(w t + phase) + noise; the target is sin(w (t + horizon) + phase)."""

    order = 5
    family = "forecast"
    title = Text(en="sine wave", zh="正弦波")
    question = Text(
        en="A wave of unknown frequency is read point by point. How does it go on?",
        zh="逐点读入一个频率未知的波。它接下来会怎样？",
    )
    source = "sin(2πt/p + φ), p = 8–32"
    input_kind = "values"
    metric_title = Text(en="NRMSE (error/σ)", zh="NRMSE（误差/σ）")
    settings = {
        "cell": "lstm",
        "init": "forget",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1000,
    }

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 2, 1000) = 60
    horizon: whole(Text(en="Steps ahead", zh="预测步数"), 1, 20) = 4
    noise: real(Text(en="Noise", zh="噪声"), 0.0, 0.5) = 0.0

    @property
    def input_names(self) -> list[Text]:
        """The wave."""
        return [Text(en="wave", zh="波")]

    @property
    def output_names(self) -> list[Text]:
        """The wave, some steps ahead."""
        return [Text(en="wave ahead", zh="未来的波")]

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw frequencies, phases and noise."""
        draw = torch.rand(2, batch_size, generator=generator)
        frequency = SLOWEST + (FASTEST - SLOWEST) * draw[0]
        t = torch.arange(self.seq_len + self.horizon)[:, None]
        wave = torch.sin(frequency * t + 2 * math.pi * draw[1])[..., None]
        inputs, targets = wave[: self.seq_len], wave[self.horizon :]
        noise = torch.randn(inputs.shape, generator=generator)
        return Batch(inputs + self.noise * noise, targets)

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the normalised root mean squared error."""
        return nrmse(outputs, targets)

    def baseline(self) -> Baseline:
        """Return the error of the best multiple of the present value."""
        loss = self._linear_loss(1)
        title = Text(en="best without memory", zh="无记忆的最佳回答")
        return Baseline(loss, math.sqrt(2 * loss), title)

    def rivals(self) -> list[Baseline]:
        """Return the error of the best mixture of two values, the same for all waves.

        At t = 0 there is just one.
        """
        later = self.seq_len - 1
        loss = (self._linear_loss(1) + later * self._linear_loss(2)) / self.seq_len
        title = Text(en="linear, last 2 values", zh="最近 2 个值的线性组合")
        return [Baseline(loss, math.sqrt(2 * loss), title)]

    def _linear_loss(self, count: int) -> float:
        """Return the squared error of the best mixture of the last values."""
        lags = torch.arange(count)
        read = _covariance(lags[:, None] - lags) + self.noise**2 * torch.eye(count)
        asked = _covariance(lags + self.horizon)
        return 0.5 - (asked @ torch.linalg.solve(read, asked)).item()


def _covariance(lags: Tensor) -> Tensor:
    """Return E cos(w k) / 2 for the lags k, float64."""
    ends = torch.tensor([SLOWEST, FASTEST]).double() / math.pi  # sinc has a pi inside
    sines = ends * torch.sinc(lags[..., None].double() * ends)
    return (sines[..., 1] - sines[..., 0]) / (ends[1] - ends[0]) / 2
