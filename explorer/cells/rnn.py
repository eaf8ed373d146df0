"""The simple recurrent network: h_t = f(W_hh h_{t-1} + W_xh x_t + b_h).

J. L. Elman, "Finding structure in time", Cognitive Science 14 (1990).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from explorer.cells._cell import CELLS, BlockCell, State, Symbols, Way
from explorer.cells._unroll import UnrolledCell
from explorer.texts import Text


@CELLS.register
class RNN(BlockCell, UnrolledCell):
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
    kernel = "rnn"
    kept = 0
    initialisations = ("default", "orthogonal", "identity")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equation with f as the activation."""
        return [rf"h_t &= {f}(W_{{hh}} h_{{t-1}} + W_{{xh}} x_t + b_h)"]

    def symbols(self) -> Symbols:
        """Return what `Cell.symbols` does."""
        return {
            "W_{hh}": self.weight_hh,
            "W_{xh}": self.weight_ih,
            "b_h": self.bias_ih + self.bias_hh,
        }

    def ways(self) -> dict[Way, Callable[[Tensor], Tensor]]:
        """Return the ways through a sequence: on a GPU, cuDNN's is the fastest."""
        ours = super().ways()
        if not self._alone() or self.activation not in ("tanh", "relu"):
            return ours
        fused: dict[Way, Callable[[Tensor], Tensor]] = {"fused": self.fused}
        return fused | ours if self.weight_hh.is_cuda else ours | fused

    def fused(self, x: Tensor) -> Tensor:
        """Run a whole sequence through torch's kernel; tanh and ReLU have one."""
        run = torch.rnn_tanh if self.activation == "tanh" else torch.rnn_relu
        h = self.initial_state(x.shape[1])["h"][None]
        return run(*self._fused_arguments(x, h))[0]

    def update(
        self, from_x: Tensor, from_h: Tensor, state: State, *others: Tensor
    ) -> tuple[State, State]:
        """Advance one time step; shapes as in `UnrolledCell.update`."""
        return {"h": self.f(from_x + from_h)}, {}
