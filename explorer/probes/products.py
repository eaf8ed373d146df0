"""What is left after k steps: norms and singular values of products of Jacobians.

A perturbation k steps before the end arrives as J_T J_{T-1} ... J_{T-k+1} times it, a
gradient goes the same way back. Such products leave the range of float64, so they are
kept with their scale apart and told as logarithms to base 10.
"""

import math

import numpy as np
import torch
from torch import Tensor

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS, Cell
from explorer.probes._graded import factors, log_singular_values
from explorer.step_map import as_tensor


def spread_lags(time: int, most: int = 20) -> np.ndarray:
    """Return at most `most` evenly spaced lags from 0 to `time` steps, both told."""
    lags = np.linspace(0, time, min(time + 1, most)).round()
    return lags.astype(int)


def log10_product_norms(jacobians: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Return log10 of the spectral norm of ds_T/ds_{T-k} for each lag k.

    Args:
        jacobians: (time, S, S), in the order of time; the last ends at T.
        lags: (lags,), ascending, from 0 to time.

    Returns:
        (lags,); -inf where nothing passes, NaN where a Jacobian is not finite.
    """
    steps = as_tensor(jacobians)
    product = torch.eye(steps.shape[-1], dtype=steps.dtype)
    scale, before = 0.0, 0
    products, scales = [], []
    for lag in lags.tolist():
        for k in range(before, lag):
            product = product @ steps[len(steps) - 1 - k]
            largest = product.abs().max().item()
            if largest > 0 and math.isfinite(largest):
                product, scale = product / largest, scale + math.log10(largest)
        before = lag
        products.append(product)
        scales.append(scale)
    return _spectral_norms(torch.stack(products)).log10().numpy() + np.array(scales)


def _spectral_norms(matrices: Tensor) -> Tensor:
    """Return the largest singular value of each matrix, NaN where one is not finite."""
    finite = matrices.isfinite().all(-1).all(-1)
    safe = torch.where(finite[:, None, None], matrices, 0.0)
    norms = torch.linalg.eigvalsh(safe @ safe.mT)[:, -1].clamp(min=0).sqrt()
    return torch.where(finite, norms, torch.nan)


def log10_singular_values(jacobians: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Return log10 of all singular values of ds_T/ds_{T-k} for each lag k.

    By QR decompositions that never form the product (see `_graded.py`), so that small
    singular values beside large ones are right too: to ten digits above 1e-6 of the
    largest, below it to 0.05 of a decade where two are nearly equal, far better
    elsewhere. What four steps together shrink by 1e-15 is lost in rounding.

    Args:
        jacobians: (time, S, S), in the order of time; the last ends at T.
        lags: (lags,), ascending, from 0 to time.

    Returns:
        (lags, S), each row descending; -inf for 0; NaN where a Jacobian that counts
        is not finite.
    """
    steps = as_tensor(jacobians)
    finite = steps.isfinite().all(-1).all(-1)
    reach = len(steps) if finite.all() else int(finite.flip(0).int().argmin())
    within = lags[lags <= reach]
    values = np.full((len(lags), steps.shape[-1]), np.nan)
    if len(within):
        found = log_singular_values(*factors(steps, within.tolist()))
        values[: len(within)] = found.numpy() / math.log(10)
    return values


def log10_ceiling(cell: Cell, lags: np.ndarray) -> np.ndarray | None:
    """Return log10 of (gamma sigma_max(W_hh))^k, which the product's norm never passes.

    gamma is the largest slope of the activation. R. Pascanu, T. Mikolov & Y. Bengio,
    "On the difficulty of training recurrent neural networks" (2013), with the largest
    singular value, which is what holds for networks that are not linear.

    Args:
        cell: one layer; the theorem is about h_t = f(W_hh h_{t-1} + ...) only.
        lags: (lags,).

    Returns:
        (lags,), NaN where a weight is not finite; None for any other cell.
    """
    if type(cell) is not CELLS["rnn"]:
        return None
    weights = as_tensor(cell.get_parameter("weight_hh"))
    if not weights.isfinite().all():
        return np.full(len(lags), np.nan)
    largest = torch.linalg.matrix_norm(weights, 2).item()
    slope = ACTIVATIONS[cell.activation].gamma * largest
    if slope == 0:
        return np.where(lags == 0, 0.0, -np.inf)
    return lags * math.log10(slope)
