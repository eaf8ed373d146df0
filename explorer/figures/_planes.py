"""Arrays as text that a drawing of ours unpacks: a third of the bytes of JSON lists."""

from base64 import b64encode

import numpy as np
from numpy.typing import ArrayLike

DECADES = 8
"""How many powers of ten the brightness of a gradient spans: always as many, so that
one look at two runs compares them."""
NOTHING, FAINTEST, FULL = 0, 1, 255
"""Levels of an exact zero, of all that lies below the scale, and of its upper end."""


def packed(values: ArrayLike) -> str:
    """Return float32 numbers, little-endian, in base64; NaN and infinity stay."""
    with np.errstate(over="ignore"):
        return b64encode(np.asarray(values).astype("<f4").tobytes()).decode()


def upper_decade(norms: ArrayLike) -> int:
    """Return the power of ten that ends the scale: the next above the largest norm."""
    known = np.asarray(norms, dtype=np.float64)
    largest = known[np.isfinite(known)].max(initial=0.0)
    return int(np.ceil(np.log10(largest))) if largest > 0 else 0


def log_levels(values: ArrayLike, top: int) -> str:
    """Return how bright gradients are on the log scale, a byte each, in base64.

    Args:
        values: gradients of any sign and shape.
        top: the scale's upper decade; it begins `DECADES` lower.
    """
    size = np.abs(np.asarray(values, dtype=np.float64))
    with np.errstate(divide="ignore"):
        part = 1 + (np.log10(size) - top) / DECADES
    scaled = np.nan_to_num(part, nan=0.0, neginf=0.0, posinf=1.0).clip(0, 1)
    levels = np.round(FAINTEST + scaled * (FULL - FAINTEST)).astype(np.uint8)
    shown = np.where(size == 0, NOTHING, levels).astype(np.uint8)
    return b64encode(shown.tobytes()).decode()


def parts(values: ArrayLike) -> str:
    """Return numbers from 0 to 1 to the 255th, a byte each, in base64; NaN is 0."""
    known = np.nan_to_num(np.asarray(values, dtype=np.float64)).clip(0, 1)
    return b64encode(np.round(FULL * known).astype(np.uint8).tobytes()).decode()
