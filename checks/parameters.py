"""How many numbers a network has, against the formulas of the papers.

The formulas are written by hand from the sizes alone: D inputs, H hidden units.
"""

from collections.abc import Callable

from checks._check import Cases, check
from checks._measures import different
from checks._subjects import CELLS
from explorer.cells import CELLS as REGISTRY
from explorer.texts import Text


def gated(gates: int, extra: Callable[[int], int] = lambda h: 0):
    """Return the count of a cell with W, U and two biases for each gate."""
    return lambda d, h: gates * (h * d + h * h + 2 * h) + extra(h)


FORMULAS: dict[str, Callable[[int, int], int]] = {
    "rnn": gated(1),
    "lstm": gated(4),
    "gru": gated(3),
    "peephole_lstm": gated(4, lambda h: 3 * h),
    "coupled_lstm": gated(3),
    "layer_norm_lstm": gated(4, lambda h: 18 * h),
    "mgu": gated(2),
    "ugrnn": gated(2),
    "antisymmetric": gated(1),
    "cornn": lambda d, h: h * (d + 2 * h + 1),
    "lem": gated(4),
    "lru": lambda d, h: 3 * h + 2 * h * d + 2 * h * h + h * d,
    "mingru": lambda d, h: 2 * h * (d + 1),
    "minlstm": lambda d, h: 3 * h * (d + 1),
    "slstm": lambda d, h: 4 * h * (d + h + 1),
}
SIZES = [(1, 1), (3, 2), (2, 7), (11, 5), (64, 128)]


@check(
    CELLS,
    quantity=Text(en="Number of parameters of every cell", zh="每种单元的参数个数"),
    reference=Text(
        en="the formula in D inputs and H units, by hand",
        zh="手写公式：D 个输入、H 个单元",
    ),
    where=Text(en="the cell's description", zh="单元的说明"),
    tolerance=0,
    kind="exact",
)
def of_every_cell() -> Cases:
    """Count the parameters of every cell in several sizes.

    Raises:
        KeyError: a cell is new, and nobody has worked its formula out.
    """
    for name in REGISTRY:
        kind = REGISTRY[name]
        for inputs, hidden in SIZES:
            cell = kind(inputs, hidden, kind.activations[0])
            count = sum(parameter.numel() for parameter in cell.parameters())
            expected = FORMULAS[name](inputs, hidden)
            yield f"{name}, {inputs} → {hidden}", different(count, expected)
