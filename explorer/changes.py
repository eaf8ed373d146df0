"""Changes in mid-run: from a step on, another learning rate and clipping norm.

Up to that step a run with a change is the run without it, bit for bit: it forks there.
"""

from typing import Annotated, NamedTuple

from pydantic import Field

LEARNING_RATE = (1e-6, 10.0)
"""Bounds of the learning rate, at the beginning and in mid-run."""
CLIP_NORM = (1e-3, 1e3)
"""Bounds of the norm to which a gradient may be clipped."""
MOST_CHANGES = 8
"""How often a run may be changed."""


class Change(NamedTuple):
    """What the update after `step` others and all later ones go by."""

    step: Annotated[int, Field(ge=1)]
    learning_rate: Annotated[
        float, Field(ge=LEARNING_RATE[0], le=LEARNING_RATE[1], allow_inf_nan=False)
    ]
    clip_norm: Annotated[
        float | None, Field(ge=CLIP_NORM[0], le=CLIP_NORM[1], allow_inf_nan=False)
    ]
