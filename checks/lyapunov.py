"""Lyapunov exponents against determinants, eigenvalues and mean-field theory."""

import math

import numpy as np
import torch

from checks._cells import autonomous, built, normal
from checks._check import Cases, check
from checks._measures import absolute
from checks._subjects import DYNAMICS
from explorer.cells import CELLS, Cell
from explorer.dynamics.lyapunov import lyapunov_spectrum, mean_field_exponent
from explorer.step_map import StepMap
from explorer.texts import Text

CHAOS = Text(
    en="Python: explorer.dynamics.lyapunov", zh="Python：explorer.dynamics.lyapunov"
)


def random_network(gain: float, units: int, seed: int) -> Cell:
    """Return x' = tanh(W x) with entries of variance gain^2 / units."""
    return autonomous(gain / math.sqrt(units) * normal(units, units, seed=seed))


@check(
    DYNAMICS,
    quantity=Text(
        en="Sum of all Lyapunov exponents, every cell",
        zh="全部李雅普诺夫指数之和（每种单元）",
    ),
    reference=Text(
        en="the mean of ln |det J| (numpy's LU decomposition)",
        zh="ln |det J| 的均值（numpy 的 LU 分解）",
    ),
    where=CHAOS,
    tolerance=1e-8,
    kind="absolute",
)
def sum_of_exponents() -> Cases:
    """Compare where all Jacobians are far enough from singular for a determinant."""
    for name in CELLS:
        cell, inputs = built(name, hidden=4), normal(60, 2, seed=31)
        step_map = StepMap(cell)
        with torch.no_grad():
            visited = step_map.unroll(inputs[:, None])[:-1, 0]
        steps = step_map.jacobians(visited, inputs).numpy()
        if np.linalg.cond(steps).max() < 1e6:
            found = lyapunov_spectrum(cell, inputs).exponents.sum()
            yield name, absolute(found, np.linalg.slogdet(steps)[1].mean())


@check(
    DYNAMICS,
    quantity=Text(en="Largest exponent below g = 1", zh="g < 1 时的最大指数"),
    reference=Text(
        en="ln of W's spectral radius, by numpy", zh="W 的谱半径之 ln（numpy）"
    ),
    where=CHAOS,
    tolerance=5e-3,
    kind="absolute",
)
def order() -> Cases:
    """Follow a network at rest, where the Jacobian is W at every step.

    After n steps the exponent differs by about 1/n of how skew W's eigenvectors are.
    """
    for gain in (0.5, 0.9):
        for seed in (1, 2):
            cell = random_network(gain, 40, seed)
            radius = np.abs(np.linalg.eigvals(cell.weight_hh.detach().numpy())).max()
            zeros = torch.zeros(2000, 1)
            found = lyapunov_spectrum(cell, zeros, transient=500).exponents[0]
            yield f"g = {gain}, seed {seed}", absolute(found, math.log(radius))


@check(
    DYNAMICS,
    quantity=Text(
        en="Largest exponent above g = 1 (mean of 4 networks, 128 units)",
        zh="g > 1 时的最大指数（4 个 128 单元网络的均值）",
    ),
    reference=Text(
        en="mean-field theory: ½ ln(g² E sech⁴(g√q z))",
        zh="平均场理论：½ ln(g² E sech⁴(g√q z))",
    ),
    where=CHAOS,
    tolerance=0.05,
    kind="absolute",
)
def chaos() -> Cases:
    """Compare networks of finite size with the theory of infinite ones."""
    for gain in (1.5, 2.0, 3.0):
        found = []
        for seed in range(4):
            cell, start = random_network(gain, 128, seed), normal(128, seed=seed + 5)
            spectrum = lyapunov_spectrum(cell, torch.zeros(400, 1), start, 150)
            found.append(spectrum.exponents[0])
        yield f"g = {gain}", absolute(np.mean(found), _mean_field(gain))


def _mean_field(gain: float) -> float:
    """Return the exponent by scipy's quadrature and root finding."""
    from scipy.integrate import quad
    from scipy.optimize import brentq

    def mean(of) -> float:
        density = math.sqrt(2 * math.pi)
        return quad(lambda z: math.exp(-z * z / 2) / density * of(z), -12, 12)[0]

    def excess(q: float) -> float:
        return mean(lambda z: math.tanh(gain * math.sqrt(q) * z) ** 2) - q

    q = brentq(excess, 1e-6, 1)
    slope = mean(lambda z: math.cosh(gain * math.sqrt(q) * z) ** -4)
    return math.log(gain**2 * slope) / 2


@check(
    DYNAMICS,
    quantity=Text(en="The mean-field value itself", zh="平均场值本身"),
    reference=Text(
        en="scipy's quadrature and root finding", zh="scipy 的数值积分与求根"
    ),
    where=CHAOS,
    tolerance=1e-7,
    kind="absolute",
)
def mean_field() -> Cases:
    """Compare the reference line of the picture."""
    for gain in (1.05, 1.5, 2.0, 3.0, 6.0):
        yield f"g = {gain}", absolute(mean_field_exponent(gain), _mean_field(gain))
    for gain in (0.3, 0.9):
        yield f"g = {gain}", absolute(mean_field_exponent(gain), math.log(gain))
