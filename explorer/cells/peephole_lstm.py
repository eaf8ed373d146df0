"""The LSTM whose gates look at the cell state itself, not only at what it shows.

F. A. Gers, N. N. Schraudolph & J. Schmidhuber, "Learning precise timing with LSTM
recurrent networks", Journal of Machine Learning Research 3 (2002).
"""

import torch
from torch import Tensor, nn

from explorer.cells._cell import CELLS, BlockCell, State, Symbols
from explorer.cells._unroll import UnrolledCell, Weights
from explorer.texts import Text


@CELLS.register
class PeepholeLSTM(BlockCell, UnrolledCell):
    """The LSTM with a weight from each unit's c to each of its own three gates.

    i, f = sigmoid(W x_t + U h_{t-1} + p c_{t-1} + b),
    g = phi(W_g x_t + U_g h_{t-1} + b_g), c_t = f c_{t-1} + i g,
    o = sigmoid(W_o x_t + U_o h_{t-1} + p_o c_t + b_o), h_t = o phi(c_t); phi is the
    chosen activation. `weight_ch` (3 hidden) holds p_i, p_f and p_o.
    """

    order = 4
    title = Text(en="peephole LSTM", zh="窥孔 LSTM")
    summary = Text(
        en="While an LSTM's output gate is shut, its gates cannot see what c holds; "
        "this cell was proposed to measure the time between events precisely. Each "
        "gate gets a “peephole”, a weight of its own from its unit's c.",
        zh="LSTM 的输出门关闭时，各个门看不到 c 里存了什么；"
        "提出这种单元是为了精确地度量事件之间的时间间隔。"
        "每个门多了一个“窥孔”，即来自本单元 c 的一个权重。",
    )
    source = "Gers et al. 2002"
    year = 2002
    blocks = ("i", "f", "g", "o")
    gates = ("i", "f", "o")
    states = ("h", "c")
    keep_block = "f"
    write_block = "i"
    initialisations = ("default", "orthogonal", "forget", "chrono")

    def __init__(self, input_size: int, hidden_size: int, activation: str) -> None:
        super().__init__(input_size, hidden_size, activation)
        self.weight_ch = nn.Parameter(torch.zeros(3 * hidden_size))

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"i_t &= \sigma(W_i x_t + U_i h_{t-1} + p_i \odot c_{t-1} + b_i)",
            r"f_t &= \sigma(W_f x_t + U_f h_{t-1} + p_f \odot c_{t-1} + b_f)",
            rf"g_t &= {f}(W_g x_t + U_g h_{{t-1}} + b_g)",
            r"c_t &= f_t \odot c_{t-1} + i_t \odot g_t",
            r"o_t &= \sigma(W_o x_t + U_o h_{t-1} + p_o \odot c_t + b_o)",
            rf"h_t &= o_t \odot {f}(c_t)",
        ]

    def symbols(self) -> Symbols:
        """Return what `BlockCell.symbols` does, and the peepholes."""
        p_i, p_f, p_o = self.weight_ch.chunk(3)
        own: Symbols = {"p_i": p_i, "p_f": p_f, "p_o": p_o}
        return super().symbols() | own

    def weights(self) -> Weights:
        """Return what `UnrolledCell.weights` does."""
        return *super().weights(), self.weight_ch

    def update(
        self, from_x: Tensor, from_h: Tensor, state: State, *others: Tensor
    ) -> tuple[State, State]:
        """Advance one time step; shapes as in `UnrolledCell.update`."""
        i, f, g, o = (from_x + from_h).chunk(4, dim=-1)
        p_i, p_f, p_o = others[0].unsqueeze(-2).chunk(3, dim=-1)
        i = torch.sigmoid(i + p_i * state["c"])
        f = torch.sigmoid(f + p_f * state["c"])
        g = self.f(g)
        c = f * state["c"] + i * g
        o = torch.sigmoid(o + p_o * c)
        h = o * self.f(c)
        return {"h": h, "c": c}, {"i": i, "f": f, "g": g, "o": o}
