"""What a training step costs over the length of its sequence: time, and memory kept."""

from explorer.costs._checkpoints import checkpointed
from explorer.costs._fit import Fit, fit
from explorer.costs._measure import measure
from explorer.costs._memory import kept_bytes
from explorer.costs._settings import (
    MOST_CELLS,
    Limits,
    Point,
    Reason,
    Settings,
    Skipped,
    Way,
)

__all__ = [
    "MOST_CELLS",
    "Fit",
    "Limits",
    "Point",
    "Reason",
    "Settings",
    "Skipped",
    "Way",
    "checkpointed",
    "fit",
    "kept_bytes",
    "measure",
]
