"""Minimising the speed q = 1/2 |F(s) - s|^2 from many states at once."""

from typing import NamedTuple

import torch
from torch import Tensor

from explorer.step_map import StepMap

FIXED = 1e-20
"""Below this speed a state is taken as fixed: it moves by 1e-10 in one step."""
STILL = 1e-6
"""Below this share of |A| |r|, which bounds it, the gradient A'r of q counts as 0."""
HELD_AT_ONCE = 10_000_000
"""About how many entries of Jacobians are held at once."""
DAMPING = (1e-14, 1e12)
EASED, HELD = 0.2, 2.0
"""What the damping is multiplied by where q fell, and where it did not."""
PROBE = 0.1
"""How much of a step is tried to see how it bends."""
BEND = 0.75
"""The correction for it is taken if its double is below this share of the step."""


class Minima(NamedTuple):
    """Where the descents ended: states (N, S), speeds (N,), and whether at rest (N,).

    At rest is a state that is fixed or at which q has a local minimum: there the
    descent ended by itself and not for want of steps.
    """

    states: Tensor
    speeds: Tensor
    at_rest: Tensor


def minimise_speed(step_map: StepMap, starts: Tensor, x: Tensor, most: int) -> Minima:
    """Descend on q from each start by Levenberg and Marquardt's damped Newton steps.

    With r = F(s) - s and A = dr/ds the step solves (A'A + m I) d = -A'r. The damping m
    shrinks where q falls, until the step is Newton's, and grows where q would rise.
    Trained networks have long curved valleys of small q, in which a second-order
    correction saves most of the steps: M. K. Transtrum & J. P. Sethna, "Improvements to
    the Levenberg-Marquardt algorithm for nonlinear least-squares minimization" (2012).

    Args:
        step_map: the layer.
        starts: (N, S), finite.
        x: (input,), the constant input.
        most: the largest number of steps.
    """
    count = max(1, HELD_AT_ONCE // step_map.size**2)
    found = [_descents(step_map, some, x, most) for some in starts.split(count)]
    return Minima(*(torch.cat(parts) for parts in zip(*found, strict=True)))


def _descents(step_map: StepMap, starts: Tensor, x: Tensor, most: int) -> Minima:
    """Return where some descents end; shapes as above."""
    states, damping = starts.clone(), torch.ones(len(starts), dtype=starts.dtype)
    residuals = step_map(states, x) - states
    at_rest = _speed(residuals) < FIXED
    for _ in range(most):
        active = (~at_rest).nonzero()[:, 0]
        if not len(active):
            break
        here, r = states[active], residuals[active]
        slopes = step_map.jacobians(here, x)
        slopes.diagonal(dim1=1, dim2=2).sub_(1.0)
        there = here + _step(step_map, here, r, slopes, damping[active], x)
        after = step_map(there, x) - there
        better = _speed(after) < _speed(r)
        states[active] = torch.where(better[:, None], there, here)
        residuals[active] = torch.where(better[:, None], after, r)
        factor = torch.where(better, EASED, HELD)
        damping[active] = (damping[active] * factor).clamp(*DAMPING)
        flat = _times(slopes.mT, r).norm(dim=1) <= STILL * _bound(slopes, r)
        stuck = ~better & (damping[active] >= DAMPING[1])
        at_rest[active] = (_speed(residuals[active]) < FIXED) | flat | stuck
    return Minima(states, _speed(residuals), at_rest)


def _step(
    step_map: StepMap,
    here: Tensor,
    r: Tensor,
    slopes: Tensor,
    damping: Tensor,
    x: Tensor,
) -> Tensor:
    """Return the damped step, bent to second order where that is a correction."""
    normal = slopes.mT @ slopes
    size = normal.diagonal(dim1=1, dim2=2).mean(1).clamp(min=1e-30)
    normal.diagonal(dim1=1, dim2=2).add_((damping * size)[:, None])
    factor, _ = torch.linalg.cholesky_ex(normal)

    def solved(residual: Tensor) -> Tensor:
        right = slopes.mT @ residual[..., None]
        return -torch.cholesky_solve(right, factor)[..., 0]

    straight = solved(r)
    tried = here + PROBE * straight
    change = (step_map(tried, x) - tried - r) / PROBE
    bend = solved(2 / PROBE * (change - _times(slopes, straight))) / 2
    small = 2 * bend.norm(dim=1) <= BEND * straight.norm(dim=1)
    return torch.where(small[:, None], straight + bend, straight)


def _times(matrices: Tensor, vectors: Tensor) -> Tensor:
    return (matrices @ vectors[..., None])[..., 0]


def _bound(slopes: Tensor, r: Tensor) -> Tensor:
    """Return |A| |r|, (N,), which |A'r| can't exceed."""
    return slopes.norm(dim=(1, 2)) * r.norm(dim=1)


def _speed(residuals: Tensor) -> Tensor:
    return residuals.square().sum(1) / 2
