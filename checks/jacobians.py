"""What passes through time: Jacobians, their products, ceilings and gates."""

import numpy as np
import torch
from torch import Tensor

from checks._cells import INPUT, built, every_cell_and_activation, normal
from checks._check import Cases, check
from checks._measures import absolute, relative
from checks._subjects import MEASUREMENTS
from explorer.cells import CELLS, Cell
from explorer.probes.gates import log10_direct_path
from explorer.probes.jacobians import state_jacobians
from explorer.probes.products import (
    log10_ceiling,
    log10_product_norms,
    log10_singular_values,
)
from explorer.step_map import StepMap
from explorer.texts import Text

NUDGE = 1e-6
PASSES = Text(en="what passes through time", zh="穿过时间的量")


def linear(weight: Tensor) -> Cell:
    """Return the RNN h_t = W h_{t-1} without inputs or biases, float64."""
    cell = CELLS["rnn"](1, len(weight), "identity").double()
    with torch.no_grad():
        cell.weight_hh.copy_(weight)
    return cell


def _run(cell: Cell, names: tuple[str, ...], state: Tensor, x: Tensor) -> Tensor:
    """Return the whole state one step later, from (S,) to (S,)."""
    parts = dict(zip(names, state.chunk(len(names)), strict=True))
    before = cell.initial_state(1) | {n: p[None] for n, p in parts.items()}
    after, _ = cell.step(x[None], before)
    return torch.cat([after[name][0] for name in names])


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Jacobians ∂sₜ/∂sₜ₋₁ of the whole state: every cell × activation",
        zh="整个状态的雅可比矩阵 ∂sₜ/∂sₜ₋₁：每种单元 × 激活函数",
    ),
    reference=Text(
        en="central differences: every entry of the state nudged by ±1e-6",
        zh="中心差分：状态的每个分量各推动 ±1e-6",
    ),
    where=PASSES,
    tolerance=1e-6,
)
def state_by_state() -> Cases:
    """Compare the Jacobians along a short sequence, column by column."""
    for name, activation in every_cell_and_activation():
        cell, x = built(name, activation), normal(4, INPUT, seed=21)
        step_map = StepMap(cell)
        with torch.no_grad():
            visited = step_map.unroll(x[:, None])[1:, 0]
        # Off the path itself, which begins at 0, where some activations have a kink.
        states = visited + 0.1 * normal(*visited.shape, seed=24)
        found = step_map.jacobians(states, x)
        pairs = zip(states, x, strict=True)
        with torch.no_grad():
            expected = [_nudged(cell, step_map.names, *at) for at in pairs]
        yield f"{name}, {activation}", relative(found, torch.stack(expected))


def _nudged(cell: Cell, names: tuple[str, ...], state: Tensor, x: Tensor) -> Tensor:
    """Return the Jacobian at one state, (S, S), from two steps for each column."""
    columns = [
        _run(cell, names, state + nudge, x) - _run(cell, names, state - nudge, x)
        for nudge in NUDGE * torch.eye(len(state), dtype=state.dtype)
    ]
    return torch.stack(columns, 1) / (2 * NUDGE)


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Singular values of products of Jacobians (log₁₀)",
        zh="雅可比矩阵乘积的奇异值（log₁₀）",
    ),
    reference=Text(
        en="40 steps multiplied with 600 digits (mpmath)",
        zh="用 600 位精度连乘 40 步（mpmath）",
    ),
    where=PASSES,
    tolerance=0.01,
    kind="absolute",
)
def singular_values() -> Cases:
    """Compare with exact products, in which directions vanish beside others.

    One step's Jacobian has its columns up to a factor of 1000 apart.
    """
    import mpmath

    for seed, spread in ((1, 0.0), (2, 0.5), (3, 1.0)):
        sizes = torch.tensor([10.0 ** (-spread * i) for i in range(4)])
        steps = (normal(40, 4, 4, seed=seed) * sizes).numpy()
        found = log10_singular_values(steps, np.array([40]))[0]
        with mpmath.workdps(600):
            product = mpmath.eye(4)
            for step in steps:
                product = mpmath.matrix(step.tolist()) * product
            values = mpmath.svd_r(product, compute_uv=False)
            expected = [float(mpmath.log10(value)) for value in values]
        yield f"seed {seed}", absolute(found, expected)


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Norm of ∂s_T/∂s₀ over several steps, every cell",
        zh="跨多步的 ∂s_T/∂s₀ 的范数（每种单元）",
    ),
    reference=Text(
        en="torch.func.jacrev through all k steps at once",
        zh="torch.func.jacrev 一次穿过全部 k 步",
    ),
    where=PASSES,
    tolerance=1e-9,
    kind="absolute",
)
def product_norms() -> Cases:
    """Compare log10 of the norm with one derivative through many steps."""
    for name in CELLS:
        cell, x = built(name), normal(7, INPUT, seed=22)
        jacobians = state_jacobians(cell, x)
        found = log10_product_norms(jacobians.whole, np.array([7]))
        names = jacobians.names

        def whole(state: Tensor, cell=cell, x=x, names=names) -> Tensor:
            for x_t in x:
                state = _run(cell, names, state, x_t)
            return state

        start = torch.cat([cell.initial_state(1)[n][0] for n in names])
        product = torch.func.jacrev(whole)(start)
        norm = torch.linalg.matrix_norm(product, 2).log10()
        yield name, absolute(found[0], norm)


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Orthogonal linear RNN: singular values after 1000 steps",
        zh="正交线性 RNN：1000 步后的奇异值",
    ),
    reference=Text(en="exactly 1 (log₁₀ = 0)", zh="恰为 1（log₁₀ = 0）"),
    where=PASSES,
    tolerance=1e-9,
    kind="absolute",
)
def orthogonal() -> Cases:
    """Follow a rotation for a thousand steps."""
    for seed in (1, 2):
        weight = torch.linalg.qr(normal(16, 16, seed=seed)).Q
        steps = state_jacobians(linear(weight), torch.zeros(1000, 1)).whole
        lags = np.array([1, 10, 100, 1000])
        found = log10_singular_values(steps, lags)
        yield f"seed {seed}", absolute(found, np.zeros_like(found))
        norms = log10_product_norms(steps, lags)
        yield f"seed {seed}, norm", absolute(norms, np.zeros(4))


