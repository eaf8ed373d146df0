"""The LSTM that writes exactly as much as it forgets: i = 1 - f.

K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink & J. Schmidhuber, "LSTM: A
search space odyssey" (2015), where the variant is called CIFG.
"""

import torch
from torch import Tensor

from explorer.cells._cell import CELLS, BlockCell, State
from explorer.cells._unroll import UnrolledCell
from explorer.texts import Text


@CELLS.register
class CoupledLSTM(BlockCell, UnrolledCell):
    """The LSTM with one gate in place of the input and the forget gate.

    f, o = sigmoid(W x_t + U h_{t-1} + b), g = phi(W_g x_t + U_g h_{t-1} + b_g),
    c_t = f c_{t-1} + (1 - f) g, h_t = o phi(c_t); phi is the chosen activation. So c
    stays within the range of all the g before it.
    """

    order = 5
    title = Text(en="coupled-gate LSTM", zh="耦合门 LSTM")
    summary = Text(
        en="An LSTM keeps and writes through separate gates, so c can grow at every "
        "step; this variant was proposed to do with one gate for both. What c keeps "
        "and what it takes from the candidate g are shares of one whole, f and 1 − f.",
        zh="LSTM 的保留与写入各有一个门，因此 c 每一步都可能变大；"
        "提出这个变体，是想用一个门兼管两件事。"
        "c 保留的与从候选 g 取来的，是同一个整体的两份：f 与 1 − f。",
    )
    source = "Greff et al. 2015"
    year = 2015
    blocks = ("f", "g", "o")
    kernel = "coupled_lstm"
    kept = 2
    gates = ("f", "o")
    states = ("h", "c")
    keep_block = "f"
    initialisations = ("default", "orthogonal", "forget", "chrono")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f)",
            rf"g_t &= {f}(W_g x_t + U_g h_{{t-1}} + b_g)",
            r"o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o)",
            r"c_t &= f_t \odot c_{t-1} + (1 - f_t) \odot g_t",
            rf"h_t &= o_t \odot {f}(c_t)",
        ]

    def update(
        self, from_x: Tensor, from_h: Tensor, state: State, *others: Tensor
    ) -> tuple[State, State]:
        """Advance one time step; shapes as in `UnrolledCell.update`."""
        f, g, o = (from_x + from_h).chunk(3, dim=-1)
        f, g, o = torch.sigmoid(f), self.f(g), torch.sigmoid(o)
        c = f * state["c"] + (1 - f) * g
        h = o * self.f(c)
        return {"h": h, "c": c}, {"f": f, "g": g, "o": o}
