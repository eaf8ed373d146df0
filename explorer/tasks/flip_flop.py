"""The n-bit flip-flop: rare pulses set bits, which must be held in between.

D. Sussillo & O. Barak, "Opening the black box", Neural Computation 25 (2013).
"""

from itertools import product

import torch
from torch import Generator, Tensor

from explorer.fields import real, whole
from explorer.tasks._task import TASKS, Baseline, Batch, Series
from explorer.texts import Text


@TASKS.register
class FlipFlop(Series):
    """Pulses of +-1 on each channel; say the last pulse of every channel, always.

    Every channel has a pulse at t = 0, so that the answer is defined from the start.
    """

    order = 4
    title = Text(en="3-bit flip-flop", zh="3 位触发器")
    question = Text(
        en="Each channel gets a pulse now and then, +1 or −1. Hold the last of each.",
        zh="每个通道偶尔收到一个 +1 或 −1 脉冲。请一直保持各通道最近一次的值。",
    )
    source = "Sussillo & Barak 2013"
    input_kind = "values"
    metric_title = Text(en="mean squared error", zh="均方误差")
    mark = 0.01
    settings = {
        "cell": "rnn",
        "init": "default",
        "hidden_size": 64,
        "learning_rate": 0.003,
        "batch_size": 32,
        "steps": 1200,
    }

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 2, 1000) = 64
    bits: whole(Text(en="Bits", zh="位数"), 1, 3) = 3
    pulse: real(Text(en="Pulse probability", zh="脉冲概率"), 0.01, 0.5) = 0.1

    @property
    def input_names(self) -> list[Text]:
        """The channels."""
        return [Text(en=f"bit {i + 1}", zh=f"位 {i + 1}") for i in range(self.bits)]

    @property
    def output_names(self) -> list[Text]:
        """The channels."""
        return self.input_names

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw pulses; hold the last one of each channel."""
        shape = (self.seq_len, batch_size, self.bits)
        signs = torch.randint(0, 2, shape, generator=generator) * 2.0 - 1.0
        pulses = torch.rand(shape, generator=generator) < self.pulse
        pulses[0] = True
        times = torch.arange(self.seq_len)[:, None, None].expand(shape)
        last = torch.where(pulses, times, 0).cummax(0).values
        return Batch(signs * pulses, signs.gather(0, last))

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the mean squared error over all channels and time steps."""
        return self.losses(outputs, targets).double().mean().item()

    def baseline(self) -> Baseline:
        """Return the error of always answering 0."""
        return Baseline(1.0, 1.0, Text(en="always 0", zh="总答 0"))

    def classes(self, batch: Batch) -> Tensor | None:
        """Colour every time step by the bits to be held then."""
        weights = 2 ** torch.arange(self.bits).flip(0)
        return ((batch.targets > 0).long() * weights).sum(2)

    def class_names(self) -> list[Text]:
        """Return the bits of each class, such as "1 0 1": 1 for +1 and 0 for −1."""
        codes = [" ".join(code) for code in product("01", repeat=self.bits)]
        return [Text(en=code, zh=code) for code in codes]
