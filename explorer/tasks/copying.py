"""Copying: read some symbols, wait, and say them all in their order.

S. Hochreiter & J. Schmidhuber (1997) posed the first task of this kind; the form and
the baseline are those of M. Arjovsky, A. Shah & Y. Bengio, "Unitary evolution recurrent
neural networks" (2016), whose delay T is here T - 2S: T counts all that is read.
"""

import math

import torch
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._task import (
    TASKS,
    Baseline,
    Batch,
    ClassPerStep,
    Mark,
    Reading,
    one_hot,
)
from explorer.texts import Text

NAMES = "ABCDEFGH"


@TASKS.register
class Copying(ClassPerStep):
    """S of K symbols, blanks, a signal, S blanks; answer blanks, then the symbols.

    The loss is the mean over all T steps, in nats, as papers print it; the metric looks
    at the S symbols alone.
    """

    order = 7
    title = Text(en="copying", zh="复制")
    question = Text(
        en="Some symbols are shown, then nothing for long. On a signal: say them all.",
        zh="先出现几个符号，随后长时间空白。信号出现后：按顺序全部说出。",
    )
    source = "Arjovsky, Shah & Bengio 2016"
    input_kind = "symbols"
    metric_title = Text(en="accuracy of the copy", zh="复制的准确率")
    mark = 0.99
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 64,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1500,
    }

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 21, 1000) = 30
    copied: whole(Text(en="Symbols to copy S", zh="要复制的个数 S"), 1, 10) = 3
    symbols: whole(Text(en="Symbols K", zh="符号数 K"), 2, 8) = 4

    @property
    def input_names(self) -> list[Text]:
        """The K symbols, the blank and the signal."""
        return [*self.output_names, Text(en="signal", zh="信号")]

    @property
    def output_names(self) -> list[Text]:
        """The K symbols and the blank."""
        names = [Text(en=s, zh=s) for s in NAMES[: self.symbols]]
        return [*names, Text(en="blank", zh="空白")]

    @property
    def message_symbols(self) -> list[int]:
        """The K symbols."""
        return list(range(self.symbols))

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw the symbols; all else is the same in every sequence."""
        shape = (self.copied, batch_size)
        message = torch.randint(0, self.symbols, shape, generator=generator)
        read = torch.full((self.seq_len, batch_size), self.symbols)
        targets = read.clone()
        read[: self.copied], targets[-self.copied :] = message, message
        read[-self.copied - 1] = self.symbols + 1
        return Batch(one_hot(read, self.symbols + 2), targets)

    def counted(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Count the S symbols of the copy."""
        counted = torch.zeros_like(targets, dtype=torch.bool)
        counted[-self.copied :] = True
        return counted

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the share of the S symbols that is said at its place."""
        return super().metric(outputs[-self.copied :], targets[-self.copied :])

    def baseline(self) -> Baseline:
        """Return S ln K / T and 1 / K: right blanks, then a guess at each symbol."""
        loss = self.copied * math.log(self.symbols) / self.seq_len
        title = Text(en="blanks, then a blind guess", zh="先答空白，再盲猜")
        return Baseline(loss, 1 / self.symbols, title)

    def readings(
        self, inputs: Tensor, targets: Tensor, outputs: Tensor
    ) -> list[Reading]:
        """Return what was to be copied and what the network said instead."""
        names = [*NAMES[: self.symbols], "·"]
        wanted, said = targets[-self.copied :], outputs[-self.copied :].argmax(1)
        marks: list[Mark] = ["right" if r else "wrong" for r in said == wanted]
        copy = [names[s] for s in said.tolist()]
        return [
            Reading(
                Text(en="to copy", zh="要复制的"),
                [(names[w], "") for w in wanted.tolist()],
            ),
            Reading(
                Text(en="the copy", zh="复制的结果"),
                list(zip(copy, marks, strict=True)),
            ),
        ]

    def classes(self, batch: Batch) -> Tensor | None:
        """Colour a whole trajectory by the symbol it begins with."""
        return batch.inputs[0].argmax(1).expand(self.seq_len, -1)

    def class_names(self) -> list[Text]:
        """Return the K beginnings."""
        return [
            Text(en=f"begins with {s}", zh=f"以 {s} 开头")
            for s in NAMES[: self.symbols]
        ]
