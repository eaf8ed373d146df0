"""How far two results lie apart."""

from typing import Any

import numpy as np
import torch


def array(values: Any) -> np.ndarray:
    """Return numbers, tensors or arrays as a float64 array."""
    if isinstance(values, torch.Tensor):
        values = values.detach()
    return np.asarray(values, dtype=np.float64)


def absolute(found: Any, expected: Any) -> float:
    """Return the largest distance of two arrays' values; NaN where one is missing.

    Raises:
        ValueError: the shapes differ: nothing is stretched to fit.
    """
    one, other = array(found), array(expected)
    if one.shape != other.shape:
        raise ValueError(f"shapes {one.shape} and {other.shape}")
    return float(np.abs(one - other).max())


def relative(found: Any, expected: Any) -> float:
    """Return the largest distance in parts of the reference's largest value.

    Raises:
        ValueError: the shapes differ, or the reference is all zero, so that agreeing
            with it would say nothing.
    """
    scale = np.abs(array(expected)).max()
    if scale == 0:
        raise ValueError("the reference is zero everywhere")
    return absolute(found, expected) / float(scale)


def different(found: Any, expected: Any) -> float:
    """Return how many values of two arrays differ.

    Raises:
        ValueError: the shapes differ.
    """
    one, other = array(found), array(expected)
    if one.shape != other.shape:
        raise ValueError(f"shapes {one.shape} and {other.shape}")
    return float((one != other).sum())


def worst(*errors: float) -> float:
    """Return the largest error; NaN if one of them is."""
    return float(np.max(errors))
