"""Embedded Reber grammar: the letter before the last repeats one at the beginning.

A. S. Reber, "Implicit learning of artificial grammars" (1967); embedded as by
S. E. Fahlman (1991) and S. Hochreiter & J. Schmidhuber (1997), experiment 1. At each
letter the next one is asked for; most choices are a coin's, this one a memory's.
"""

import math

import torch
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._reber import (
    LETTERS,
    PADDING,
    B,
    E,
    P,
    T,
    draw,
    inner_strings,
)
from explorer.tasks._task import (
    IGNORE,
    TASKS,
    Baseline,
    Batch,
    ClassPerStep,
    one_hot,
)
from explorer.texts import Text

FRAME = 5
"""How many letters are read around the inner choices: B, T or P, B, E, T or P."""


@TASKS.register
class EmbeddedReber(ClassPerStep):
    """B, T or P, an inner string of the Reber grammar, the same T or P, E.

    Strings are as the grammar makes them, given that they are not too long; shorter
    ones are padded in front.
    """

    order = 10
    family = "grammar"
    title = Text(en="embedded Reber grammar", zh="嵌入式 Reber 文法")
    question = Text(
        en="Letters obey a grammar. Which early one must come back near the end?",
        zh="字母遵循一个文法。开头的哪个字母必须在接近结尾时再次出现？",
    )
    source = "Reber 1967; Hochreiter & Schmidhuber 1997"
    input_kind = "symbols"
    metric_title = Text(
        en="accuracy at the letter before the last", zh="倒数第二个字母的准确率"
    )
    mark = 0.99
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1000,
    }

    seq_len: whole(Text(en="Longest string T", zh="最长字符串 T"), 8, 100) = 20

    @property
    def input_names(self) -> list[Text]:
        """The letters and the padding."""
        return [*self.output_names, Text(en="padding", zh="填充")]

    @property
    def output_names(self) -> list[Text]:
        """The letters."""
        return [Text(en=letter, zh=letter) for letter in LETTERS]

    @property
    def message_symbols(self) -> list[int]:
        """T and P."""
        return [T, P]

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw outer letters and inner strings."""
        outer = torch.randint(T, P + 1, (1, batch_size), generator=generator)
        inner = draw(batch_size, self.seq_len - FRAME, generator)
        b, e = torch.full_like(outer, B), torch.full_like(outer, E)
        string = torch.cat([b, outer, b, inner])
        padding = (inner == PADDING).sum(0)
        times = torch.arange(len(string))[:, None] - padding
        string = torch.cat([string.gather(0, times % len(string)), outer, e])
        read, following = string[:-1], string[1:]
        targets = torch.where(read == PADDING, IGNORE, following)
        return Batch(one_hot(read, PADDING + 1), targets)

    def counted(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Count the letter before the last: memory's, not grammar's or a coin's."""
        counted = torch.zeros_like(targets, dtype=torch.bool)
        counted[-2] = True
        return counted

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the share of strings whose letter before the last is foretold."""
        return super().metric(outputs[-2:-1], targets[-2:-1])

    def baseline(self) -> Baseline:
        """Return the errors of who knows the grammar but not which outer letter it was.

        With j inner choices, j + 2 of the j + 5 letters are a coin's, ln 2 nats each.
        """
        j, share, _ = inner_strings(self.seq_len - FRAME)
        loss = math.log(2) * (share * (j + 2) / (j + FRAME)).sum().item()
        return Baseline(
            loss, 0.5, Text(en="grammar without memory", zh="懂文法、无记忆")
        )

    def rivals(self) -> list[Baseline]:
        """Return the least loss there can be, for who also counts the padding.

        The padding tells the length, which leaves the outer letter and one of as many
        inner strings as have that length.
        """
        j, share, strings = inner_strings(self.seq_len - FRAME)
        loss = (share * (2 * strings).log() / (j + FRAME)).sum().item()
        return [Baseline(loss, 1.0, Text(en="best possible", zh="理论最佳"))]

    def classes(self, batch: Batch) -> Tensor | None:
        """Colour a whole trajectory by its outer letter."""
        return (batch.targets[-2] - T).expand(self.seq_len, -1)

    def class_names(self) -> list[Text]:
        """Return T and P."""
        return self.output_names[T : P + 1]
