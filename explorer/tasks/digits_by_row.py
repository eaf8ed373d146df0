"""Digits by row: a real handwritten digit, 8 x 8 pixels, read one row at a time.

Data, licence and split: assets/digits.md.
"""

from explorer.fields import whole
from explorer.tasks._digits import Digits
from explorer.tasks._task import TASKS, Baseline
from explorer.texts import Text


@TASKS.register
class DigitsByRow(Digits):
    """x_t is row t of the picture, ink from 0 to 1; ten classes after the last row."""

    order = 13
    family = "application"
    title = Text(en="digits by row (real data)", zh="手写数字·逐行（真实数据）")
    question = Text(
        en="A handwritten digit is read row by row, from the top. Which digit is it?",
        zh="从上到下逐行读入一个手写数字。它是几？",
    )
    pixels_per_step = 8
    settings = {
        "cell": "lstm",
        "init": "default",
        "hidden_size": 64,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 450,
    }

    seq_len: whole(Text(en="Rows read T", zh="读入行数 T"), 2, 8) = 8

    @property
    def input_names(self) -> list[Text]:
        """The eight columns."""
        return [Text(en=f"column {i + 1}", zh=f"第 {i + 1} 列") for i in range(8)]

    def rivals(self) -> list[Baseline]:
        """Return linear read-outs of all rows at once and of the last row alone."""
        right = self._linear(self._pieces()[:, -1])
        title = Text(en="linear, last row only", zh="线性，只看最后一行")
        return [*super().rivals(), Baseline(None, right, title)]
