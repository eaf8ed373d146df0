"""Parity: at every step, has the number of ones so far been even or odd?

The running exclusive or, the oldest test of what one layer cannot do at once (M. Minsky
& S. Papert, "Perceptrons", 1969) and a recurrent network can with two states.
"""

import math

import torch
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._task import TASKS, Baseline, Batch, ClassPerStep, one_hot
from explorer.texts import Text


@TASKS.register
class Parity(ClassPerStep):
    """x_t is a fair bit, the target x_0 xor ... xor x_t, at every step."""

    order = 9
    title = Text(en="parity, running", zh="奇偶性（逐步）")
    question = Text(
        en="Bits are read one by one. Is the number of ones so far even or odd?",
        zh="逐个读入比特。到目前为止，1 的个数是偶数还是奇数？",
    )
    source = "Minsky & Papert 1969"
    input_kind = "symbols"
    mark = 0.99
    settings = {
        "cell": "rnn",
        "init": "default",
        "hidden_size": 16,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 600,
    }

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 2, 1000) = 16

    @property
    def input_names(self) -> list[Text]:
        """The bits."""
        return [Text(en=bit, zh=bit) for bit in "01"]

    @property
    def output_names(self) -> list[Text]:
        """Even and odd."""
        return [Text(en="even", zh="偶"), Text(en="odd", zh="奇")]

    @property
    def message_symbols(self) -> list[int]:
        """The ones: a zero changes nothing."""
        return [1]

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw fair bits."""
        bits = torch.randint(0, 2, (self.seq_len, batch_size), generator=generator)
        return Batch(one_hot(bits, 2), bits.cumsum(0) % 2)

    def baseline(self) -> Baseline:
        """Return cross-entropy and accuracy of a blind guess: ln 2 and 1/2."""
        return Baseline(math.log(2), 0.5, Text(en="blind guess", zh="盲猜"))

    def rivals(self) -> list[Baseline]:
        """Return what the present bit tells: the answer at t = 0, and nothing later.

        It is the answer with probability p = (1 + 1/T) / 2 over all steps; the loss is
        the entropy of p.
        """
        p = (1 + 1 / self.seq_len) / 2
        loss = -p * math.log(p) - (1 - p) * math.log(1 - p)
        return [
            Baseline(loss, p, Text(en="best without memory", zh="无记忆的最佳回答"))
        ]

    def classes(self, batch: Batch) -> Tensor | None:
        """Colour every time step by the parity so far."""
        return batch.targets

    def class_names(self) -> list[Text]:
        """Return even and odd."""
        return self.output_names
