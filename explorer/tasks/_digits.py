"""Handwritten digits as sequences: the first pictures to train on, the last to test.

Data, licence and split: assets/digits.md.
"""

from abc import abstractmethod
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Generator, Tensor

from explorer.tasks._read_outs import commonest_class, linear_read_out
from explorer.tasks._task import Baseline, Batch, ClassAtEnd, Finite
from explorer.texts import Text

DATA = Path(__file__).parents[2] / "assets" / "digits.npz"
TRAINED = 1437
"""How many pictures are for training; the 360 after them are only for testing."""


@cache
def pictures() -> tuple[Tensor, Tensor]:
    """Return ink (1797, 8, 8) float32 in [0, 1] and digits (1797,) int64."""
    with np.load(DATA) as stored:
        ink = torch.tensor(stored["images"], dtype=torch.float32) / 16
        return ink, torch.tensor(stored["labels"], dtype=torch.int64)


class Digits(Finite, ClassAtEnd):
    """A picture of 8 x 8 pixels, read piece by piece; which of ten digits is it?"""

    source = "Alpaydin & Kaynak 1998 (UCI)"
    input_kind = "values"
    metric_title = Text(en="accuracy on 360 test pictures", zh="360 张测试图的准确率")
    pixels_per_step: ClassVar[int]

    @property
    def output_names(self) -> list[Text]:
        """The ten digits."""
        return [Text(en=digit, zh=digit) for digit in "0123456789"]

    @property
    @abstractmethod
    def input_names(self) -> list[Text]:
        """The pixels of one time step."""

    def _pieces(self) -> Tensor:
        """Return what is read of all pictures, (pictures, time, pixels a step)."""
        ink, _ = pictures()
        return ink.reshape(len(ink), -1, self.pixels_per_step)[:, : self.seq_len]

    def _batch(self, part: slice) -> Batch:
        return Batch(self._pieces()[part].transpose(0, 1), pictures()[1][part])

    def examples(self) -> Batch:
        """Return the first 1437 pictures."""
        return self._batch(slice(None, TRAINED))

    def evaluation(self, batch_size: int, generator: Generator) -> Batch:
        """Return the last 360 pictures, whatever the batch size."""
        return self._batch(slice(TRAINED, None))

    def baseline(self) -> Baseline:
        """Return what always answering the commonest training digit reaches."""
        digits = pictures()[1]
        return commonest_class(digits[:TRAINED], digits[TRAINED:], 10)

    def rivals(self) -> list[Baseline]:
        """Return a linear read-out of everything read, seen at once."""
        right = self._linear(self._pieces().flatten(1))
        title = Text(en="linear, all pixels at once", zh="线性，一次看到全部像素")
        return [Baseline(None, right, title)]

    def _linear(self, features: Tensor) -> float:
        digits = pictures()[1]
        known, asked = features[:TRAINED], features[TRAINED:]
        return linear_read_out(known, digits[:TRAINED], asked, digits[TRAINED:])
