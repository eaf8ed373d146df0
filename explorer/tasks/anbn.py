"""a^n b^n: count the a's, so as to know when the b's are over.

F. A. Gers & J. Schmidhuber, "LSTM recurrent networks learn simple context-free and
context-sensitive languages" (2001); here string follows upon string without a mark.
"""

from functools import cache

import torch
from torch import Generator, Tensor
from torch.special import entr

from explorer.fields import whole
from explorer.tasks._task import TASKS, Baseline, Batch, ClassPerStep, one_hot
from explorer.texts import Text

A, B = 0, 1


@cache
def begun(seq_len: int, longest: int) -> Tensor:
    """Return how many strings are expected to begin before each t, (seq_len + 1,).

    One begins at t = 0; the next follows 2n later, n uniform in 1..longest.
    """
    begins = torch.zeros(seq_len).double()
    begins[0] = 1.0
    for t in range(2, seq_len):
        begins[t] = begins[max(t - 2 * longest, t % 2) : t - 1 : 2].sum() / longest
    return torch.cat([torch.zeros(1).double(), begins.cumsum(0)])


def counts(seq_len: int, longest: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return how often to expect k a's read, j b's read, and j of j b's, by k or j.

    The k-th a of a string that began at s is read at s + k - 1, the j-th b of n at
    s + n + j - 1. Each is (longest,), float64.
    """
    strings, n = begun(seq_len, longest), torch.arange(1, longest + 1)
    share = (longest + 1 - n) / longest  # of the strings that have n a's or more
    a = strings[(seq_len + 1 - n).clamp(min=0)] * share
    read = strings[(seq_len + 1 - n[:, None] - n).clamp(min=0)] / longest
    return a, read.triu().sum(1), read.diagonal()


@TASKS.register
class Anbn(ClassPerStep):
    """Strings of n a's and n b's, n uniform in 1..N; the next letter is asked for.

    When an a follows an a is a matter of luck; all after the first b is not.
    """

    order = 12
    family = "grammar"
    title = Text(en="aⁿbⁿ (counting)", zh="aⁿbⁿ（计数）")
    question = Text(
        en="As many b's follow as there were a's. Which letter comes next?",
        zh="有多少个 a，随后就有多少个 b。下一个字母是什么？",
    )
    source = "Gers & Schmidhuber 2001"
    input_kind = "symbols"
    metric_title = Text(en="accuracy after each b", zh="每个 b 之后的准确率")
    mark = 0.99
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 16,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 600,
    }

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 40, 1000) = 60
    longest: whole(Text(en="Largest n", zh="最大的 n"), 2, 20) = 6

    @property
    def input_names(self) -> list[Text]:
        """The letters."""
        return [Text(en=letter, zh=letter) for letter in "ab"]

    @property
    def output_names(self) -> list[Text]:
        """The letters."""
        return self.input_names

    @property
    def message_symbols(self) -> list[int]:
        """The a's, which must be counted."""
        return [A]

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw the n of as many strings as may be needed."""
        shape = (batch_size, self.seq_len // 2 + 1)
        n = torch.randint(1, self.longest + 1, shape, generator=generator)
        ends = 2 * n.cumsum(1)
        times = torch.arange(self.seq_len + 1).expand(batch_size, -1).contiguous()
        string = torch.searchsorted(ends, times, right=True)
        letters = (times >= (ends - n).gather(1, string)).long().T
        return Batch(one_hot(letters[:-1], 2), letters[1:])

    def counted(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Count what follows a b: it is certain."""
        return inputs[..., B] == 1

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the share of right answers where a b has been read."""
        said, after_b = outputs[1:].argmax(2), targets[:-1] == B
        return (said == targets[1:])[after_b].double().mean().item()

    def baseline(self) -> Baseline:
        """Return the entropy of a letter given the one before, and the commoner one."""
        a, b, last = (x.sum() for x in counts(self.seq_len, self.longest))
        ends = counts(self.seq_len, self.longest)[0] @ self._chance_of_b()
        shares = torch.stack([ends / a, last / b])
        surprise = entr(shares) + entr(1 - shares)
        loss = (torch.stack([a, b]) @ surprise / self.seq_len).item()
        title = Text(en="best without memory", zh="无记忆的最佳回答")
        return Baseline(loss, max(shares[1], 1 - shares[1]).item(), title)

    def _chance_of_b(self) -> Tensor:
        """Return the probability of b after k a's, 1 / (N - k + 1), (N,)."""
        return 1 / torch.arange(self.longest, 0, -1).double()

    def rivals(self) -> list[Baseline]:
        """Return the entropy that is left to who counts: how many a's there will be."""
        a, chance = counts(self.seq_len, self.longest)[0], self._chance_of_b()
        loss = a @ (entr(chance) + entr(1 - chance)) / self.seq_len
        return [Baseline(loss.item(), 1.0, Text(en="best possible", zh="理论最佳"))]

    def classes(self, batch: Batch) -> Tensor | None:
        """Colour every time step by how many b's are still to come if no a does."""
        return (batch.inputs[..., A] - batch.inputs[..., B]).cumsum(0).long()

    def class_names(self) -> list[Text]:
        """Return the numbers of b's to come."""
        return [
            Text(en=f"{k} b to come", zh=f"还差 {k} 个 b")
            for k in range(self.longest + 1)
        ]
