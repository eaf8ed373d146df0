"""How fast neighbouring states part: the Lyapunov exponents of a driven layer.

G. Benettin, L. Galgani, A. Giorgilli & J.-M. Strelcyn, "Lyapunov characteristic
exponents for smooth dynamical systems", Meccanica 15 (1980).
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from explorer.cells import Cell
from explorer.step_map import StepMap, as_tensor

TOGETHER = 64
"""How many time steps' Jacobians are held at once."""


class Lyapunov(NamedTuple):
    """The Lyapunov spectrum over some time steps.

    Attributes:
        exponents: (S,), in nats a time step, descending: the mean growth rates of S
            orthogonal directions. Above 0 is chaos, below it states that start
            apart come together. -inf where a step forgets a direction altogether.
        growth: (measurements, S), log |R_ii| of each QR decomposition, in the order in
            which the directions are followed; the exponents are their sums by the
            number of time steps.
    """

    exponents: np.ndarray
    growth: np.ndarray


def lyapunov_spectrum(
    cell: Cell,
    inputs: np.ndarray | Tensor,
    start: np.ndarray | Tensor | None = None,
    transient: int = 0,
    every: int = 1,
) -> Lyapunov:
    """Follow S orthogonal directions by QR: Q R = J_t Q, mean of log |R_ii|.

    Args:
        cell: one layer.
        inputs: (time, input), the driving sequence, the transient included.
        start: (S,), the whole state before it; the cell's own beginning otherwise.
        transient: how many time steps go by before growth counts.
        every: how many time steps go by between two QR decompositions. More is faster
            and loses directions that shrink by 1e-15 beside others meanwhile.

    Raises:
        ValueError: the transient leaves no time step, or `every` is below 1.
    """
    step_map, inputs = StepMap(cell), as_tensor(inputs)
    if not 0 <= transient < len(inputs) or every < 1:
        raise ValueError("the transient must leave a time step to measure")
    first = None if start is None else as_tensor(start)[None]
    with torch.no_grad():
        visited = step_map.unroll(inputs[:, None], first)[:-1, 0]
    basis = torch.eye(step_map.size, dtype=visited.dtype)
    for some in (slice(transient), slice(transient, None)):
        basis, growth = _followed(step_map, visited[some], inputs[some], basis, every)
    measured = growth.numpy()
    exponents = measured.sum(axis=0) / (len(inputs) - transient)
    return Lyapunov(np.sort(exponents)[::-1], measured)


def _followed(
    step_map: StepMap, states: Tensor, inputs: Tensor, basis: Tensor, every: int
) -> tuple[Tensor, Tensor]:
    """Return what becomes of the directions and their growth, (measurements, S)."""
    growth = [basis.new_zeros(0, step_map.size)]
    count = every * TOGETHER
    for piece, driven in zip(states.split(count), inputs.split(count), strict=True):
        if not len(piece):
            continue
        for few in step_map.jacobians(piece, driven).split(every):
            for jacobian in few:
                basis = jacobian @ basis
            basis, triangle = torch.linalg.qr(basis)
            growth.append(_growth(triangle)[None])
    return basis, torch.cat(growth)


def mean_log_determinant(
    cell: Cell, inputs: np.ndarray | Tensor, transient: int = 0
) -> float:
    """Return the mean of log |det J_t|: how a small volume of states grows in a step.

    The exponents of the same steps sum to it; see `lyapunov_spectrum`.

    Returns:
        In nats a time step; -inf where a step flattens every volume.
    """
    step_map, inputs = StepMap(cell), as_tensor(inputs)
    with torch.no_grad():
        visited = step_map.unroll(inputs[:, None])[transient:-1, 0]
    pairs = zip(
        visited.split(TOGETHER), inputs[transient:].split(TOGETHER), strict=True
    )
    logs = [torch.linalg.slogdet(step_map.jacobians(s, x)).logabsdet for s, x in pairs]
    return float(torch.cat(logs).mean())


def _growth(triangle: Tensor) -> Tensor:
    """Return log |R_ii|, -inf where only rounding keeps R_ii from being 0."""
    rates = triangle.diagonal().abs()
    rounding = torch.finfo(rates.dtype).eps * len(rates) * triangle.norm()
    return torch.where(rates > rounding, rates, 0.0).log()


def mean_field_exponent(gain: float) -> float:
    """Return the largest exponent of x' = tanh(W x) in the limit of many units.

    The entries of W are independent with variance g^2/N. For g <= 1 the origin
    attracts and the exponent is log g, by the circular law; above, the states have
    variance q = E tanh^2(g sqrt(q) z), z normal, and the exponent is
    1/2 log(g^2 E sech^4(g sqrt(q) z)). H. Sompolinsky, A. Crisanti & H.-J. Sommers,
    "Chaos in random neural networks", Physical Review Letters 61 (1988); in discrete
    time L. Molgedey, J. Schuchhardt & H. G. Schuster, ibid. 69 (1992).

    Args:
        gain: g, above 0.

    Returns:
        In nats a time step.
    """
    if gain <= 1:
        return float(np.log(gain))
    z = np.linspace(-12, 12, 4001)
    weights = np.exp(-(z**2) / 2)
    weights /= weights.sum()
    low, high = 0.0, 1.0
    for _ in range(60):  # q is where E tanh^2 - q changes its sign from + to -
        q = (low + high) / 2
        above = weights @ np.tanh(gain * np.sqrt(q) * z) ** 2 > q
        low, high = (q, high) if above else (low, q)
    slopes = 1 / np.cosh(gain * np.sqrt(q) * z) ** 4
    return float(np.log(gain**2 * (weights @ slopes)) / 2)
