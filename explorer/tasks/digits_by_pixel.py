"""Digits by pixel: a real handwritten digit, 8 x 8 pixels, read one pixel at a time.

The small form of Q. V. Le, N. Jaitly & G. E. Hinton, "A simple way to initialize
recurrent networks of rectified linear units" (2015), whose digits have 28 x 28 pixels.
Data, licence and split: assets/digits.md.
"""

from explorer.fields import whole
from explorer.tasks._digits import Digits
from explorer.tasks._task import TASKS
from explorer.texts import Text


@TASKS.register
class DigitsByPixel(Digits):
    """x_t is pixel t in reading order, ink from 0 to 1; ten classes after the last."""

    order = 14
    family = "application"
    title = Text(en="digits by pixel (real data)", zh="手写数字·逐像素（真实数据）")
    question = Text(
        en="A handwritten digit is read pixel by pixel. Which digit is it?",
        zh="逐个像素读入一个手写数字。它是几？",
    )
    pixels_per_step = 1
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 64,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 1000,
    }

    seq_len: whole(Text(en="Pixels read T", zh="读入像素数 T"), 16, 64) = 64

    @property
    def input_names(self) -> list[Text]:
        """The ink."""
        return [Text(en="ink", zh="墨迹")]
