"""The minimal gated unit: one gate both resets what is seen and rewrites the state.

G.-B. Zhou, J. Wu, C.-L. Zhang & Z.-H. Zhou, "Minimal gated unit for recurrent neural
networks", International Journal of Automation and Computing 13 (2016).
"""

import torch
from torch import Tensor

from explorer.cells._cell import CELLS, BlockCell, State, affine
from explorer.texts import Text


@CELLS.register
class MGU(BlockCell):
    """The minimal gated unit.

    f = sigmoid(W_f x_t + U_f h_{t-1} + b_f),
    n = phi(W_n x_t + U_n (f h_{t-1}) + b_n), h_t = (1 - f) h_{t-1} + f n; phi is the
    chosen activation. The paper calls f the forget gate: wide open, it rewrites h, and
    shut, it keeps it.
    """

    order = 7
    title = Text(en="MGU", zh="MGU（最小门控单元）")
    summary = Text(
        en="The LSTM has three gates and the GRU two; the MGU was proposed to find out "
        "how few suffice. Its one gate f does the GRU's two jobs: it decides what "
        "share of h is rewritten, and how much of h the candidate sees.",
        zh="LSTM 有三个门，GRU 有两个；提出 MGU 是想知道最少要几个门才够。"
        "它唯一的门 f 兼任 GRU 两个门的工作：决定 h 有多大份额被改写，"
        "以及候选能看到多少 h。",
    )
    source = "Zhou et al. 2016"
    year = 2016
    blocks = ("f", "n")
    gates = ("f",)
    keep_block = "f"
    keep_sign = -1
    initialisations = ("default", "orthogonal", "forget", "chrono")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f)",
            rf"n_t &= {f}(W_n x_t + U_n (f_t \odot h_{{t-1}}) + b_n)",
            r"h_t &= (1 - f_t) \odot h_{t-1} + f_t \odot n_t",
        ]

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        bias = self.bias_ih + self.bias_hh
        x_f, x_n = affine(x, self.weight_ih, bias).chunk(2, dim=-1)
        u_f, u_n = self.weight_hh.chunk(2, dim=-2)
        f = torch.sigmoid(x_f + state["h"] @ u_f.mT)
        n = self.f(x_n + (f * state["h"]) @ u_n.mT)
        h = (1 - f) * state["h"] + f * n
        return {"h": h}, {"f": f, "n": n}
