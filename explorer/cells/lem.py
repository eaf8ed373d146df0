"""Long expressive memory: two states, each with a time step learned for every unit.

T. K. Rusch, S. Mishra, N. B. Erichson & M. W. Mahoney, "Long expressive memory for
sequence modeling", ICLR (2022).
"""

from typing import ClassVar

import torch
from torch import Tensor

from explorer.cells._cell import CELLS, BlockCell, State, Symbols, affine
from explorer.texts import Text


@CELLS.register
class LEM(BlockCell):
    """Long expressive memory; the paper's y is h here, its two time steps are d and e.

    d, e = dt sigmoid(W x_t + U h_{t-1} + b), m = phi(W_m x_t + U_m h_{t-1} + b_m),
    z_t = (1 - d) z_{t-1} + d m, n = phi(W_n x_t + U_n z_t + b_n),
    h_t = (1 - e) h_{t-1} + e n; phi is the chosen activation and `dt` the longest time
    step, 1 where the paper did not search for another. The rows of n in weight_hh
    belong to z, so that the blocks part the weights as in torch.nn.
    """

    order = 11
    title = Text(en="LEM", zh="LEM（长程表达记忆）")
    summary = Text(
        en="It was proposed for sequences in which fast and slow processes mix. Each "
        "unit has two states and learns from the input how long a time step each of "
        "them takes: a step near 0 keeps the state, a step of 1 rewrites it.",
        zh="它是为快慢过程混在一起的序列而提出的。每个单元有两个状态，"
        "并根据输入学习各自的时间步长：步长接近 0 时保持状态，等于 1 时改写状态。",
    )
    source = "Rusch et al. 2022"
    year = 2022
    blocks = ("d", "e", "m", "n")
    gates = ("d", "e")
    states = ("h", "z")
    keep_block = "d"
    keep_sign = -1
    initialisations = ("default", "orthogonal", "forget", "chrono")
    dt: ClassVar[float] = 1.0

    @classmethod
    def latex(cls, f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"d_t &= \Delta t\, \sigma(W_d x_t + U_d h_{t-1} + b_d)",
            r"e_t &= \Delta t\, \sigma(W_e x_t + U_e h_{t-1} + b_e)",
            rf"m_t &= {f}(W_m x_t + U_m h_{{t-1}} + b_m)",
            r"z_t &= (1 - d_t) \odot z_{t-1} + d_t \odot m_t",
            rf"n_t &= {f}(W_n x_t + U_n z_t + b_n)",
            r"h_t &= (1 - e_t) \odot h_{t-1} + e_t \odot n_t",
            rf"&\quad \Delta t = {cls.dt:g}",
        ]

    def symbols(self) -> Symbols:
        """Return what `BlockCell.symbols` does, and the longest time step."""
        own: Symbols = {r"\Delta t": self.dt}
        return super().symbols() | own

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        from_x, from_h = self._preactivations(x, state["h"])
        x_d, x_e, x_m, x_n = from_x.chunk(4, dim=-1)
        h_d, h_e, h_m, _ = from_h.chunk(4, dim=-1)
        d, e = torch.sigmoid(x_d + h_d) * self.dt, torch.sigmoid(x_e + h_e) * self.dt
        m = self.f(x_m + h_m)
        z = (1 - d) * state["z"] + d * m
        of_n = self.rows("n")
        u_n, b_n = self.weight_hh[..., of_n, :], self.bias_hh[..., of_n]
        n = self.f(x_n + affine(z, u_n, b_n))
        h = (1 - e) * state["h"] + e * n
        return {"h": h, "z": z}, {"d": d, "e": e, "m": m, "n": n}
