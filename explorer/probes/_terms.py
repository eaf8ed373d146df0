"""The terms of a unit's equations: each gets values, slopes and what it is made of."""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from explorer.activations import ACTIVATIONS
from explorer.cells import Cell
from explorer.probes._equations import BEFORE, NOW, Equations, state_symbol
from explorer.probes._latex import Definition, Node
from explorer.probes._written import Piece, Pieces, Writer, note, pieces, symbol


class Product(NamedTuple):
    """What a matrix does to a vector, in one row: the sum of weight times entry.

    Attributes:
        matrix: the matrix as it is written.
        vector: the vector as it is written.
        of: the name of the vector's entries: "x", a state, or "" for something else.
        now: whether it is of this time step and not of the one before.
        weights: (J,), the row.
        entries: (time, J).
        slopes: (J,), dL/dW_j of the sequence, summed over its time steps.
    """

    matrix: Pieces
    vector: Pieces
    of: str
    now: bool
    weights: np.ndarray
    entries: np.ndarray
    slopes: np.ndarray


class Number(NamedTuple):
    """One number on the page.

    Attributes:
        label: what it is, as it is written.
        values: (time,).
        slopes: (time,), dL/d of it at each time step; NaN where that is not known.
        parts: the numbers that it is made of.
        product: what is summed up in it, for a matrix times a vector.
        state: the state or gate that it is, if it is one, and `before` whether it is
            that of the time step before.
    """

    label: Pieces
    values: np.ndarray
    slopes: np.ndarray
    parts: list[int]
    product: Product | None
    state: str
    before: bool


class Row(NamedTuple):
    """One line of the cell for one unit.

    Attributes:
        left: what is defined; empty for a line that only says what a constant is.
        right: what it is, as it is written.
        chain: the same with numbers, each entry worked out one step further.
        first: `chain` at the first time step, where that is another.
        value: which number it comes to; -1 for a line without numbers.
    """

    left: Pieces
    right: Pieces
    chain: list[Pieces]
    first: list[Pieces]
    value: int


class Inside(NamedTuple):
    """All lines of a cell for one unit."""

    rows: list[Row]
    numbers: list[Number]


