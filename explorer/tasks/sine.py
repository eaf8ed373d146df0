"""Sine waves: read a wave of unknown frequency and say how it goes on.

The best answer without memory is a x_t: with frequencies w and phases drawn uniformly
and C = E cos(w h) for the horizon h, its squared error is
1/2 - (C / 2)^2 / (1/2 + noise^2).
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
    title = Text(en="sine wave", zh="正弦波")
    question = Text(
        en="A wave of unknown frequency is read point by point. How does it go on?",
        zh="逐点读入一个频率未知的波。它接下来会怎样？",
    )
    source = "periods 8–32"
    input_kind = "values"
    metric_title = Text(en="NRMSE (error/σ)", zh="NRMSE（误差/σ）")

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
        h = self.horizon
        swing = math.sin(FASTEST * h) - math.sin(SLOWEST * h)
        mean_cosine = swing / ((FASTEST - SLOWEST) * h)
        loss = 0.5 - (mean_cosine / 2) ** 2 / (0.5 + self.noise**2)
        title = Text(en="best without memory", zh="无记忆的最佳回答")
        return Baseline(loss, math.sqrt(2 * loss), title)
