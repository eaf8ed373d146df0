"""Minimising the speed q = 1/2 |F(s) - s|^2 from many states at once."""

from typing import NamedTuple

import torch
from torch import Tensor

from explorer.step_map import StepMap

FIXED = 1e-20
"""Below this speed a state is taken as fixed: it moves by 1e-10 in one step."""
STILL = 1e-6
"""Below this share of |A| |r|, which bounds it, the gradient A'r of q counts as 0."""
DAMPING = (1e-12, 1e12)


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

    Args:
        step_map: the layer.
        starts: (N, S), finite.
        x: (input,), the constant input.
        most: the largest number of steps.
    """
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
        gradient = (slopes.mT @ r[..., None])[..., 0]
        there = here + _damped_step(slopes, gradient, damping[active])
        after = step_map(there, x) - there
        better = _speed(after) < _speed(r)
        states[active] = torch.where(better[:, None], there, here)
        residuals[active] = torch.where(better[:, None], after, r)
        factor = torch.where(better, 0.1, 10.0)
        damping[active] = (damping[active] * factor).clamp(*DAMPING)
        steepest = slopes.norm(dim=(1, 2)) * r.norm(dim=1)
        flat = gradient.norm(dim=1) <= STILL * steepest
        stuck = ~better & (damping[active] >= DAMPING[1])
        at_rest[active] = (_speed(residuals[active]) < FIXED) | flat | stuck
    return Minima(states, _speed(residuals), at_rest)


def _damped_step(slopes: Tensor, gradient: Tensor, damping: Tensor) -> Tensor:
    """Return -(A'A + m I)^-1 A'r, with m relative to the size of A'A; shapes (N, S)."""
    normal = slopes.mT @ slopes
    size = normal.diagonal(dim1=1, dim2=2).mean(1).clamp(min=1e-30)
    normal.diagonal(dim1=1, dim2=2).add_((damping * size)[:, None])
    factor, _ = torch.linalg.cholesky_ex(normal)
    return -torch.cholesky_solve(gradient[..., None], factor)[..., 0]


def _speed(residuals: Tensor) -> Tensor:
    return residuals.square().sum(1) / 2