@check(
    MEASUREMENTS,
    quantity=Text(
        en="The ceiling (γ σ_max)ᵏ: by how much a gradient ever passes it",
        zh="上界 (γ σ_max)ᵏ：梯度超出它的最大量",
    ),
    reference=Text(
        en="0, a theorem: products by autograd, every activation",
        zh="0（定理）：用自动微分求乘积，每种激活函数",
    ),
    where=PASSES,
    tolerance=1e-9,
    kind="absolute",
)
def ceiling() -> Cases:
    """Look for a product of Jacobians above its ceiling, in logarithms."""
    for activation in CELLS["rnn"].activations:
        for seed in range(6):
            cell = built("rnn", activation, hidden=8, seed=seed)
            with torch.no_grad():
                cell.weight_hh *= 0.3 + 0.5 * seed
            x = 0.5 * normal(12, INPUT, seed=seed + 30)
            above = log10_ceiling(cell, np.arange(13))
            below = _norms_by_autograd(cell, x)
            yield f"{activation}, seed {seed}", max(0.0, (below - above[1:]).max())


def _norms_by_autograd(cell: Cell, x: Tensor) -> np.ndarray:
    """Return log10 |dh_k/dh_0| for k = 1 ... T, by one Jacobian each."""

    def after(h: Tensor, steps: int) -> Tensor:
        for x_t in x[:steps]:
            h = _run(cell, ("h",), h, x_t)
        return h

    start = torch.zeros(cell.hidden_size, dtype=x.dtype)
    norms = [
        torch.linalg.matrix_norm(torch.func.jacrev(after)(start, k), 2)
        for k in range(1, len(x) + 1)
    ]
    return torch.stack(norms).log10().detach().numpy()


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Spectral radius says “vanishes”, the gradient does not",
        zh="谱半径说“消失”，梯度却没有",
    ),
    reference=Text(
        en="closed forms: a delay line, a shear [[a, b], [0, a]]",
        zh="闭式：延迟线与剪切矩阵 [[a, b], [0, a]]",
    ),
    where=PASSES,
    tolerance=1e-9,
    kind="absolute",
)
def spectral_radius_misleads() -> Cases:
    """Measure networks whose eigenvalues tell nothing of their products' norms.

    A delay line of N units has the spectral radius 0, and the norm 1 for N - 1 steps. A
    shear's k-th power is [[a^k, k a^(k-1) b], [0, a^k]], which first grows.
    """
    shift = torch.diag(torch.ones(63, dtype=torch.float64), -1)
    lags = np.array([1, 20, 63])
    steps = state_jacobians(linear(shift), torch.zeros(64, 1)).whole
    yield "delay line", absolute(log10_product_norms(steps, lags), np.zeros(3))
    a, b, k = 0.9, 10.0, np.arange(1, 31)
    shear = torch.tensor([[a, b], [0.0, a]], dtype=torch.float64)
    steps = state_jacobians(linear(shear), torch.zeros(30, 1)).whole
    p, q = a**k, k * a ** (k - 1) * b
    half = (2 * p**2 + q**2) / 2  # the larger root of s^2 - trace s + det^2
    norms = np.sqrt(half + np.sqrt(half**2 - p**4))
    yield "shear", absolute(log10_product_norms(steps, k), np.log10(norms))


@check(
    MEASUREMENTS,
    quantity=Text(
        en="The direct path: the product of the keeping gates",
        zh="直接通路：保持门的连乘积",
    ),
    reference=Text(
        en="autograd, with no other path left (U = 0)",
        zh="自动微分（U = 0，无其他通路）",
    ),
    where=Text(en="the gates' pictures", zh="门的图"),
    tolerance=1e-9,
    kind="absolute",
)
def product_of_gates() -> Cases:
    """Compare log10 of the product with the derivative of the last by the first."""
    for name in CELLS:
        if CELLS[name].keep_block is None:
            continue
        cell, x = _without_recurrence(built(name)), normal(20, INPUT, seed=23)
        kept = cell.states[-1]
        state = cell.initial_state(1)
        first = torch.zeros_like(state[kept]).requires_grad_()
        state, seen = state | {kept: first}, []
        for x_t in x:
            state, internals = cell.step(x_t[None], state)
            seen.append(internals)
        (slope,) = torch.autograd.grad(state[kept].sum(), first)
        stacked = {
            n: torch.cat([each[n] for each in seen]).detach().numpy() for n in seen[0]
        }
        found = log10_direct_path(cell, stacked)
        yield name, absolute(found[-1], slope[0].log10())


@torch.no_grad()
def _without_recurrence(cell: Cell) -> Cell:
    """Cut every path from the states to the gates."""
    for name, parameter in cell.named_parameters():
        if name in ("weight_hh", "weight_ch"):
            parameter.zero_()
    return cell
