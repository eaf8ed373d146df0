"""Delayed recall: keep one symbol over a long stretch of noise.

The simplest form of the latching problem of Y. Bengio, P. Simard & P. Frasconi,
"Learning long-term dependencies with gradient descent is difficult" (1994).
"""

import torch
from torch import Generator

from explorer.fields import whole
from explorer.tasks._task import TASKS, Batch, ClassAtEnd, one_hot
from explorer.texts import Text

DISTRACTORS = 2


@TASKS.register
class DelayedRecall(ClassAtEnd):
    """One of K symbols, then distractors, then a cue: which symbol was it?"""

    order = 3
    title = Text(en="delayed recall", zh="延迟回忆")
    question = Text(
        en="One symbol is shown at the very start, then noise. Which one was it?",
        zh="最开始出现一个符号，随后都是噪声。它是哪一个？",
    )
    source = "Bengio, Simard & Frasconi 1994"
    input_kind = "symbols"
    mark = 0.99
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 400,
    }

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 3, 1000) = 50
    symbols: whole(Text(en="Symbols K", zh="符号数 K"), 2, 8) = 8

    @property
    def input_names(self) -> list[Text]:
        """The K symbols, the distractors and the cue."""
        noise = [
            Text(en=f"noise {i + 1}", zh=f"噪声 {i + 1}") for i in range(DISTRACTORS)
        ]
        return [*self.output_names, *noise, Text(en="cue", zh="提问")]

    @property
    def output_names(self) -> list[Text]:
        """The K symbols."""
        return [Text(en=s, zh=s) for s in "ABCDEFGH"[: self.symbols]]

    @property
    def message_symbols(self) -> list[int]:
        """The K symbols."""
        return list(range(self.symbols))

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw the symbol and the noise after it."""
        shape, end = (self.seq_len, batch_size), self.symbols + DISTRACTORS
        sequence = torch.randint(self.symbols, end, shape, generator=generator)
        targets = torch.randint(0, self.symbols, (batch_size,), generator=generator)
        sequence[0], sequence[-1] = targets, end
        return Batch(one_hot(sequence, end + 1), targets)
