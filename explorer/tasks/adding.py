"""The adding problem: remember two marked numbers among many and add them.

S. Hochreiter & J. Schmidhuber, "Long short-term memory" (1997), experiment 4, with one
mark in each half. Always answering 1 has the error Var(U + U') = 1/6.
"""

import torch
from torch import Generator

from explorer.fields import whole
from explorer.tasks._task import TASKS, Baseline, Batch, ValueAtEnd
from explorer.texts import Text


@TASKS.register
class Adding(ValueAtEnd):
    """x_t = (U[0, 1], mark); the target is the sum of the two marked numbers."""

    order = 1
    title = Text(en="adding", zh="加法")
    question = Text(
        en="Two of many random numbers are marked. At the end: what is their sum?",
        zh="许多随机数中有两个被标记。读完之后：这两个数的和是多少？",
    )
    source = "Hochreiter & Schmidhuber 1997"
    input_kind = "values"
    mark = 0.01
    value_range = (0.0, 2.0)
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1000,
    }

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 4, 1000) = 100

    @property
    def input_names(self) -> list[Text]:
        """Number and mark."""
        return [Text(en="number", zh="数值"), Text(en="mark", zh="标记")]

    @property
    def output_names(self) -> list[Text]:
        """The sum."""
        return [Text(en="sum", zh="和")]

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw numbers and one marked place in each half."""
        half = self.seq_len // 2
        values = torch.rand(self.seq_len, batch_size, generator=generator)
        first = torch.randint(0, half, (1, batch_size), generator=generator)
        second = torch.randint(half, self.seq_len, (1, batch_size), generator=generator)
        marks = torch.zeros_like(values).scatter_(0, torch.cat([first, second]), 1.0)
        targets = (values * marks).sum(0)[:, None]
        return Batch(torch.stack([values, marks], dim=2), targets)

    def baseline(self) -> Baseline:
        """Return the error of always answering 1, the mean of the sum."""
        return Baseline(1 / 6, 1 / 6, Text(en="always 1", zh="总答 1"))
