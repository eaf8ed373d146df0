"""minLSTM: an LSTM whose gates see the input alone and share one whole.

L. Feng, F. Tung, M. O. Ahmed, Y. Bengio & H. Hajimirsadeghi, "Were RNNs all we
needed?" (2024).
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from explorer.activations import ACTIVATIONS
from explorer.cells._cell import CELLS, State
from explorer.cells._scan import InputGatedCell
from explorer.texts import Text


@CELLS.register
class MinLSTM(InputGatedCell):
    """The minimal LSTM, in the paper's form whose scale does not depend on time.

    With a = sigmoid(W_f x_t + b_f) and b = sigmoid(W_i x_t + b_i): f = a / (a + b),
    i = b / (a + b), g = phi(W_g x_t + b_g), h_t = f h_{t-1} + i g; phi is the chosen
    activation, the identity in the paper. There is no cell state apart from h.
    """

    order = 14
    title = Text(en="minLSTM", zh="minLSTM（最小 LSTM）")
    summary = Text(
        en="Like minGRU, it was proposed so that a gated network can be trained over "
        "all time steps in parallel: its gates see only the input. Two gates, for "
        "keeping and for writing, are divided by their sum, so that the state stays a "
        "weighted mean of its candidates.",
        zh="与 minGRU 一样，它的提出是为了让门控网络能在所有时间步上并行训练："
        "门只看输入。保留门与写入门都除以两者之和，因此状态始终是各候选的加权平均。",
    )
    source = "Feng et al. 2024"
    year = 2024
    blocks = ("i", "f", "g")
    gates = ("i", "f")
    keep_block = "f"
    write_block = "i"
    # The paper's candidate is linear; the others bound or bend what may be written.
    activations = ("identity", *(name for name in ACTIVATIONS if name != "identity"))
    initialisations = ("default", "forget", "chrono")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        keep, write = r"\sigma(W_f x_t + b_f)", r"\sigma(W_i x_t + b_i)"
        return [
            rf"f_t &= \frac{{{keep}}}{{{keep} + {write}}}",
            r"i_t &= 1 - f_t",
            rf"g_t &= {f}(W_g x_t + b_g)",
            r"h_t &= f_t \odot h_{t-1} + i_t \odot g_t",
        ]

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        i, f, g = self._gates_and_candidate(x)
        h = f * state["h"] + i * g
        return {"h": h}, {"i": i, "f": f, "g": g}

    def through(self, x: Tensor, solve: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """Run a whole sequence; as in `ScannedCell.through`."""
        i, f, g = self._gates_and_candidate(x)
        return solve(f, i * g)

    def _gates_and_candidate(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        i, f, g = self._preactivations(x)
        # a / (a + b) = sigmoid(log a - log b), which is no 0/0 where both gates shut.
        odds = logsigmoid(f) - logsigmoid(i)
        return torch.sigmoid(-odds), torch.sigmoid(odds), self.f(g)
