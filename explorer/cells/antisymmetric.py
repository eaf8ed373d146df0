"""The antisymmetric RNN: h takes small steps, and its recurrent matrix only turns it.

B. Chang, M. Chen, E. Haber & E. H. Chi, "AntisymmetricRNN: A dynamical system view on
recurrent neural networks" (2019).
"""

from typing import ClassVar

import torch
from torch import Tensor

from explorer.cells._cell import CELLS, BlockCell, State, Symbols
from explorer.cells._unroll import UnrolledCell, Weights
from explorer.kernels.constants import EPSILON
from explorer.texts import Text


@CELLS.register
class AntisymmetricRNN(BlockCell, UnrolledCell):
    """h_t = h_{t-1} + epsilon phi((W - W' - gamma I) h_{t-1} + V x_t + b).

    W' is W transposed, phi the chosen activation, `epsilon` the step's size and `gamma`
    the diffusion against the growth that finite steps bring. W - W' has imaginary
    eigenvalues alone. With slopes phi' between 0 and 1, the eigenvalues of
    phi' (W - W' - gamma I) have real parts between -gamma and 0; so those of
    dh_t/dh_{t-1}, 1 + epsilon times them, lie near the unit circle.
    """

    order = 9
    title = Text(en="antisymmetric RNN", zh="反对称 RNN")
    summary = Text(
        en="In a simple RNN the past fades or explodes as the weights happen to "
        "stretch it; this one was proposed to hold it steady by design, without gates. "
        "Its recurrent matrix W − Wᵀ by itself only turns the state, and small steps ε "
        "add to h instead of rewriting it.",
        zh="在简单 RNN 中，过去的信息消失还是爆炸，取决于权重碰巧怎样拉伸；"
        "提出这种单元，是要不用门而靠结构本身让它保持平稳。"
        "它的循环矩阵 W − Wᵀ 本身只转动状态，小步长 ε 把变化加到 h 上，而不是改写 h。",
    )
    source = "Chang et al. 2019"
    year = 2019
    blocks = ("h",)
    kernel = "antisymmetric"
    # Without GELU and SiLU: where their slope is negative, the diffusion feeds growth.
    activations = (
        "tanh",
        "relu",
        "sigmoid",
        "identity",
        "leaky_relu",
        "softsign",
        "elu",
    )
    # An orthogonal W is not one any more after W - W', and the identity leaves nothing.
    initialisations = ("default",)
    epsilon: ClassVar[float] = EPSILON
    gamma: ClassVar[float] = 0.1

    @classmethod
    def latex(cls, f: str) -> list[str]:
        """Return the cell's equation with f as the activation."""
        matrix = r"(W_{hh} - W_{hh}^\top - \gamma I)"
        return [
            rf"h_t &= h_{{t-1}} + \epsilon\, {f}({matrix} h_{{t-1}}",
            r"&\quad + W_{xh} x_t + b_h)",
            rf"&\quad \epsilon = {cls.epsilon},\ \gamma = {cls.gamma}",
        ]

    def symbols(self) -> Symbols:
        """Return what `Cell.symbols` does."""
        return {
            "W_{hh}": self.weight_hh,
            r"W_{hh}^\top": self.weight_hh.mT,
            "I": torch.eye(self.hidden_size).to(self.weight_hh),
            "W_{xh}": self.weight_ih,
            "b_h": self.bias_ih + self.bias_hh,
            r"\epsilon": self.epsilon,
            r"\gamma": self.gamma,
        }

    def weights(self) -> Weights:
        """Return what `UnrolledCell.weights` does."""
        weight_ih, weight_hh, *biases = super().weights()
        diffusion = self.gamma * torch.eye(self.hidden_size).to(weight_hh)
        return weight_ih, weight_hh - weight_hh.mT - diffusion, *biases

    def update(
        self, from_x: Tensor, from_h: Tensor, state: State, *others: Tensor
    ) -> tuple[State, State]:
        """Advance one time step; shapes as in `UnrolledCell.update`."""
        h = state["h"] + self.epsilon * self.f(from_x + from_h)
        return {"h": h}, {}
