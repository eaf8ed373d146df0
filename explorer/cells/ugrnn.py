"""The update-gate RNN: a simple RNN with one gate between its old and its new state.

J. Collins, J. Sohl-Dickstein & D. Sussillo, "Capacity and trainability in recurrent
neural networks" (2017).
"""

import torch
from torch import Tensor

from explorer.cells._cell import CELLS, BlockCell, State
from explorer.cells._unroll import UnrolledCell
from explorer.texts import Text


@CELLS.register
class UGRNN(BlockCell, UnrolledCell):
    """The update-gate RNN, a GRU without the reset gate.

    z = sigmoid(W_z x_t + U_z h_{t-1} + b_z), n = phi(W_n x_t + U_n h_{t-1} + b_n),
    h_t = z h_{t-1} + (1 - z) n; phi is the chosen activation. The letters are the
    GRU's; the paper writes g for z and c for n.
    """

    order = 8
    title = Text(en="UGRNN", zh="UGRNN（更新门 RNN）")
    summary = Text(
        en="A simple RNN holds nothing without passing it through its weights at every "
        "step; the UGRNN was proposed as a single gate's step from it towards the GRU. "
        "The gate z blends the old state with what a simple RNN would make of it.",
        zh="简单 RNN 要保住任何信息，每一步都得让它穿过权重；"
        "提出 UGRNN，是想只用一个门，从它向 GRU 迈进一步。"
        "门 z 把旧状态与简单 RNN 会算出的新状态混合。",
    )
    source = "Collins et al. 2017"
    year = 2017
    blocks = ("z", "n")
    kernel = "ugrnn"
    gates = ("z",)
    keep_block = "z"
    initialisations = ("default", "orthogonal", "forget", "chrono")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z)",
            rf"n_t &= {f}(W_n x_t + U_n h_{{t-1}} + b_n)",
            r"h_t &= z_t \odot h_{t-1} + (1 - z_t) \odot n_t",
        ]

    def update(
        self, from_x: Tensor, from_h: Tensor, state: State, *others: Tensor
    ) -> tuple[State, State]:
        """Advance one time step; shapes as in `UnrolledCell.update`."""
        z, n = (from_x + from_h).chunk(2, dim=-1)
        z, n = torch.sigmoid(z), self.f(n)
        h = z * state["h"] + (1 - z) * n
        return {"h": h}, {"z": z, "n": n}
