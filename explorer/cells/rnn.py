"""The simple recurrent network: h_t = f(W_hh h_{t-1} + W_xh x_t + b_h).

J. L. Elman, "Finding structure in time", Cognitive Science 14 (1990).
"""

import torch
from torch import Tensor

from explorer.cells._cell import CELLS, BlockCell, State
from explorer.texts import Text


@CELLS.register
class RNN(BlockCell):
    """h_t = f(W_hh h_{t-1} + W_xh x_t + b_h), with b_h = bias_ih + bias_hh."""

    order = 1
    title = Text(en="RNN", zh="RNN（简单循环网络）")
    summary = Text(
        en="One state, rewritten at every step: what came long ago must pass through "
        "every step since, and so must its gradient.",
        zh="只有一个状态，每一步都被改写：很久以前的信息必须穿过其后的每一步，"
        "它的梯度也是如此。",
    )
    source = "Elman 1990"
    year = 1990
    blocks = ("h",)
    initialisations = ("default", "orthogonal", "identity")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equation with f as the activation."""
        return [rf"h_t &= {f}(W_{{hh}} h_{{t-1}} + W_{{xh}} x_t + b_h)"]

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        from_x, from_h = self._preactivations(x, state["h"])
        h = self.f(from_x + from_h)
        return {"h": h}, {}

    def sequence(self, x: Tensor) -> Tensor:
        """Run a whole sequence, through torch's kernel where it has one."""
        fused = {"tanh": torch.rnn_tanh, "relu": torch.rnn_relu}.get(self.activation)
        if fused is None:
            return super().sequence(x)
        h = self.initial_state(x.shape[1])["h"][None]
        return fused(*self._fused_arguments(x, h))[0]
