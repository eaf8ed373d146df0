"""The linear recurrent unit: complex states, each turning and shrinking by itself.

A. Orvieto, S. L. Smith, A. Gu, A. Fernando, C. Gulcehre, R. Pascanu & S. De,
"Resurrecting recurrent neural networks for long sequences" (2023).
"""

import math
from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Generator, Tensor, nn

from explorer.cells._cell import CELLS, State, Symbols
from explorer.cells._scan import ScannedCell
from explorer.texts import Text


@CELLS.register
class LRU(ScannedCell):
    """The linear recurrent unit.

    s_t = lambda s_{t-1} + e^gamma (B x_t), lambda = exp(-e^nu + i e^theta),
    h_t = phi(Re(C s_t) + D x_t); s = re + i im, lambda, B and C are complex, and phi is
    the chosen activation. |lambda| < 1 whatever nu is; at birth it lies between `r_min`
    and `r_max`, as the paper has it for its longest tasks.
    """

    order = 12
    title = Text(en="LRU", zh="LRU（线性循环单元）")
    summary = Text(
        en="It was proposed to train on long sequences with a linear recurrence: each "
        "state is a complex number that one step turns by an angle and shrinks by "
        "|λ| < 1, between 0.9 and 0.999 at birth. The nonlinearity comes after the "
        "recurrence, so a parallel scan can compute all time steps together.",
        zh="它的提出是为了用线性循环在长序列上训练：每个状态是一个复数，"
        "每一步转过一个角度并按 |λ| < 1 收缩，|λ| 初始时在 0.9 与 0.999 之间。"
        "非线性放在循环之后，因此并行扫描可以一起算出所有时间步。",
    )
    source = "Orvieto et al. 2023"
    year = 2023
    states = ("h", "re", "im")
    # With torch's default all |lambda| would be near 0.37: a memory of one step.
    initialisations = ("paper",)
    r_min: ClassVar[float] = 0.9
    r_max: ClassVar[float] = 0.999

    def __init__(self, input_size: int, hidden_size: int, activation: str) -> None:
        super().__init__(input_size, hidden_size, activation)
        self.nu = nn.Parameter(torch.zeros(hidden_size))
        self.theta = nn.Parameter(torch.zeros(hidden_size))
        self.gamma = nn.Parameter(torch.zeros(hidden_size))
        self.B = nn.Parameter(torch.zeros(2, hidden_size, input_size))  # real, imag.
        self.C = nn.Parameter(torch.zeros(2, hidden_size, hidden_size))
        self.D = nn.Parameter(torch.zeros(hidden_size, input_size))

    @torch.no_grad()
    def reset(self, generator: Generator) -> None:
        """Draw lambda evenly from the ring, any angle; B, C and D to keep variances.

        gamma begins where white noise as input gives every state the same variance.
        """
        # 1 - U lies in (0, 1]: the logarithm of an angle 0 would not be finite.
        area = 1 - torch.rand(self.hidden_size, generator=generator)
        square = self.r_min**2 + area * (self.r_max**2 - self.r_min**2)
        angle = 1 - torch.rand(self.hidden_size, generator=generator)
        self.nu.copy_((-square.log() / 2).log())
        self.theta.copy_((2 * math.pi * angle).log())
        self.gamma.copy_((1 - square).log() / 2)
        self.B.normal_(0, (2 * self.input_size) ** -0.5, generator=generator)
        self.C.normal_(0, self.hidden_size**-0.5, generator=generator)
        self.D.normal_(0, self.input_size**-0.5, generator=generator)

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        re, im = r"\mathrm{re}_", r"\mathrm{im}_"
        return [
            rf"{re}t &= \Re\lambda \odot {re}{{t-1}} - \Im\lambda \odot {im}{{t-1}}",
            r"&\quad + e^{\gamma} \odot (\Re B\, x_t)",
            rf"{im}t &= \Im\lambda \odot {re}{{t-1}} + \Re\lambda \odot {im}{{t-1}}",
            r"&\quad + e^{\gamma} \odot (\Im B\, x_t)",
            r"&\quad \lambda = \exp(-e^{\nu} + i\, e^{\theta})",
            rf"h_t &= {f}(\Re C\, {re}t - \Im C\, {im}t + D x_t)",
        ]

    def symbols(self) -> Symbols:
        """Return what `Cell.symbols` does."""
        turn = self._turn().squeeze(-2)
        return {
            r"\Re\lambda": turn.real,
            r"\Im\lambda": turn.imag,
            r"e^{\gamma}": self.gamma.exp(),
            r"\Re B": self.B[0],
            r"\Im B": self.B[1],
            r"\Re C": self.C[0],
            r"\Im C": self.C[1],
            "D": self.D,
        }

    def step(self, x: Tensor, state: State) -> tuple[State, State]:
        """Advance one time step; shapes as in `Cell.step`."""
        turn, driven = self._turn(), self._driven(x)
        re = turn.real * state["re"] - turn.imag * state["im"] + driven.real
        im = turn.imag * state["re"] + turn.real * state["im"] + driven.imag
        return {"h": self._shown(x, re, im), "re": re, "im": im}, {}

    def through(self, x: Tensor, solve: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """Run a whole sequence; as in `ScannedCell.through`."""
        turn = self._turn()
        s = solve(turn.expand(len(x), *turn.shape), self._driven(x))
        return self._shown(x, s.real, s.imag)

    def _turn(self) -> Tensor:
        """Return lambda, (1, hidden), complex."""
        turn = torch.exp(torch.complex(-self.nu.exp(), self.theta.exp()))
        return turn.unsqueeze(-2)

    def _driven(self, x: Tensor) -> Tensor:
        """Return e^gamma B x, (..., hidden), complex."""
        scale = self.gamma.exp().unsqueeze(-2)
        re, im = (x @ part.mT * scale for part in self.B.unbind(-3))
        return torch.complex(re, im)

    def _shown(self, x: Tensor, re: Tensor, im: Tensor) -> Tensor:
        """Return h, (..., hidden)."""
        by_re, by_im = self.C.unbind(-3)
        return self.f(re @ by_re.mT - im @ by_im.mT + x @ self.D.mT)
