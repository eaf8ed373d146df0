"""Every cell against its paper's equations, written out once more."""

import numpy as np

from checks._cells import BATCH, INPUT, built, every_cell_and_activation, normal
from checks._check import Cases, check
from checks._equations import EQUATIONS, FUNCTIONS, Weights
from checks._measures import relative
from checks._subjects import CELLS
from explorer.texts import Text


@check(
    CELLS,
    quantity=Text(
        en="Hidden states of every cell × activation",
        zh="每种单元 × 激活函数的隐藏状态",
    ),
    reference=Text(
        en="the papers' equations written out in numpy",
        zh="用 numpy 另行写出的论文公式",
    ),
    where=Text(en="all pictures", zh="全部图"),
    tolerance=1e-9,
)
def hidden_states() -> Cases:
    """Compare h at every time step of two sequences.

    Raises:
        KeyError: a cell is new, and nobody has written its equations out here.
    """
    for name, activation in every_cell_and_activation():
        cell, x = built(name, activation), normal(12, BATCH, INPUT, seed=8)
        weights, f = Weights(cell), FUNCTIONS[activation]
        expected = np.stack(
            [np.stack(EQUATIONS[name](weights, xs.numpy(), f)) for xs in x.unbind(1)],
            axis=1,
        )
        yield f"{name}, {activation}", relative(cell.sequence(x), expected)
