"""One sequence: its input, the target and the network's answer, in three forms."""

from explorer.figures.class_answer import class_answer
from explorer.figures.series_answer import series_answer
from explorer.figures.value_answer import value_answer

__all__ = ["class_answer", "series_answer", "value_answer"]
