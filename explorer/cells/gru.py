"""The gated recurrent unit: one state, a gate to keep it and a gate to look at it.

K. Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014), in
the variant of cuDNN and PyTorch, where r gates U_n h + b' after the product.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from explorer.cells._cell import CELLS, BlockCell, State, Symbols, Way
from explorer.cells._unroll import UnrolledCell
from explorer.texts import Text


@CELLS.register
class GRU(BlockCell, UnrolledCell):
    """The gated recurrent unit.

    r, z = sigmoid(W x_t + U h_{t-1} + b),
    n = phi(W_n x_t + b_n + r (U_n h_{t-1} + b'_n)), h_t = (1 - z) n + z h_{t-1};
    phi is the chosen activation. z near 1 keeps the state.
    """

    order = 3
    title = Text(en="GRU", zh="GRU（门控循环单元）")
    summary = Text(
        en="The LSTM's idea with one state and two gates: z blends the old state with "
        "a new candidate, r decides how much of the old the candidate sees.",
        zh="用一个状态、两个门实现 LSTM 的想法：z 把旧状态与新候选混合，"
        "r 决定候选能看到多少旧状态。",
    )
    source = "Cho et al. 2014"
    year = 2014
    blocks = ("r", "z", "n")
    kernel = "gru"
    rows_of_x = np.array([0, 1, 3])  # of r, z and, apart from U_n h + b'_n, n
    gates = ("r", "z")
    keep_block = "z"
    initialisations = ("default", "orthogonal", "forget", "chrono")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"r_t &= \sigma(W_r x_t + U_r h_{t-1} + b_r)",
            r"z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z)",
            rf"n_t &= {f}(W_n x_t + b_n",
            r"&\quad + r_t \odot (U_n h_{t-1} + b'_n))",
            r"h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}",
        ]

    def symbols(self) -> Symbols:
        """Return what `BlockCell.symbols` does, with the two biases of n apart."""
        of = self.rows("n")
        own: Symbols = {"b_n": self.bias_ih[of], "b'_n": self.bias_hh[of]}
        return super().symbols() | own

    def update(
        self, from_x: Tensor, from_h: Tensor, state: State, *others: Tensor
    ) -> tuple[State, State]:
        """Advance one time step; shapes as in `UnrolledCell.update`."""
        x_r, x_z, x_n = from_x.chunk(3, dim=-1)
        h_r, h_z, h_n = from_h.chunk(3, dim=-1)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = self.f(x_n + r * h_n)
        h = (1 - z) * n + z * state["h"]
        return {"h": h}, {"r": r, "z": z, "n": n}

    def ways(self) -> dict[Way, Callable[[Tensor], Tensor]]:
        """Return the ways through a sequence: on a GPU, cuDNN's is the fastest."""
        ours = super().ways()
        if not self._alone() or self.activation != "tanh":
            return ours
        fused: dict[Way, Callable[[Tensor], Tensor]] = {"fused": self.fused}
        return fused | ours if self.weight_hh.is_cuda else ours | fused

    def fused(self, x: Tensor) -> Tensor:
        """Run a whole sequence through torch's kernel, which has tanh alone."""
        h = self.initial_state(x.shape[1])["h"][None]
        return torch.gru(*self._fused_arguments(x, h))[0]
