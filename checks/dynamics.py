"""Fixed points, Lyapunov exponents and bifurcations in cases whose answer is known."""

import math

import numpy as np
import torch
from torch import Tensor

from checks._cells import built, normal
from checks._check import Cases, check
from checks._measures import absolute, relative
from checks._subjects import DYNAMICS
from explorer.cells import CELLS, Cell
from explorer.dynamics.bifurcation import bifurcation
from explorer.dynamics.fixed_points import fixed_points
from explorer.dynamics.lyapunov import lyapunov_spectrum, mean_field_exponent
from explorer.dynamics.phase_portrait import phase_portrait
from explorer.dynamics.spectra import eigenvalues
from explorer.step_map import StepMap
from explorer.texts import Text

CHAOS = Text(en="the Lyapunov spectrum", zh="李雅普诺夫谱")
POINTS = Text(en="the fixed points", zh="不动点图")
SILENCE = torch.zeros(1)


def autonomous(weight: Tensor, bias: Tensor | None = None) -> Cell:
    """Return the RNN h_t = tanh(W h_{t-1} + b), float64."""
    cell = CELLS["rnn"](1, len(weight), "tanh").double()
    with torch.no_grad():
        cell.weight_hh.copy_(weight)
        if bias is not None:
            cell.bias_hh.copy_(bias)
    return cell


def _numbers(values: list) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


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
def small_networks() -> Cases:
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
    where=Text(en="the bifurcation picture", zh="分岔图"),
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
    where=Text(en="the phase portrait", zh="相图"),
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
    where=Text(en="the spectrum", zh="谱图"),
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
