"""What passes through time: theorems, closed forms and the path through the gates."""

import numpy as np
import torch
from torch import Tensor

from checks._cells import (
    INPUT,
    autonomous,
    built,
    normal,
    one_step,
)
from checks._check import Cases, check
from checks._measures import absolute
from checks._subjects import MEASUREMENTS
from explorer.cells import CELLS, Cell
from explorer.probes.gates import log10_direct_path
from explorer.probes.jacobians import state_jacobians
from explorer.probes.products import (
    log10_ceiling,
    log10_product_norms,
    log10_singular_values,
)
from explorer.texts import Text

PASSES = Text(
    en="Python: explorer.probes.products", zh="Python：explorer.probes.products"
)


def linear_jacobians(weight: Tensor, steps: int) -> np.ndarray:
    """Return the Jacobians of h_t = W h_{t-1}, (steps, H, H)."""
    cell = autonomous(weight, activation="identity")
    return state_jacobians(cell, torch.zeros(steps, 1)).whole


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
        steps = linear_jacobians(weight, 1000)
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
            h = one_step(cell, ("h",), h, x_t)
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
    steps = linear_jacobians(shift, 64)
    yield "delay line", absolute(log10_product_norms(steps, lags), np.zeros(3))
    a, b, k = 0.9, 10.0, np.arange(1, 31)
    shear = torch.tensor([[a, b], [0.0, a]], dtype=torch.float64)
    steps = linear_jacobians(shear, 30)
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
    where=Text(en="Python: explorer.probes.gates", zh="Python：explorer.probes.gates"),
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
