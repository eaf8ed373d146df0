"""Changes in mid-run: from a step on, another learning rate and clipping norm.

Up to that step a run with a change is the run without it, bit for bit: it forks there.
"""

from typing import Annotated, NamedTuple

from pydantic import Field

from explorer.texts import Text

LEARNING_RATE = (1e-6, 10.0)
"""Bounds of the learning rate, at the beginning and in mid-run."""
CLIP_NORM = (1e-3, 1e3)
"""Bounds of the norm to which a gradient may be clipped."""
MOST_CHANGES = 8
"""How often a run may be changed."""
RATE = Text(en="learning rate {rate:g}", zh="学习率 {rate:g}")
CLIPPED = Text(en="clipping norm {norm:g}", zh="裁剪范数 {norm:g}")
UNCLIPPED = Text(en="no clipping", zh="不裁剪")
BOTH = Text(en="{rate}, {clipping}", zh="{rate}，{clipping}")


class Change(NamedTuple):
    """What the update after `step` others and all later ones go by."""

    step: Annotated[int, Field(ge=1)]
    learning_rate: Annotated[
        float, Field(ge=LEARNING_RATE[0], le=LEARNING_RATE[1], allow_inf_nan=False)
    ]
    clip_norm: Annotated[
        float | None, Field(ge=CLIP_NORM[0], le=CLIP_NORM[1], allow_inf_nan=False)
    ]

    @property
    def told(self) -> Text:
        """Tell both values."""
        return BOTH.format(rate=self._rate, clipping=self._clipping)

    def told_after(self, before: "Change") -> Text:
        """Tell what has another value than before."""
        if self.clip_norm == before.clip_norm:
            return self._rate
        if self.learning_rate == before.learning_rate:
            return self._clipping
        return self.told

    @property
    def _rate(self) -> Text:
        return RATE.format(rate=self.learning_rate)

    @property
    def _clipping(self) -> Text:
        if self.clip_norm is None:
            return UNCLIPPED
        return CLIPPED.format(norm=self.clip_norm)
