"""Temporal order with three marks: in which order did X and Y come, three times?

S. Hochreiter & J. Schmidhuber, "Long short-term memory" (1997), experiment 6b, its
places scaled with the length: marks in the tenths of T from 10, 33 and 66 % on.
"""

from itertools import product

import torch
from torch import Generator

from explorer.fields import whole
from explorer.tasks._task import TASKS, Batch, ClassAtEnd, one_hot
from explorer.texts import Text

DISTRACTORS, FIRST_MARKED, START, END = 4, 4, 6, 7
SYMBOLS = ["a", "b", "c", "d", "X", "Y", "E", "B"]
PLACES = (10, 33, 66)


@TASKS.register
class TemporalOrder3(ClassAtEnd):
    """Start E, distractors a-d, X or Y at t1, t2 and t3, end B; eight classes."""

    order = 8
    title = Text(en="temporal order, three marks", zh="时间顺序（三个标记）")
    question = Text(
        en="Among distractors stand three marked symbols, X or Y. In which order?",
        zh="干扰符号之中有三个标记符号，各为 X 或 Y。它们的先后顺序是什么？",
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
        """The eight orders."""
        orders = ["".join(order) for order in product("XY", repeat=len(PLACES))]
        return [Text(en=order, zh=order) for order in orders]

    @property
    def message_symbols(self) -> list[int]:
        """X and Y."""
        return [FIRST_MARKED, FIRST_MARKED + 1]

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw distractors, the three places and the three marked symbols."""
        shape, marks = (self.seq_len, batch_size), (len(PLACES), batch_size)
        symbols = torch.randint(0, DISTRACTORS, shape, generator=generator)
        symbols[0], symbols[-1] = START, END
        starts = torch.tensor(PLACES)[:, None] * self.seq_len // 100
        shift = torch.randint(0, self.seq_len // 10, marks, generator=generator)
        marked = torch.randint(0, 2, marks, generator=generator)
        symbols.scatter_(0, starts + shift, FIRST_MARKED + marked)
        orders = (marked * torch.tensor([[4], [2], [1]])).sum(0)
        return Batch(one_hot(symbols, len(SYMBOLS)), orders)
