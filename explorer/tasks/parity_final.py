"""Parity at the end: was the number of ones in the whole sequence even or odd?

Asked once, after sequences of all lengths, as by G. Delétang et al., "Neural networks
and the Chomsky hierarchy" (2023). The short ones show the way: where all are of one
length, no part of the bits tells anything, and hardly a run learns it.
"""

import math

import torch
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._task import TASKS, Baseline, Batch, ClassAtEnd, one_hot
from explorer.texts import Text

PADDING = 2


@TASKS.register
class ParityFinal(ClassAtEnd):
    """Padding, then 1 to T fair bits; their exclusive or is asked for at the end."""

    order = 18
    title = Text(en="parity, at the end", zh="奇偶性（最终）")
    question = Text(
        en="Bits are read one by one. At the end: was the number of ones even or odd?",
        zh="逐个读入比特。读完之后：1 的个数是偶数还是奇数？",
    )
    source = "Delétang et al. 2023"
    input_kind = "symbols"
    mark = 0.99
    settings = {
        "cell": "lstm",
        "init": "forget",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 800,
    }

    seq_len: whole(Text(en="Longest sequence T", zh="最长序列 T"), 2, 1000) = 16

    @property
    def input_names(self) -> list[Text]:
        """The bits and the padding."""
        padding = Text(en="padding", zh="填充")
        return [*(Text(en=bit, zh=bit) for bit in "01"), padding]

    @property
    def output_names(self) -> list[Text]:
        """Even and odd."""
        return [Text(en="even", zh="偶"), Text(en="odd", zh="奇")]

    @property
    def message_symbols(self) -> list[int]:
        """The ones: a zero changes nothing."""
        return [1]

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw lengths and fair bits."""
        shape = (self.seq_len, batch_size)
        bits = torch.randint(0, 2, shape, generator=generator)
        padded = torch.randint(0, self.seq_len, shape[1:], generator=generator)
        read = torch.where(torch.arange(self.seq_len)[:, None] < padded, PADDING, bits)
        return Batch(one_hot(read, PADDING + 1), (read == 1).sum(0) % 2)

    def rivals(self) -> list[Baseline]:
        """Return what the last bit tells: the answer where it is the only one.

        It is the answer with probability p = (1 + 1/T) / 2; the loss is the entropy
        of p.
        """
        p = (1 + 1 / self.seq_len) / 2
        loss = -p * math.log(p) - (1 - p) * math.log(1 - p)
        return [
            Baseline(loss, p, Text(en="best without memory", zh="无记忆的最佳回答"))
        ]

    def classes(self, batch: Batch) -> Tensor | None:
        """Colour every time step by the parity so far, which must be kept."""
        return batch.inputs[..., 1].long().cumsum(0) % 2
