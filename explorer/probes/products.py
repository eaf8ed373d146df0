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
from explorer.step_map import as_tensor

TOGETHER = 4
"""How many Jacobians are multiplied before the product is taken apart again."""
SWEEPS = 3
"""How often the factors are refined: well parted singular values need two."""
EXACT = 1e-6
"""Down to this share of the largest, a plain decomposition has ten digits."""


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
    product, scale, before = _identity(steps), 0.0, 0
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

    The product is kept as Q diag(e^l) N, with Q orthogonal and the rows of N of unit
    length, by a QR decomposition with sorted columns for every few factors; then l
    is refined by QR sweeps that never form the product (Stewart, "On graded QR
    decompositions of products of matrices", ETNA 3 (1995)). So small singular values
    beside large ones are right too: 0.01 of a decade, and ten digits for those above
    1e-6 of the largest.

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
        rows, logs = _factors(steps, within.tolist())
        values[: len(within)] = _refined(rows, logs).numpy() / math.log(10)
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
        (lags,), or None for any other cell.
    """
    if type(cell) is not CELLS["rnn"]:
        return None
    weights = as_tensor(cell.get_parameter("weight_hh"))
    largest = torch.linalg.matrix_norm(weights, 2).item()
    slope = ACTIVATIONS[cell.activation].gamma * largest
    if slope == 0:
        return np.where(lags == 0, 0.0, -np.inf)
    return lags * math.log10(slope)


def _identity(steps: Tensor) -> Tensor:
    return torch.eye(steps.shape[-1], dtype=steps.dtype)


def _factors(steps: Tensor, lags: list[int]) -> tuple[Tensor, Tensor]:
    """Return N (lags, S, S) and l (lags, S) of the transposed product at each lag."""
    basis, rows = _identity(steps), _identity(steps)
    logs = torch.zeros_like(steps[0, 0])
    kept, lag = [], 0
    for wanted in lags:
        while lag < wanted:
            end = min(lag + TOGETHER, wanted)
            for k in range(lag, end):
                basis = steps[len(steps) - 1 - k].T @ basis
            lag = end
            order = (basis.norm(dim=0).log() + logs).argsort(descending=True)
            basis, triangle = torch.linalg.qr(basis[:, order])
            scaled, logs = _rescaled(triangle, logs[order])
            rows, logs = _unit_rows(scaled @ rows[order], logs)
        kept.append((rows, logs))
    return torch.stack([n for n, _ in kept]), torch.stack([v for _, v in kept])


def _refined(rows: Tensor, logs: Tensor) -> Tensor:
    """Return the logarithms of the singular values of diag(e^l) N, descending."""
    top = logs.amax(-1, keepdim=True)
    top = torch.where(top.isfinite(), top, 0.0)
    plain = torch.linalg.svdvals((logs - top).exp()[..., None] * rows)
    for _ in range(SWEEPS):
        order = logs.argsort(-1, descending=True)
        rows = rows.gather(-2, order[..., None].expand_as(rows))
        triangle = torch.linalg.qr(rows.mT).R
        rows, logs = _unit_rows(*_rescaled(triangle, logs.gather(-1, order)))
    swept = logs.sort(-1, descending=True).values
    return torch.where(plain > EXACT * plain[..., :1], plain.log() + top, swept)


def _rescaled(triangle: Tensor, logs: Tensor) -> tuple[Tensor, Tensor]:
    """Return M and l' with diag(e^l') M = T diag(e^l), the entries of M at most 1."""
    sizes = triangle.abs().log() + logs[..., None, :]
    top = sizes.amax(-1)
    finite = torch.where(top.isfinite(), top, 0.0)
    return triangle.sign() * (sizes - finite[..., None]).exp(), top


def _unit_rows(rows: Tensor, logs: Tensor) -> tuple[Tensor, Tensor]:
    """Return the same diag(e^l) N with the rows of N of length 1, or 0."""
    lengths = rows.norm(dim=-1)
    units = rows / torch.where(lengths > 0, lengths, 1.0)[..., None]
    return units, logs + lengths.log()
