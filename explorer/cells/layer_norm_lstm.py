"""The LSTM whose sums are brought to mean 0 and variance 1 over its units.

J. L. Ba, J. R. Kiros & G. E. Hinton, "Layer normalization" (2016).
"""

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from explorer.cells._cell import CELLS, BlockCell, State, Symbols
from explorer.texts import Text


def _normalised(a: Tensor, norm: nn.LayerNorm) -> Tensor:
    """Return LN(a) over the last axis; gain and shift may have an axis of members."""
    even = functional.layer_norm(a, a.shape[-1:], eps=norm.eps)
    return even * norm.weight.unsqueeze(-2) + norm.bias.unsqueeze(-2)


@CELLS.register
class LayerNormLSTM(BlockCell):
    """The LSTM with layer normalisation of W x_t, of U h_{t-1} and of c_t.

    a_i, a_f, a_g, a_o = LN_x(W x_t) + LN_h(U h_{t-1}) + b;
    i, f, o = sigmoid(a), g = phi(a_g), c_t = f c_{t-1} + i g, h_t = o phi(LN_c(c_t)).
    LN(a) = gain (a - mean) / sqrt(variance + 1e-5) + shift goes over all 4 hidden
    values of a product at once, in LN_c over the hidden values of c; phi is the chosen
    activation. Where a product is 0 throughout, as U h_0, LN has the slope
    gain / sqrt(1e-5); with one hidden unit, LN_c(c) is its shift alone.
    """

    order = 6
    title = Text(en="layer-norm LSTM", zh="层归一化 LSTM")
    summary = Text(
        en="How large a recurrent layer's sums become changes while it learns and "
        "along the sequence; layer normalisation was proposed to hold their scale "
        "steady. What comes from the input, from h and from c is each brought to mean "
        "0 and variance 1 over the units, then scaled and shifted by learned numbers.",
        zh="循环层内部各个和的大小，会随学习而变，也会沿序列而变；"
        "提出层归一化是为了让它们的尺度保持稳定。"
        "来自输入、来自 h 和来自 c 的部分，各自在所有单元上化为均值 0、方差 1，"
        "再用学到的数来缩放和平移。",
    )
    source = "Ba et al. 2016"
    year = 2016
    blocks = ("i", "f", "g", "o")
    gates = ("i", "f", "o")
    states = ("h", "c")
    keep_block = "f"
    write_block = "i"
    initialisations = ("default", "orthogonal", "forget", "chrono")

    def __init__(self, input_size: int, hidden_size: int, activation: str) -> None:
        super().__init__(input_size, hidden_size, activation)
        self.norm_ih = nn.LayerNorm(4 * hidden_size)
        self.norm_hh = nn.LayerNorm(4 * hidden_size)
        self.norm_c = nn.LayerNorm(hidden_size)

    def reset(self, generator: Generator) -> None:
        """Fill weights and biases as torch does, gains with 1 and shifts with 0."""
        super().reset(generator)
        for norm in (self.norm_ih, self.norm_hh, self.norm_c):
            norm.reset_parameters()

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"&(a^i_t, a^f_t, a^g_t, a^o_t)",
            r"&\quad = \mathrm{LN}_x(W x_t) + \mathrm{LN}_h(U h_{t-1}) + b",
            r"i_t &= \sigma(a^i_t)",
            r"f_t &= \sigma(a^f_t)",
            rf"g_t &= {f}(a^g_t)",
            r"o_t &= \sigma(a^o_t)",
            r"c_t &= f_t \odot c_{t-1} + i_t \odot g_t",
            rf"h_t &= o_t \odot {f}(\mathrm{{LN}}_c(c_t))",
        ]

    def symbols(self) -> Symbols:
        """Return what `Cell.symbols` does; all blocks stand in one matrix."""
        return {
            "W": self.weight_ih,
            "U": self.weight_hh,
            "b": self.bias_ih + self.bias_hh,
            r"\mathrm{LN}_x": self.norm_ih,
            r"\mathrm{LN}_h": self.norm_hh,
            r"\mathrm{LN}_c": self.norm_c,
        }

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        from_x = _normalised(x @ self.weight_ih.mT, self.norm_ih)
        from_h = _normalised(state["h"] @ self.weight_hh.mT, self.norm_hh)
        a = from_x + from_h + (self.bias_ih + self.bias_hh).unsqueeze(-2)
        i, f, g, o = a.chunk(4, dim=-1)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), self.f(g), torch.sigmoid(o)
        c = f * state["c"] + i * g
        h = o * self.f(_normalised(c, self.norm_c))
        return {"h": h, "c": c}, {"i": i, "f": f, "g": g, "o": o}
