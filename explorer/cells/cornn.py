"""The coupled oscillatory RNN: each unit a driven, damped oscillator.

T. K. Rusch & S. Mishra, "Coupled oscillatory recurrent neural network (coRNN): an
accurate and (gradient) stable architecture for learning long time dependencies", ICLR
(2021).
"""

from typing import ClassVar

import torch
from torch import Tensor, nn

from explorer.cells._cell import CELLS, Cell, State, Symbols, affine
from explorer.texts import Text


@CELLS.register
class CoRNN(Cell):
    """The coupled oscillatory RNN; h is where an oscillator is, z how fast it moves.

    z_t = z_{t-1} + dt (phi(W_x x_t + W_z z_{t-1} + W_h h_{t-1} + b)
    - gamma h_{t-1} - epsilon z_{t-1}), h_t = h_{t-1} + dt z_t; phi is the chosen
    activation. It is h'' = phi(W_x x + W_z h' + W_h h + b) - gamma h - epsilon h' in
    time steps of dt. `dt`, the stiffness `gamma` and the damping `epsilon` are those of
    the authors' code for the adding problem.
    """

    order = 10
    title = Text(en="coRNN", zh="coRNN（耦合振荡 RNN）")
    summary = Text(
        en="It was proposed to keep states and gradients from growing without any gate "
        "or constraint on the weights. Every unit is a damped oscillator with place h "
        "and speed z, and input and the other units can only push it with a bounded "
        "force.",
        zh="它的提出是为了不用门、也不约束权重，就让状态与梯度不会失控增长。"
        "每个单元都是一个有阻尼的振子，h 是位置，z 是速度；"
        "输入和其他单元只能以有界的力推动它。",
    )
    source = "Rusch & Mishra 2021"
    year = 2021
    states = ("h", "z")
    # What bounds h is that the force is bounded.
    activations = ("tanh", "sigmoid", "softsign")
    initialisations = ("default",)
    dt: ClassVar[float] = 0.06
    gamma: ClassVar[float] = 66.0
    epsilon: ClassVar[float] = 15.0

    def __init__(self, input_size: int, hidden_size: int, activation: str) -> None:
        super().__init__(input_size, hidden_size, activation)
        self.weight_ih = nn.Parameter(torch.zeros(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.weight_zh = nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(hidden_size))

    @classmethod
    def latex(cls, f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            rf"z_t &= z_{{t-1}} + \Delta t\, ({f}(W_x x_t + W_z z_{{t-1}}",
            r"&\quad + W_h h_{t-1} + b) - \gamma h_{t-1} - \epsilon z_{t-1})",
            r"h_t &= h_{t-1} + \Delta t\, z_t",
            rf"&\quad \Delta t = {cls.dt},\ \gamma = {cls.gamma:g},"
            rf"\ \epsilon = {cls.epsilon:g}",
        ]

    def symbols(self) -> Symbols:
        """Return what `Cell.symbols` does."""
        return {
            "W_x": self.weight_ih,
            "W_z": self.weight_zh,
            "W_h": self.weight_hh,
            "b": self.bias,
            r"\Delta t": self.dt,
            r"\gamma": self.gamma,
            r"\epsilon": self.epsilon,
        }

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        h, z = state["h"], state["z"]
        pushed = z @ self.weight_zh.mT + h @ self.weight_hh.mT
        force = self.f(pushed + affine(x, self.weight_ih, self.bias))
        z = z + self.dt * (force - self.gamma * h - self.epsilon * z)
        h = h + self.dt * z
        return {"h": h, "z": z}, {}