class Collector:
    """Numbers the terms of a unit's lines, and writes the lines with them."""

    def __init__(
        self,
        cell: Cell,
        equations: Equations,
        states: Mapping[str, np.ndarray],
        totals: Mapping[str, np.ndarray],
        unit: int,
        sloped: bool = True,
    ) -> None:
        self.cell, self.equations, self.unit = cell, equations, unit
        self.states, self.totals = states, totals
        self.named = {
            state_symbol(cell, name, when): (name, when == BEFORE)
            for name in (*cell.states, *cell.gates)
            for when in (NOW, BEFORE)
        }
        self.activation = ACTIVATIONS[cell.activation].latex
        self.numbers: list[Number] = []
        self.known: dict[tuple[Node | str, int], int] = {}
        self.slopes = self._slopes() if sloped else {}

    def collected(self) -> Inside:
        rows: list[Row] = []
        for line in self.equations.lines:
            rows += self._rows(line)
        return Inside(rows, self.numbers)

    def _slopes(self) -> dict[int, Tensor]:
        """Return id of a value -> its derivative, for all that has a time step."""
        equations, cell = self.equations, self.cell
        loss = torch.zeros((), dtype=torch.float64)
        for name in cell.states:
            total = torch.from_numpy(np.ascontiguousarray(self.totals[name]))
            loss = loss + (equations.state(name) * total).sum()
        wanted = [*equations.values.values(), *equations.defined.values()]
        wanted = list({id(v): v for v in wanted if v.requires_grad}.values())
        found = torch.autograd.grad(loss, wanted, allow_unused=True)
        return {id(v): g for v, g in zip(wanted, found, strict=True) if g is not None}

    def _rows(self, line: Definition) -> list[Row]:
        if line.tree is None:
            return [Row([], note(line.written, self.activation), [], [], -1)]
        if line.names[0].endswith("_1"):
            return []
        right = pieces(line.tree, self.activation)
        otherwise = self.equations.beginning(line.names[0])
        if otherwise is not None:
            left = symbol(line.names[0].replace("_t", "_1"), self.activation)
            right += [",  ", left, " = ", *pieces(otherwise, self.activation)]
        found = []
        for block, name in enumerate(line.names):
            row = block * self.cell.hidden_size + self.unit
            chain = self._chain(line.tree, row)
            first = self._chain(otherwise, row) if otherwise is not None else []
            left = symbol(name, self.activation)
            value = self._named(name, self._terms(line.tree, row))
            found.append(Row([left], right, chain, first, value))
        return found

    def _chain(self, tree: Node, row: int) -> list[Pieces]:
        """Return a right-hand side in numbers, and once more with its parts done."""
        fill = partial(self._filled, row)
        if self._is_atom(tree):
            return [[fill(tree)]]
        chain = [Writer(self.activation, fill, " × ").write(tree)]
        if tree.kind != "symbol" and not all(map(self._is_plain, tree.parts)):
            done = partial(self._done, row, tree)
            chain.append(Writer(self.activation, done, " × ").write(tree))
        return chain

    def _is_atom(self, node: Node) -> bool:
        """Return whether a part is one number on the page."""
        return node.kind == "symbol" or self.equations.is_applied(node)

    def _is_plain(self, node: Node) -> bool:
        return self._is_atom(node) or node.kind == "number"

    def _filled(self, row: int, node: Node) -> Piece | None:
        if not self._is_atom(node):
            return None
        value = self.equations.values.get(node)
        if value is not None and value.dim() == 0:
            return f"{value.item():g}"
        return {"n": self._number(node, row)}

    def _done(self, row: int, tree: Node, node: Node) -> Piece | None:
        """Return a part of a tree as one number, but the tree itself written out."""
        if node is tree or node.kind == "number":
            return None
        return self._filled(row, node) or {"n": self._number(node, row)}

    def _terms(self, node: Node, row: int) -> list[int]:
        """Return the numbers of which a part is made."""
        return [
            self._number(part, row)
            for part in node.parts
            if self.equations.values[part].dim() and not self.equations.is_matrix(part)
        ]

    def _number(self, node: Node, row: int) -> int:
        if node.kind == "symbol" and node.name in self.equations.defined:
            return self._named(node.name, [])
        if node.kind == "symbol" and node.name in self.named:
            return self._named(node.name, [])
        key = (node.name if node.kind == "symbol" else node, row)
        if key in self.known:
            return self.known[key]
        applied = self.equations.is_applied(node)
        parts = [] if applied else self._terms(node, row)
        value = self.equations.values[node]
        slopes = self._column(self.slopes.get(id(value)), row, np.nan)
        made = Number(
            pieces(node, self.activation),
            self._column(value, row),
            slopes,
            parts,
            self._product(node, row, slopes) if applied else None,
            "",
            False,
        )
        return self._add(key, made)

    def _named(self, name: str, parts: list[int]) -> int:
        """Return the number of a state, a gate or whatever else a line defines."""
        key = (name, self.unit)
        if key in self.known:
            number = self.known[key]
            if parts and not self.numbers[number].parts:
                self.numbers[number] = self.numbers[number]._replace(parts=parts)
            return number
        state, before = self.named.get(name, ("", False))
        if state in self.states:
            values, slopes = (
                _shifted(of[state][:, self.unit], before)
                for of in (self.states, self.totals)
            )
            if before:  # what begins a sequence is given: its slope is not asked for
                slopes[0] = np.nan
        else:
            value = self.equations.defined[name]
            values = self._column(value, self.unit)
            slopes = self._column(self.slopes.get(id(value)), self.unit, np.nan)
        label = [symbol(name, self.activation)]
        made = Number(label, values, slopes, parts, None, state, before)
        return self._add(key, made)

    def _add(self, key: tuple[Node | str, int], number: Number) -> int:
        self.known[key] = len(self.numbers)
        self.numbers.append(number)
        return self.known[key]

    def _column(
        self, value: Tensor | None, row: int, otherwise: float = 0.0
    ) -> np.ndarray:
        length = len(self.equations.first)
        if value is None:
            return np.full(length, otherwise)
        return value.detach()[..., row].expand(length).numpy().copy()

    def _product(self, node: Node, row: int, slopes: np.ndarray) -> Product:
        matrix, vector = node.parts
        weights = self.equations.values[matrix].detach()[row].numpy()
        entries = self.equations.values[vector].detach().numpy()
        of, before = self.named.get(vector.name, ("", False))
        if vector.name == "x_t":
            of = "x"
        return Product(
            pieces(matrix, self.activation),
            pieces(vector, self.activation),
            of,
            not before,
            weights,
            entries,
            slopes @ entries,
        )


def _shifted(values: np.ndarray, before: bool) -> np.ndarray:
    """Return values of the time step before, zero at the first, where that is asked."""
    return np.append(0.0, values[:-1]) if before else values.copy()
