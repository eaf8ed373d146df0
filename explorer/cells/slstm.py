"""The sLSTM: an exponential input gate, and a state that counts what was written.

M. Beck et al., "xLSTM: extended long short-term memory", NeurIPS (2024).
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from explorer.cells._cell import CELLS, Cell, State, Symbols, affine
from explorer.texts import Text


@CELLS.register
class SLSTM(Cell):
    """The sLSTM, one head, with the forget gate a sigmoid.

    With a = W_i x_t + U_i h_{t-1} + b_i, l = log sigmoid(W_f x_t + U_f h_{t-1} + b_f),
    m_t = max(l + m_{t-1}, a), i = exp(a - m_t), f = exp(l + m_{t-1} - m_t),
    g = phi(W_g x_t + U_g h_{t-1} + b_g), o = sigmoid(W_o x_t + U_o h_{t-1} + b_o),
    c_t = f c_{t-1} + i g, n_t = f n_{t-1} + i, h_t = o c_t / n_t; phi is the chosen
    activation. The stabiliser m scales c and n alike, leaves h as it is, and keeps the
    gates i and f between 0 and 1, where exp(a) alone could overflow. As m_1 = a and one
    of the two gates is always 1, n is at least 1 from then on.
    """

    order = 15
    title = Text(en="sLSTM", zh="sLSTM（指数门 LSTM）")
    summary = Text(
        en="It was proposed so that an LSTM can revise what it has stored: an "
        "exponential input gate may outweigh everything written before. A state n adds "
        "up the weights and divides them out again, so h stays a gated mean of the "
        "candidates.",
        zh="它的提出是为了让 LSTM 能修改已存的内容：指数输入门可以压过此前写入的一切。"
        "状态 n 累计这些权重再把它们除掉，因此 h 始终是各候选的加权平均乘以输出门。",
    )
    source = "Beck et al. 2024"
    year = 2024
    states = ("h", "m", "n", "c")
    blocks = ("i", "f", "g", "o")
    gates = ("i", "f", "o")
    keep_block = "f"
    write_block = "i"
    initialisations = ("default", "forget", "chrono")

    def __init__(self, input_size: int, hidden_size: int, activation: str) -> None:
        super().__init__(input_size, hidden_size, activation)
        self.weight_ih = nn.Parameter(torch.zeros(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(4 * hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size))

    def set_bias(self, block: str, bias: Tensor | float) -> None:
        """Set a block's bias, in place."""
        self.bias[self.rows(block)] = bias

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"m_t &= \max(\ell + m_{t-1},\; a), \quad m_1 = a",
            r"&\quad \ell = \log \sigma(W_f x_t + U_f h_{t-1} + b_f)",
            r"&\quad a = W_i x_t + U_i h_{t-1} + b_i",
            r"i_t &= \exp(a - m_t)",
            r"f_t &= \exp(\min(\ell + m_{t-1} - m_t,\; 0))",
            rf"g_t &= {f}(W_g x_t + U_g h_{{t-1}} + b_g)",
            r"o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o)",
            r"c_t &= f_t \odot c_{t-1} + i_t \odot g_t",
            r"n_t &= f_t \odot n_{t-1} + i_t",
            r"h_t &= o_t \odot c_t / n_t",
        ]

    def symbols(self) -> Symbols:
        """Return W, U and b of each block."""
        found: Symbols = {}
        for k in self.blocks:
            of = self.rows(k)
            found[f"W_{k}"], found[f"U_{k}"] = self.weight_ih[of], self.weight_hh[of]
            found[f"b_{k}"] = self.bias[of]
        return found

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        from_x = affine(x, self.weight_ih, self.bias)
        together = from_x + state["h"] @ self.weight_hh.mT
        a, forget, g, o = together.chunk(4, dim=-1)
        kept = logsigmoid(forget) + state["m"]
        m = torch.where(
            state["n"] == 0, a, torch.maximum(kept, a)
        )  # none kept at t = 1
        i, f = (a - m).exp(), (kept - m).clamp(max=0).exp()
        g, o = self.f(g), torch.sigmoid(o)
        c = f * state["c"] + i * g
        n = f * state["n"] + i
        h = o * c / n
        return {"h": h, "m": m, "n": n, "c": c}, {"i": i, "f": f, "g": g, "o": o}
