"""minGRU: a GRU whose gate and candidate see the input alone.

L. Feng, F. Tung, M. O. Ahmed, Y. Bengio & H. Hajimirsadeghi, "Were RNNs all we
needed?" (2024).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from explorer.activations import ACTIVATIONS
from explorer.cells._cell import CELLS, State
from explorer.cells._scan import InputGatedCell
from explorer.texts import Text


@CELLS.register
class MinGRU(InputGatedCell):
    """The minimal GRU.

    z = sigmoid(W_z x_t + b_z), n = phi(W_n x_t + b_n), h_t = (1 - z) h_{t-1} + z n;
    phi is the chosen activation, the identity in the paper. Beware: z near 1 rewrites
    the state here, in torch's GRU it keeps it.
    """

    order = 13
    title = Text(en="minGRU", zh="minGRU（最小 GRU）")
    summary = Text(
        en="A gated state normally has to be computed one step after another; minGRU "
        "was proposed to lift that, since its gate and candidate see only the input. "
        "The state then depends linearly on the one before, and a parallel scan finds "
        "all time steps in about log₂ T rounds.",
        zh="带门的状态通常只能一步接一步地计算；minGRU 的门和候选只看输入，"
        "正是为去掉这一限制而提出的。这样，状态线性地依赖于前一个状态，"
        "并行扫描约用 log₂ T 轮即可求出所有时间步。",
    )
    source = "Feng et al. 2024"
    year = 2024
    blocks = ("z", "n")
    gates = ("z",)
    keep_block = "z"
    keep_sign = -1
    # The paper's candidate is linear; the others bound or bend what may be written.
    activations = ("identity", *(name for name in ACTIVATIONS if name != "identity"))
    initialisations = ("default", "forget", "chrono")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"z_t &= \sigma(W_z x_t + b_z)",
            rf"n_t &= {f}(W_n x_t + b_n)",
            r"h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot n_t",
        ]

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        z, n = self._gate_and_candidate(x)
        h = (1 - z) * state["h"] + z * n
        return {"h": h}, {"z": z, "n": n}

    def through(self, x: Tensor, solve: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """Run a whole sequence; as in `ScannedCell.through`."""
        z, n = self._gate_and_candidate(x)
        return solve(1 - z, z * n)

    def _gate_and_candidate(self, x: Tensor) -> tuple[Tensor, Tensor]:
        z, n = self._preactivations(x)
        return torch.sigmoid(z), self.f(n)
