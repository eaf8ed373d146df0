"""Computing a cell's equations term by term, as they are written.

`step` says only what comes out. Here every term of every line is kept, for many time
steps at once; what the lines define is what `step` returns, to rounding.
"""

from collections.abc import Callable, Mapping
from functools import cache, reduce

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from explorer.cells import Cell
from explorer.probes._latex import Definition, F, Node, definitions

NOW, BEFORE, FIRST = "_t", "_{t-1}", "_1"


def state_symbol(cell: Cell, name: str, when: str = NOW) -> str:
    """Return how a state or gate is written in a cell's equations, such as "h_t"."""
    written = "".join(cell.latex(F))
    return name + when if name + NOW in written else rf"\mathrm{{{name}}}{when}"


class Equations:
    """A cell's equations with all their terms, over N independent time steps.

    Args:
        cell: one layer, in float64.
        x: (N, input).
        before: state's name -> (N, hidden), before each of the time steps.
        first: (N,), whether it is a sequence's first time step.
        held: symbol -> (N, hidden), what is not computed but held at these values; NaN
            where it is computed all the same.
        cut: whether a state that a later line reads is taken as given there, so that
            the derivative by it is that of this one use.

    Attributes:
        lines: the equations.
        values: node -> its value: (N, rows) for what has a time step, (rows, columns)
            for a matrix, (rows,) for a vector, a number.
        defined: symbol -> (N, hidden), what the lines define.
    """

    def __init__(
        self,
        cell: Cell,
        x: Tensor,
        before: Mapping[str, Tensor],
        first: Tensor,
        held: Mapping[str, Tensor] | None = None,
        cut: bool = False,
    ) -> None:
        self.cell, self.first, self.held = cell, first, held or {}
        self.cut = {state_symbol(cell, name) for name in cell.states} if cut else set()
        self.lines = _lines(type(cell))
        self.values: dict[Node, Tensor] = {}
        self.defined: dict[str, Tensor] = {}
        self._known = {"x_t": x}
        for name in cell.states:
            self._known[state_symbol(cell, name, BEFORE)] = before[name]
        self._functions: dict[str, Callable[..., Tensor]] = {
            r"\sigma": torch.sigmoid,
            F: cell.f,
            r"\exp": torch.exp,
            r"\max": torch.maximum,
            r"\min": torch.minimum,
        }
        for name, meaning in cell.symbols().items():
            if isinstance(meaning, float | int | Tensor):
                self._known[name] = torch.as_tensor(meaning, dtype=x.dtype)
            else:
                self._functions[name] = meaning
        self._with_time = set(self._known) - set(cell.symbols())
        self._spread: dict[str, Tensor] = {}
        for line in self.lines:
            if line.tree and not line.names[0].endswith(FIRST):
                self._define(line)

    def state(self, name: str) -> Tensor:
        """Return a state after the time steps, (N, hidden)."""
        return self.defined[state_symbol(self.cell, name)]

    def beginning(self, name: str) -> Node | None:
        """Return what defines a symbol at a sequence's first time step instead."""
        wanted = name.removesuffix(NOW) + FIRST
        return next((d.tree for d in self.lines if d.names[0] == wanted), None)

    def is_matrix(self, node: Node) -> bool:
        """Return whether a node is a matrix, such as W - W' - gamma I."""
        if node.kind == "symbol":
            known = self._known.get(node.name)
            timeless = node.name not in self._with_time
            return timeless and known is not None and known.dim() == 2
        return (
            node.kind in ("sum", "product")
            and any(map(self.is_matrix, node.parts))
            and not self.is_applied(node)
        )

    def is_applied(self, node: Node) -> bool:
        """Return whether a node is a matrix times something that has a time step."""
        return (
            node.kind == "product"
            and self.is_matrix(node.parts[0])
            and not self.is_matrix(node.parts[-1])
        )

    def _define(self, line: Definition) -> None:
        if line.names[0] in self.defined or line.tree is None:
            return
        value = self._value(line.tree)
        if (otherwise := self.beginning(line.names[0])) is not None:
            value = torch.where(self.first[:, None], self._value(otherwise), value)
        for name, part in zip(
            line.names, value.chunk(len(line.names), -1), strict=True
        ):
            if name in self.held:
                part = torch.where(self.held[name].isnan(), part, self.held[name])
            self.defined[name] = part
            if name in self.cut:
                part = part.detach().requires_grad_()
            self._known[name] = part
            self._with_time.add(name)

    def _value(self, node: Node) -> Tensor:
        if node not in self.values:
            self.values[node] = self._computed(node)
        return self.values[node]

    def _computed(self, node: Node) -> Tensor:
        if node.kind == "symbol":
            return self._symbol(node.name)
        if node.kind == "number":
            return self.first.new_tensor(float(node.name), dtype=torch.float64)
        if node.kind == "call":
            return self._call(node)
        parts = [self._value(part) for part in node.parts]
        if node.kind == "ratio":
            return parts[0] / parts[1]
        if node.kind == "sum":
            signed = zip(parts, node.signs, strict=True)
            return reduce(torch.add, [p if s == "+" else -p for p, s in signed])
        if self.is_applied(node):
            return parts[1] @ parts[0].mT
        signed = zip(parts[1:], node.signs[1:], strict=True)
        return reduce(
            lambda a, b: a / b[0] if b[1] == "/" else a * b[0], signed, parts[0]
        )

    def _call(self, node: Node) -> Tensor:
        (inner, *_) = node.parts
        if node.name == r"\log":  # of sigma, which may be 0 where its logarithm is not
            self._value(inner)
            return logsigmoid(self._value(inner.parts[0]))
        values = [self._value(part) for part in node.parts]
        if len(values) > 1:
            values = list(torch.broadcast_tensors(*values))
        return self._functions[node.name](*values)

    def _symbol(self, name: str) -> Tensor:
        if name not in self._known:
            self._define(next(line for line in self.lines if name in line.names))
        value = self._known[name]
        if name in self._with_time or value.dim() != 1:
            return value
        # A vector of weights, once for each time step: each has its own derivative.
        if name not in self._spread:
            wide = value.expand(len(self.first), -1)
            self._spread[name] = wide.detach().requires_grad_() if self.cut else wide
        return self._spread[name]


@cache
def _lines(kind: type[Cell]) -> list[Definition]:
    """Return a kind of cell's equations: the same trees whenever they are asked for."""
    return definitions(kind.latex(F))


def one_step(
    cell: Cell,
    x: Tensor,
    state: dict[str, Tensor],
    first: bool,
    held: Mapping[str, Tensor],
) -> dict[str, Tensor]:
    """Return the state after one time step with some gates held, (batch, hidden) each.

    Args:
        cell: one layer, in float64.
        x: (batch, input).
        state: the state before.
        first: whether it is the sequence's first time step.
        held: gate's name -> (batch, hidden).
    """
    begins = torch.full((len(x),), first)
    after, gates = cell.step(x, state)
    free, kept = (
        Equations(cell, x, state, begins, _written(cell, values))
        for values in ({name: gates[name] for name in held}, held)
    )
    # Their difference, added to what `step` says: holding a gate where it is anyway
    # changes nothing at all, not even by rounding.
    return {name: after[name] + (kept.state(name) - free.state(name)) for name in after}


def _written(cell: Cell, gates: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {state_symbol(cell, name): value for name, value in gates.items()}
