"""Jacobians and their products, against finite differences and long arithmetic."""

import numpy as np
import torch
from torch import Tensor

from checks._cells import (
    INPUT,
    built,
    every_cell_and_activation,
    normal,
    one_step,
)
from checks._check import Cases, check
from checks._measures import absolute, relative
from checks._subjects import MEASUREMENTS
from explorer.cells import CELLS, Cell
from explorer.probes.jacobians import state_jacobians
from explorer.probes.products import (
    log10_product_norms,
    log10_singular_values,
)
from explorer.step_map import StepMap
from explorer.texts import Text

NUDGE = 1e-6
PASSES = Text(
    en="Python: explorer.probes.jacobians", zh="Python：explorer.probes.jacobians"
)


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
    nudges = NUDGE * torch.eye(len(state), dtype=state.dtype)
    ahead, behind = (
        torch.stack([one_step(cell, names, state + side * n, x) for n in nudges], 1)
        for side in (1, -1)
    )
    return (ahead - behind) / (2 * NUDGE)


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
                state = one_step(cell, names, state, x_t)
            return state

        start = torch.cat([cell.initial_state(1)[n][0] for n in names])
        product = torch.func.jacrev(whole)(start)
        norm = torch.linalg.matrix_norm(product, 2).log10()
        yield name, absolute(found[0], norm)
