"""Dyck language: brackets of several kinds must close in the order they opened.

Next-symbol prediction as by M. Suzgun, S. Gehrmann, Y. Belinkov & S. Shieber, "LSTM
networks can perform dynamic counting" (2019); nested at most D deep and scored on the
kind of closing brackets as by J. Hewitt et al., "RNNs can generate bounded hierarchical
languages with optimal memory" (2020).
"""

import torch
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._brackets import knowing_all, knowing_the_last, without_context
from explorer.tasks._task import TASKS, Baseline, Batch, ClassPerStep, one_hot
from explorer.texts import Text

OPENING, CLOSING = "([{<", ")]}>"


@TASKS.register
class Dyck(ClassPerStep):
    """Open or close by a fair coin, where both are possible; say the next bracket."""

    order = 11
    family = "grammar"
    title = Text(en="Dyck brackets", zh="Dyck 括号语言")
    question = Text(
        en="Nested brackets of several kinds. Which one comes next, and which closes?",
        zh="多种括号互相嵌套。下一个是哪一个？该由哪一种来闭合？",
    )
    source = "Suzgun et al. 2019; Hewitt et al. 2020"
    input_kind = "symbols"
    metric_title = Text(en="right kind of closing bracket", zh="闭括号种类的准确率")
    mark = 0.99
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1000,
    }

    seq_len: whole(Text(en="Sequence length T", zh="序列长度 T"), 4, 1000) = 60
    kinds: whole(Text(en="Kinds of brackets", zh="括号种类数"), 2, 4) = 2
    deepest: whole(Text(en="Deepest nesting", zh="最大嵌套深度"), 2, 8) = 4

    @property
    def input_names(self) -> list[Text]:
        """The brackets and the start."""
        return [*self.output_names, Text(en="start", zh="开始")]

    @property
    def output_names(self) -> list[Text]:
        """The brackets."""
        names = OPENING[: self.kinds] + CLOSING[: self.kinds]
        return [Text(en=name, zh=name) for name in names]

    @property
    def message_symbols(self) -> list[int]:
        """The opening brackets."""
        return list(range(self.kinds))

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw a walk of the depth, folded at 0 and D, and the kinds."""
        shape = (self.seq_len, batch_size)
        coins = torch.randint(0, 2, shape, generator=generator) * 2 - 1
        kinds = torch.randint(0, self.kinds, shape, generator=generator)
        walk = torch.cat([torch.zeros_like(coins[:1]), coins.cumsum(0)])
        depth = self.deepest - (walk % (2 * self.deepest) - self.deepest).abs()
        before, after = depth[:-1], depth[1:]
        # What closes at a depth is what opened there last.
        levels = torch.arange(1, self.deepest + 1)[:, None, None]
        times = torch.arange(self.seq_len)[:, None]
        opened = (after == levels) & (after > before)
        last = torch.where(opened, times, 0).cummax(1).values
        last = last.gather(0, (before - 1).clamp(min=0)[None])[0]
        closing = kinds.gather(0, last) + self.kinds
        targets = torch.where(after > before, kinds, closing)
        start = torch.full_like(targets[:1], 2 * self.kinds)
        read = torch.cat([start, targets[:-1]])
        return Batch(one_hot(read, 2 * self.kinds + 1), targets)

    def counted(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Count the closing brackets: whether one closes is a coin's, which is not."""
        return targets >= self.kinds

    def said(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the likeliest bracket, of those that close where one does."""
        closing = outputs[..., self.kinds :].argmax(-1) + self.kinds
        return torch.where(targets >= self.kinds, closing, outputs.argmax(-1))

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the share of closing brackets whose kind is the likeliest to close."""
        right = self.said(outputs, targets) == targets
        return right[targets >= self.kinds].double().mean().item()

    def baseline(self) -> Baseline:
        """Return the entropy of the brackets' frequencies and a guess at the kind."""
        loss = without_context(self.seq_len, self.deepest, self.kinds)
        return Baseline(loss, 1 / self.kinds, Text(en="blind guess", zh="盲猜"))

    def rivals(self) -> list[Baseline]:
        """Return who knows the last bracket only, and who knows all that is open."""
        size = self.seq_len, self.deepest, self.kinds
        best = Text(en="best possible", zh="理论最佳")
        last = Text(en="best without memory", zh="无记忆的最佳回答")
        return [
            Baseline(*knowing_the_last(*size), last),
            Baseline(knowing_all(*size), 1.0, best),
        ]

    def classes(self, batch: Batch) -> Tensor | None:
        """Colour every time step by how deep it is nested."""
        opened = batch.inputs[..., : self.kinds].sum(2)
        closed = batch.inputs[..., self.kinds : 2 * self.kinds].sum(2)
        return (opened - closed).cumsum(0).long()

    def class_names(self) -> list[Text]:
        """Return the depths."""
        return [Text(en=f"depth {d}", zh=f"深度 {d}") for d in range(self.deepest + 1)]
