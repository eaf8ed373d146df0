"""The singular values of a long product of matrices, however far apart they lie.

The transposed product is kept as Q diag(e^l) N, with Q orthogonal and the rows of N of
length 1, and never multiplied out. G. W. Stewart, "On graded QR decompositions of
products of matrices", Electronic Transactions on Numerical Analysis 3 (1995).
"""

import torch
from torch import Tensor

TOGETHER = 4
"""How many Jacobians are multiplied before the product is taken apart again."""
SWEEPS = 3
"""How often the factors are refined: well parted singular values need two."""
EXACT = 1e-6
"""Down to this share of the largest, a plain decomposition has ten digits."""


def factors(steps: Tensor, lags: list[int]) -> tuple[Tensor, Tensor]:
    """Return N (lags, S, S) and l (lags, S) of the transposed product at each lag.

    A QR decomposition with sorted columns takes in a few factors at once.

    Args:
        steps: (time, S, S), finite; the product of the last k belongs to lag k.
        lags: ascending.
    """
    basis = torch.eye(steps.shape[-1], dtype=steps.dtype)
    rows = basis
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


def log_singular_values(rows: Tensor, logs: Tensor) -> Tensor:
    """Return the logarithms of the singular values of diag(e^l) N, descending.

    A plain decomposition tells the large ones, QR sweeps the rest: each parts two
    neighbours further, by the square of their ratio.

    Args:
        rows: N, (lags, S, S).
        logs: l, (lags, S).
    """
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
