"""The gated recurrent unit: one state, a gate to keep it and a gate to look at it.

K. Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014), in
the variant of cuDNN and PyTorch, where r gates U_n h + b' after the product.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from explorer.activations import ACTIVATIONS
from explorer.cells._cell import CELLS, BlockCell, State, Symbols, Way
from explorer.cells._unroll import (
    Path,
    UnrolledCell,
    Weights,
    multiply_,
    sums,
    unstretched,
)
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

    def forwards(self, x: Tensor, weights: Weights) -> Path:
        """Run through time; as in `UnrolledCell.forwards`.

        h_t is a mean of n and h_{t-1}, so where these are stretched, it is so too.
        """
        scale, into = self.stretch()
        (w_a, w_n), (b_a, b_n), turn = self._stretched(weights, scale)
        a, sum_n = sums(x, w_a, b_a), sums(x, w_n, b_n)
        n = torch.empty_like(sum_n)
        y = n.new_empty(len(n) + 1, *n.shape[1:])
        y[0] = (scale - 1) / 2
        ys = y.unbind()
        r, z, u = (part.unbind() for part in a.chunk(3, dim=-1))
        gates = a[..., : 2 * self.hidden_size].unbind()
        steps = zip(a.unbind(), sum_n.unbind(), n.unbind(), strict=True)
        for t, (a_t, sum_t, n_t) in enumerate(steps):
            multiply_(a_t, ys[t], turn)
            gates[t].sigmoid_()
            into(sum_t.addcmul_(r[t], u[t]), out=n_t)
            torch.lerp(n_t, ys[t], z[t], out=ys[t + 1])
        h = unstretched(y, scale)
        return h[1:], h[:-1], a, sum_n, unstretched(n, scale)

    def _stretched(self, weights: Weights, scale: int) -> tuple:
        """Return the weights that see x, their biases, and U transposed, stretched.

        The first of W and b begin the sums of the blocks: W x + b + b' for r and z, b'
        alone for n, where r has to multiply it first. The second are W_n and b_n.
        """
        w, u, b, c = weights
        c = c - (scale - 1) * u.sum(-1)
        rows = self.rows("n")
        stretch = u.new_ones(u.shape[-2])
        stretch[rows] = scale
        of_x = torch.ones_like(stretch)
        of_x[rows] = 0
        w_a, b_a = w * of_x.unsqueeze(-1), b * of_x + c * stretch
        w_n, b_n = scale * w[..., rows, :], scale * b[..., rows]
        return (w_a, w_n), (b_a, b_n), (u * (scale * stretch).unsqueeze(-1)).mT

    def backwards(
        self, gradient: Tensor, path: Path, weights: Weights
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Run back through time; as in `UnrolledCell.backwards`."""
        _, before, a, sum_n, n = path
        by_h, to_n = self._slopes(before, a, sum_n, n)
        total, flat = gradient.clone(), by_h.unbind()
        totals, wide = total.unbind(), total.unsqueeze(-2).unbind()
        blocks = by_h.unflatten(-1, (3, self.hidden_size)).unbind()
        z = a[..., self.rows("z")].unbind()
        for t in range(len(total) - 1, -1, -1):
            blocks[t].mul_(wide[t])
            if t:
                totals[t - 1].addcmul_(totals[t], z[t])
                multiply_(totals[t - 1], flat[t], weights[1])
        by_x = by_h.clone()
        torch.mul(total, to_n, out=by_x[..., self.rows("n")])
        return by_x, by_h, []

    def _slopes(
        self, before: Tensor, a: Tensor, sum_n: Tensor, n: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return dh_t/d(U h_{t-1} + b') and dh_t/d(n's sum), for all t."""
        scale, _ = self.stretch()
        r, z, u = a.chunk(3, dim=-1)
        by_h = torch.empty_like(a)
        by_r, by_z, by_n = by_h.chunk(3, dim=-1)
        to_n = ACTIVATIONS[self.activation].slope(sum_n, n)
        to_n.addcmul_(to_n, z, value=-1)
        torch.mul(to_n, r, out=by_n)
        torch.mul(by_n, torch.addcmul(u, u, r, value=-1).div_(scale), out=by_r)
        difference = (before - n).mul_(z)
        torch.addcmul(difference, difference, z, value=-1, out=by_z)
        return by_h, to_n
