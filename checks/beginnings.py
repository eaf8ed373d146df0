"""The weights that a run begins with."""

import math

import torch
from torch import Tensor

from checks._cells import seeded
from checks._check import Cases, check
from checks._measures import relative
from checks._subjects import TRAINING
from explorer.cells import CELLS, Cell
from explorer.initialisations import initialise
from explorer.texts import Text


@check(
    TRAINING,
    quantity=Text(en="Orthogonal start: W_hhᵀ W_hh", zh="正交初始化：W_hhᵀ W_hh"),
    reference=Text(en="gain² times the identity", zh="增益² 乘以单位阵"),
    where=Text(en="initialisation", zh="初始化"),
    tolerance=1e-6,
)
def orthogonal() -> Cases:
    """Multiply each recurrent block with its transpose, in float32's precision."""
    for name in CELLS:
        if "orthogonal" not in CELLS[name].initialisations:
            continue
        for gain in (0.5, 1.0, 2.0):
            cell = CELLS[name](3, 16, CELLS[name].activations[0])
            initialise(cell, "orthogonal", gain, 100, seeded(4))
            weight = cell.weight_hh.detach().double()
            for block in cell.blocks:
                square = weight[cell.rows(block)]
                eye = torch.eye(16, dtype=torch.float64)
                yield f"{name}.{block}", relative(square.T @ square, gain**2 * eye)


@check(
    TRAINING,
    quantity=Text(
        en="Default start: spectral radius of W_hh, 512 units",
        zh="默认初始化：W_hh 的谱半径（512 个单元）",
    ),
    reference=Text(
        en="the circular law: U(±1/√H) gives 1/√3",
        zh="圆律：U(±1/√H) 给出 1/√3",
    ),
    where=Text(en="initialisation", zh="初始化"),
    tolerance=0.05,
)
def default_radius() -> Cases:
    """Compare the largest eigenvalue with the limit of large matrices."""
    for seed in range(5):
        cell = CELLS["rnn"](1, 512, "tanh")
        initialise(cell, "default", None, 100, seeded(seed))
        eigenvalues = torch.linalg.eigvals(cell.weight_hh.detach().double())
        yield f"seed {seed}", relative(eigenvalues.abs().max(), 1 / math.sqrt(3))


@check(
    TRAINING,
    quantity=Text(
        en="Chrono start: the gates' mean memory 1/(1 − keep)",
        zh="chrono 初始化：门的平均记忆 1/(1 − 保持)",
    ),
    reference=Text(
        en="uniform between 2 and T, so (T + 2)/2 on average",
        zh="在 2 与 T 之间均匀分布，故平均为 (T + 2)/2",
    ),
    where=Text(en="initialisation", zh="初始化"),
    tolerance=4,
    kind="sigma",
)
def chrono() -> Cases:
    """Compare the mean memory of 1024 gates, at rest, with the expected one.

    b = log u with u from U(1, T - 1) keeps the share u / (1 + u), so the memory
    1 / (1 - keep) is 1 + u (C. Tallec & Y. Ollivier 2018).
    """
    length, units = 200, 1024
    for name in CELLS:
        kind = CELLS[name]
        if "chrono" not in kind.initialisations:
            continue
        cell = kind(1, units, kind.activations[0])
        initialise(cell, "chrono", None, length, seeded(5))
        keep = _keep_at_rest(cell)
        memory = (1 / (1 - keep)).mean().item()
        spread = (length - 2) / math.sqrt(12 * units)
        yield name, abs(memory - (length + 2) / 2) / spread


def _keep_at_rest(cell: Cell) -> Tensor:
    """Return what the keep gate lets pass where neither x nor h says anything."""
    given = dict(cell.named_parameters())
    biases = [given[n] for n in ("bias", "bias_ih", "bias_hh") if n in given]
    bias = sum(each.detach().double()[cell.rows(cell.keep_block)] for each in biases)
    return torch.sigmoid(cell.keep_sign * bias)
