"""Networks of one or two units, whose dynamics can be solved otherwise."""

import math

import numpy as np
import torch
from torch import Tensor

from checks._cells import autonomous, normal
from checks._check import Cases, check
from checks._measures import absolute, relative
from checks._subjects import DYNAMICS
from explorer.dynamics.bifurcation import bifurcation
from explorer.dynamics.fixed_points import fixed_points
from explorer.dynamics.phase_portrait import phase_portrait
from explorer.dynamics.spectra import eigenvalues
from explorer.texts import Text

POINTS = Text(
    en="Python: explorer.dynamics.fixed_points",
    zh="Python：explorer.dynamics.fixed_points",
)
SILENCE = torch.zeros(1)


def _numbers(values: list) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@check(
    DYNAMICS,
    quantity=Text(
        en="Fixed points of one unit and of two, with their eigenvalues",
        zh="一个与两个单元的不动点及其特征值",
    ),
    reference=Text(
        en="roots of h = tanh(w h + b) by scipy's brentq",
        zh="用 scipy 的 brentq 求 h = tanh(w h + b) 的根",
    ),
    where=POINTS,
    tolerance=1e-8,
    kind="absolute",
)
def fixed() -> Cases:
    """Find all of them from a grid, and compare places and slopes w (1 - h^2)."""
    for w, b in ((2.0, 0.0), (2.0, 0.1), (0.8, 0.3), (4.0, -0.5)):
        cell = autonomous(_numbers([[w]]), _numbers([b]))
        roots = np.array(_roots(w, b))
        found = fixed_points(cell, np.linspace(-1, 1, 41)[:, None], SILENCE)
        order = found.points[:, 0].argsort()
        yield f"w = {w}, b = {b}", absolute(found.points[order, 0], roots)
        slopes = found.eigenvalues[order, 0].real
        yield f"w = {w}, b = {b}, slopes", absolute(slopes, w * (1 - roots**2))
    pair = autonomous(_numbers([[2, 0], [0, 3]]))
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, 11)] * 2), -1).reshape(-1, 2)
    found = fixed_points(pair, grid, SILENCE).points
    expected = [(a, b) for a in _roots(2, 0) for b in _roots(3, 0)]
    order = np.lexsort(found.round(6).T[::-1])
    yield "two units", absolute(found[order], expected)


def _roots(w: float, b: float) -> list[float]:
    """Return all roots of tanh(w h + b) - h, ascending."""
    from scipy.optimize import brentq

    def excess(h: float) -> float:
        return math.tanh(w * h + b) - h

    grid = np.linspace(-1.01, 1.013, 2000)  # with no root on it
    signs = np.sign([excess(h) for h in grid])
    places = np.flatnonzero(signs[1:] != signs[:-1])
    return [brentq(excess, grid[i], grid[i + 1], xtol=1e-14) for i in places]


@check(
    DYNAMICS,
    quantity=Text(
        en="Long-run values over the gain", zh="随增益变化的长期值（分岔图）"
    ),
    reference=Text(
        en="roots of h = tanh(g h), and their 2-cycle for −g",
        zh="h = tanh(g h) 的根；−g 时为 2 周期",
    ),
    where=Text(
        en="Python: explorer.dynamics.bifurcation",
        zh="Python：explorer.dynamics.bifurcation",
    ),
    tolerance=1e-8,
    kind="absolute",
)
def one_unit_bifurcation() -> Cases:
    """Compare with the attracting root on either side, for w = 1 and w = -1."""
    gains = np.array([0.5, 0.8, 1.2, 2.0, 4.0])
    roots = np.array([max(_roots(g, 0)) if g > 1 else 0.0 for g in gains])
    for sign in (1.0, -1.0):
        cell = autonomous(_numbers([[sign]]))
        found = bifurcation(cell, gains, SILENCE, np.array([[0.3]]), 300, 4)
        turns = sign ** np.arange(4)
        sides = np.sign(found.values[:, 0, 0, 0])
        expected = (roots * np.where(roots > 0, sides, 0))[:, None] * turns
        yield f"w = {sign:g}", absolute(found.values[:, :, 0, 0], expected)


@check(
    DYNAMICS,
    quantity=Text(en="Flow in the phase plane", zh="相平面上的流"),
    reference=Text(
        en="tanh(W h + b) − h by numpy, at 441 points",
        zh="numpy 计算的 tanh(W h + b) − h，441 个点",
    ),
    where=Text(
        en="Python: explorer.dynamics.phase_portrait",
        zh="Python：explorer.dynamics.phase_portrait",
    ),
    tolerance=1e-12,
    kind="absolute",
)
def flow() -> Cases:
    """Compare arrows and speeds on a grid."""
    for seed in (1, 2, 3):
        weight, bias = 2 * normal(2, 2, seed=seed), normal(2, seed=seed + 9)
        portrait = phase_portrait(autonomous(weight, bias), SILENCE, count=21)
        states = np.stack(np.meshgrid(portrait.first, portrait.second), -1)
        moved = np.tanh(states @ weight.numpy().T + bias.numpy()) - states
        yield f"seed {seed}", absolute(portrait.flow, moved)
        yield f"speed {seed}", absolute(portrait.speed, (moved**2).sum(-1) / 2)


@check(
    DYNAMICS,
    quantity=Text(en="Eigenvalues of W_hh", zh="W_hh 的特征值"),
    reference=Text(
        en="roots of the characteristic polynomial (mpmath)",
        zh="特征多项式的根（mpmath）",
    ),
    where=Text(
        en="Python: explorer.dynamics.spectra", zh="Python：explorer.dynamics.spectra"
    ),
    tolerance=1e-9,
)
def spectrum() -> Cases:
    """Compare the moduli, largest first, with 30-digit arithmetic."""
    import mpmath

    for seed in (1, 2, 3):
        matrix = normal(6, 6, seed=seed)
        with mpmath.workdps(30):
            values, _ = mpmath.eig(mpmath.matrix(matrix.tolist()))
            expected = sorted((float(abs(v)) for v in values), reverse=True)
        yield f"seed {seed}", relative(np.abs(eigenvalues(matrix)), expected)
