"""Temporal order: which of two symbols came first, far apart among distractors?

S. Hochreiter & J. Schmidhuber, "Long short-term memory" (1997), experiment 6a, its
places scaled with the length: t1 in [T/10, 2T/10), t2 in [5T/10, 6T/10).
"""

import torch
from torch import Generator

from explorer.fields import whole
from explorer.tasks._task import TASKS, Batch, ClassAtEnd, one_hot
from explorer.texts import Text

DISTRACTORS, FIRST_MARKED, START, END = 4, 4, 6, 7
SYMBOLS = ["a", "b", "c", "d", "X", "Y", "E", "B"]


@TASKS.register
class TemporalOrder(ClassAtEnd):
    """Start E, distractors a-d, X or Y at t1 and at t2, end B; four classes."""

    order = 2
    title = Text(en="temporal order", zh="时间顺序")
    question = Text(
        en="Among distractors stand two marked symbols, each X or Y. In which order?",
        zh="干扰符号之中有两个标记符号，各为 X 或 Y。它们的先后顺序是什么？",
    )
    source = "Hochreiter & Schmidhuber 1997"
    input_kind = "symbols"
    mark = 0.99
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 32,
        "learning_rate": 0.005,
        "batch_size": 32,
        "steps": 800,
    }

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 10, 1000) = 100

    @property
    def input_names(self) -> list[Text]:
        """The alphabet."""
        return [Text(en=s, zh=s) for s in SYMBOLS]

    @property
    def output_names(self) -> list[Text]:
        """The four orders."""
        return [Text(en=s, zh=s) for s in ("XX", "XY", "YX", "YY")]

    @property
    def message_symbols(self) -> list[int]:
        """X and Y."""
        return [FIRST_MARKED, FIRST_MARKED + 1]

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw distractors, the two places and the two marked symbols."""
        shape, tenth = (self.seq_len, batch_size), self.seq_len // 10
        symbols = torch.randint(0, DISTRACTORS, shape, generator=generator)
        symbols[0], symbols[-1] = START, END
        starts = torch.tensor([[tenth], [5 * tenth]])
        shift = torch.randint(0, tenth, (2, batch_size), generator=generator)
        marked = torch.randint(0, 2, (2, batch_size), generator=generator)
        symbols.scatter_(0, starts + shift, FIRST_MARKED + marked)
        return Batch(one_hot(symbols, len(SYMBOLS)), 2 * marked[0] + marked[1])
