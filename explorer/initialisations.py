"""How a cell's weights begin, which decides as much as its gates what it can learn.

Every initialisation starts from the cell's `reset`, which for most is torch's default,
U(-1/sqrt(H), 1/sqrt(H)) for all weights and biases, and overwrites what it is about.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, nn

from explorer.cells import BlockCell, Cell
from explorer.texts import Text


@dataclass(frozen=True)
class Parameter:
    """A number that an initialisation takes: its default and bounds."""

    title: Text
    default: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class Initialisation:
    """One way to begin.

    Attributes:
        apply: overwrites a cell's default weights; gets the cell, the parameter's
            value (0 where there is none), the sequence's length and the generator.
        parameter: the number that it takes, if any.
    """

    title: Text
    summary: Text
    source: str
    apply: Callable[[Cell, float, int, Generator], None]
    parameter: Parameter | None = None


@torch.no_grad()
def initialise(
    cell: Cell, name: str, value: float | None, seq_len: int, generator: Generator
) -> None:
    """Fill a cell's parameters in place.

    Args:
        cell: the layer.
        name: a key of INITIALISATIONS.
        value: its parameter; None where it takes none.
        seq_len: the sequence's length in time steps (chrono's longest memory).
        generator: a CPU generator; the same state gives the same weights.
    """
    cell.reset(generator)
    INITIALISATIONS[name].apply(cell, value or 0.0, seq_len, generator)


def _default(cell: Cell, value: float, seq_len: int, generator: Generator) -> None:
    """Leave the cell as `reset` made it."""


def _orthogonal(cell: Cell, gain: float, seq_len: int, generator: Generator) -> None:
    assert isinstance(cell, BlockCell)
    for block in cell.blocks:
        nn.init.orthogonal_(cell.weight_hh[cell.rows(block)], gain, generator)


def _identity(cell: Cell, value: float, seq_len: int, generator: Generator) -> None:
    assert isinstance(cell, BlockCell)
    cell.weight_ih.normal_(0.0, 0.001, generator=generator)
    cell.bias_ih.zero_()
    cell.bias_hh.zero_()
    nn.init.eye_(cell.weight_hh)


def _forget(cell: Cell, bias: float, seq_len: int, generator: Generator) -> None:
    assert cell.keep_block is not None
    cell.set_bias(cell.keep_block, cell.keep_sign * bias)


def _chrono(cell: Cell, value: float, seq_len: int, generator: Generator) -> None:
    assert cell.keep_block is not None
    memory = torch.empty(cell.hidden_size)
    bias = memory.uniform_(1.0, max(seq_len - 1.0, 1.0), generator=generator).log()
    cell.set_bias(cell.keep_block, cell.keep_sign * bias)
    if cell.write_block is not None:
        cell.set_bias(cell.write_block, -bias)


INITIALISATIONS: dict[str, Initialisation] = {
    "default": Initialisation(
        Text(en="torch's default", zh="torch 默认"),
        Text(
            en="all weights and biases from U(−1/√H, 1/√H), gains of a layer norm 1",
            zh="所有权重和偏置取自 U(−1/√H, 1/√H)，层归一化的增益为 1",
        ),
        "torch.nn.RNN",
        _default,
    ),
    "paper": Initialisation(
        Text(en="the paper's own", zh="按原论文"),
        Text(
            en="each parameter as the cell's paper draws it",
            zh="每个参数都按该单元的论文给定的方式取值",
        ),
        "Orvieto et al. 2023",
        _default,
    ),
    "orthogonal": Initialisation(
        Text(en="orthogonal", zh="正交"),
        Text(
            en="each recurrent block is a random orthogonal matrix times the gain",
            zh="每个循环权重块是随机正交矩阵乘以增益",
        ),
        "Saxe et al. 2014",
        _orthogonal,
        Parameter(Text(en="Gain", zh="增益"), 1.0, 0.1, 3.0),
    ),
    "identity": Initialisation(
        Text(en="identity (IRNN)", zh="单位阵（IRNN）"),
        Text(
            en="W_hh = I, input weights N(0, 0.001²), biases 0",
            zh="W_hh = I，输入权重 N(0, 0.001²)，偏置为 0",
        ),
        "Le et al. 2015",
        _identity,
    ),
    "forget": Initialisation(
        Text(en="forget bias", zh="遗忘偏置"),
        Text(
            en="the bias of the gate that decides how long the state is kept is set to "
            "b, or to −b where the open gate rewrites the state",
            zh="决定状态保留多久的门，其偏置设为 b；若该门打开时改写状态，则设为 −b",
        ),
        "Gers et al. 2000; Jozefowicz et al. 2015",
        _forget,
        Parameter(Text(en="Forget bias b", zh="遗忘偏置 b"), 1.0, -5.0, 10.0),
    ),
    "chrono": Initialisation(
        Text(en="chrono", zh="chrono（时间尺度）"),
        Text(
            en="bias b of the keeping gate from log U(1, T−1) (−b where the open gate "
            "rewrites), an LSTM's input bias −b: memories from 1 step to the whole "
            "sequence",
            zh="保留门的偏置 b 取自 log U(1, T−1)（若该门打开时改写状态，则取 −b），"
            "LSTM 的输入偏置为 −b：记忆跨度从 1 步到整个序列",
        ),
        "Tallec & Ollivier 2018",
        _chrono,
    ),
}
