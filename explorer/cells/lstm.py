"""Long short-term memory: a cell state c that gates write to, keep and read.

S. Hochreiter & J. Schmidhuber, "Long short-term memory", Neural Computation 9 (1997);
forget gate: F. A. Gers, J. Schmidhuber & F. Cummins, Neural Computation 12 (2000).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from explorer.cells._cell import CELLS, BlockCell, State, Way
from explorer.cells._unroll import UnrolledCell
from explorer.texts import Text


@CELLS.register
class LSTM(BlockCell, UnrolledCell):
    """The LSTM with a forget gate.

    i, f, o = sigmoid(W x_t + U h_{t-1} + b), g = phi(W_g x_t + U_g h_{t-1} + b_g),
    c_t = f c_{t-1} + i g, h_t = o phi(c_t); phi is the chosen activation.
    """

    order = 2
    title = Text(en="LSTM", zh="LSTM（长短期记忆）")
    summary = Text(
        en="A second state c that is added to instead of rewritten; gates decide what "
        "to keep, to write and to show.",
        zh="多了一个状态 c，它被累加而不是被改写；门决定保留什么、写入什么、输出什么。",
    )
    source = "Hochreiter & Schmidhuber 1997; Gers et al. 2000"
    year = 1997
    blocks = ("i", "f", "g", "o")
    kernel = "lstm"
    kept = 2
    gates = ("i", "f", "o")
    states = ("h", "c")
    keep_block = "f"
    write_block = "i"
    initialisations = ("default", "orthogonal", "forget", "chrono")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i)",
            r"f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f)",
            rf"g_t &= {f}(W_g x_t + U_g h_{{t-1}} + b_g)",
            r"o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o)",
            r"c_t &= f_t \odot c_{t-1} + i_t \odot g_t",
            rf"h_t &= o_t \odot {f}(c_t)",
        ]

    def update(
        self, from_x: Tensor, from_h: Tensor, state: State, *others: Tensor
    ) -> tuple[State, State]:
        """Advance one time step; shapes as in `UnrolledCell.update`."""
        i, f, g, o = (from_x + from_h).chunk(4, dim=-1)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), self.f(g), torch.sigmoid(o)
        c = f * state["c"] + i * g
        h = o * self.f(c)
        return {"h": h, "c": c}, {"i": i, "f": f, "g": g, "o": o}

    def ways(self) -> dict[Way, Callable[[Tensor], Tensor]]:
        """Return the ways through a sequence: on a GPU, cuDNN's is the fastest."""
        ours = super().ways()
        if not self._alone() or self.activation != "tanh":
            return ours
        fused: dict[Way, Callable[[Tensor], Tensor]] = {"fused": self.fused}
        return ours | fused if "compiled" in ours else fused | ours

    def fused(self, x: Tensor) -> Tensor:
        """Run a whole sequence through torch's kernel, which has tanh alone."""
        state = [s[None] for s in self.initial_state(x.shape[1]).values()]
        return torch.lstm(*self._fused_arguments(x, state))[0]
