"""Long short-term memory: a cell state c that gates write to, keep and read.

S. Hochreiter & J. Schmidhuber, "Long short-term memory", Neural Computation 9 (1997);
forget gate: F. A. Gers, J. Schmidhuber & F. Cummins, Neural Computation 12 (2000).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from explorer.activations import ACTIVATIONS
from explorer.cells._cell import CELLS, BlockCell, State, Way
from explorer.cells._unroll import Path, UnrolledCell, Weights, multiply_, sums
from explorer.texts import Text


@CELLS.register
class LSTM(BlockCell, UnrolledCell):
    """The LSTM with a forget gate.

    i, f, o = sigmoid(W x_t + U h_{t-1} + b), g = phi(W_g x_t + U_g h_{t-1} + b_g),
    c_t = f c_{t-1} + i g, h_t = o phi(c_t); phi is the chosen activation.
    """

    order = 2
    title = Text(en="LSTM", zh="LSTM（长短期记忆）")
    summary = Text(
        en="A second state c that is added to instead of rewritten; gates decide what "
        "to keep, to write and to show.",
        zh="多了一个状态 c，它被累加而不是被改写；门决定保留什么、写入什么、输出什么。",
    )
    source = "Hochreiter & Schmidhuber 1997; Gers et al. 2000"
    year = 1997
    blocks = ("i", "f", "g", "o")
    gates = ("i", "f", "o")
    states = ("h", "c")
    keep_block = "f"
    write_block = "i"
    initialisations = ("default", "orthogonal", "forget", "chrono")

    @staticmethod
    def latex(f: str) -> list[str]:
        """Return the cell's equations with f as the activation."""
        return [
            r"i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i)",
            r"f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f)",
            rf"g_t &= {f}(W_g x_t + U_g h_{{t-1}} + b_g)",
            r"o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o)",
            r"c_t &= f_t \odot c_{t-1} + i_t \odot g_t",
            rf"h_t &= o_t \odot {f}(c_t)",
        ]

    def update(
        self, from_x: Tensor, from_h: Tensor, state: State, *others: Tensor
    ) -> tuple[State, State]:
        """Advance one time step; shapes as in `UnrolledCell.update`."""
        i, f, g, o = (from_x + from_h).chunk(4, dim=-1)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), self.f(g), torch.sigmoid(o)
        c = f * state["c"] + i * g
        h = o * self.f(c)
        return {"h": h, "c": c}, {"i": i, "f": f, "g": g, "o": o}

    def ways(self) -> dict[Way, Callable[[Tensor], Tensor]]:
        """Return the ways through a sequence: torch's kernel is the fastest."""
        ours = super().ways()
        if not self._alone() or self.activation != "tanh":
            return ours
        return {"fused": self.fused, **ours}

    def fused(self, x: Tensor) -> Tensor:
        """Run a whole sequence through torch's kernel, which has tanh alone."""
        state = [s[None] for s in self.initial_state(x.shape[1]).values()]
        return torch.lstm(*self._fused_arguments(x, state))[0]

    def forwards(self, x: Tensor, weights: Weights) -> Path:
        """Run through time; as in `UnrolledCell.forwards`.

        The blocks stand as o, i, f, g here: the gates together, and those that c sees.
        """
        weight_ih, weight_hh, bias_ih, bias_hh = weights
        into = ACTIVATIONS[self.activation].into
        bias = self._gates_first(bias_ih + bias_hh, -1)
        a = sums(x, self._gates_first(weight_ih, -2), bias)
        turn = self._gates_first(weight_hh, -2).mT
        o, i, f, sum_g = (part.unbind() for part in a.chunk(4, dim=-1))
        gates = a[..., : 3 * self.hidden_size].unbind()
        h = a.new_empty(len(a) + 1, *a.shape[1:-1], self.hidden_size)
        c = torch.empty_like(h)
        h[0], c[0] = 0, 0
        g, shown = torch.empty_like(h[1:]), torch.empty_like(h[1:])
        hs, cs = h.unbind(), c.unbind()
        steps = zip(a.unbind(), g.unbind(), shown.unbind(), strict=True)
        for t, (a_t, g_t, shown_t) in enumerate(steps):
            multiply_(a_t, hs[t], turn)
            gates[t].sigmoid_()
            into(sum_g[t], out=g_t)
            torch.mul(f[t], cs[t], out=cs[t + 1]).addcmul_(i[t], g_t)
            into(cs[t + 1], out=shown_t)
            torch.mul(o[t], shown_t, out=hs[t + 1])
        return h[1:], a, c, g, shown

    def _gates_first(self, blocks: Tensor, axis: int) -> Tensor:
        """Return blocks i, f, g, o along an axis as o, i, f, g."""
        i, f, g, o = blocks.chunk(4, dim=axis)
        return torch.cat([o, i, f, g], dim=axis)

    def backwards(
        self, gradient: Tensor, path: Path, weights: Weights
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Run back through time; as in `UnrolledCell.backwards`."""
        _, a, c, g, shown = path
        by_sum, to_c = self._slopes(a, c, g, shown)
        blocks = by_sum.unflatten(-1, (4, self.hidden_size))
        to_o, to_others = blocks[..., :1, :].unbind(), blocks[..., 1:, :].unbind()
        turn, flat = self._gates_first(weights[1], -2), by_sum.unbind()
        total = gradient.clone()
        totals, wide = total.unbind(), total.unsqueeze(-2).unbind()
        f = a.unflatten(-1, (4, self.hidden_size))[..., 2:3, :].unbind()
        kept, to_c_wide = torch.zeros_like(wide[0]), to_c.unsqueeze(-2).unbind()
        for t in range(len(a) - 1, -1, -1):
            kept.addcmul_(wide[t], to_c_wide[t])
            to_o[t].mul_(wide[t])
            to_others[t].mul_(kept)
            kept.mul_(f[t])
            if t:
                multiply_(totals[t - 1], flat[t], turn)
        o, i, f, g = by_sum.chunk(4, dim=-1)
        by_sum = torch.cat([i, f, g, o], dim=-1)
        return by_sum, by_sum, []

    def _slopes(
        self, a: Tensor, c: Tensor, g: Tensor, shown: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return what the sums do, o's to h_t and the others' to c_t, and dh_t/dc_t."""
        slope = ACTIVATIONS[self.activation].slope
        o, i, f, sum_g = a.chunk(4, dim=-1)
        by_sum = torch.empty_like(a)
        by_o, by_i, by_f, by_g = by_sum.chunk(4, dim=-1)
        for gate, reach, by in ((o, shown, by_o), (i, g, by_i), (f, c[:-1], by_f)):
            opened = gate * reach
            torch.addcmul(opened, opened, gate, value=-1, out=by)
        torch.mul(slope(sum_g, g), i, out=by_g)
        return by_sum, slope(c[1:], shown).mul_(o)
