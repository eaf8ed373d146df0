"""The fast way through a sequence against the readable one."""

import torch

from checks._cells import (
    BATCH,
    INPUT,
    built,
    every_cell_and_activation,
    normal,
    stepped,
    with_gradients,
)
from checks._check import Cases, check
from checks._measures import relative
from checks._subjects import CELLS
from explorer.texts import Text

LENGTH = 37  # no power of two, which a scan could get right by luck


@check(
    CELLS,
    quantity=Text(
        en="All ways through a sequence (kernel, own, scan): every cell × activation",
        zh="走完序列的所有算法（内核、自写、扫描）：每种单元 × 激活函数",
    ),
    reference=Text(
        en="the cell's equations, step by step: values and all gradients",
        zh="单元的公式逐步计算：数值与全部梯度",
    ),
    where=Text(en="training", zh="训练"),
    tolerance=1e-9,
)
def sequence_equals_step() -> Cases:
    """Compare each of a cell's ways with repeated `step` in values and gradients."""
    for name, activation in every_cell_and_activation():
        cell, x = built(name, activation), normal(LENGTH, BATCH, INPUT, seed=2)
        slow = with_gradients(cell, lambda x, cell=cell: stepped(cell, x), x)
        for way, run in cell.ways().items():
            found = with_gradients(cell, run, x)
            yield f"{name}, {activation}, {way}", _furthest(found, slow)


@check(
    CELLS,
    quantity=Text(
        en="Machine code, in float32: every cell that has it × activation",
        zh="编译成机器码的算法（float32）：每种支持它的单元 × 激活函数",
    ),
    reference=Text(
        en="the cell's equations in float64, step by step: values and all gradients",
        zh="单元的公式以 float64 逐步计算：数值与全部梯度",
    ),
    where=Text(en="training", zh="训练"),
    tolerance=1e-5,
)
def compiled_equals_step() -> Cases:
    """Compare what training does on a CPU with repeated `step` in double precision."""
    for name, activation in every_cell_and_activation():
        cell, x = built(name, activation), normal(LENGTH, BATCH, INPUT, seed=2)
        slow = with_gradients(cell, lambda x, cell=cell: stepped(cell, x), x)
        cell.float()
        if cell.way == "compiled":
            found = with_gradients(cell, cell.sequence, x.float())
            yield f"{name}, {activation}", _furthest(found, slow)


def _furthest(found: list[torch.Tensor], expected: list[torch.Tensor]) -> float:
    """Return the larger of the values' and of all gradients' relative error."""
    flat, reference = (
        torch.cat([each.flatten() for each in gradients[1:]])
        for gradients in (found, expected)
    )
    return max(relative(found[0], expected[0]), relative(flat, reference))
