"""The matrices of a trained network, by the names that its equations give them."""

from typing import Literal, NamedTuple

import numpy as np
from torch import Tensor

from explorer.cells import CELLS, Cell
from explorer.config import RunConfig
from explorer.probes._latex import F, Node, definitions
from explorer.probes._written import symbol
from explorer.step_map import as_tensor, layer_cell

Part = Literal["in", "state", "readout"]


class Matrix(NamedTuple):
    """One matrix.

    Attributes:
        name: as it is written, such as "W_f".
        part: whether it is applied to the input, to a state, or is the readout.
        values: (rows, columns).
    """

    name: str
    part: Part
    values: np.ndarray


def matrices(config: RunConfig, weights: dict[str, Tensor], layer: int) -> list[Matrix]:
    """Return a layer's matrices in the order of its equations, and the readout.

    Where one matrix holds all blocks' rows, as the layer-norm LSTM's, it stays whole.
    """
    out = as_tensor(weights["readout.weight"]).numpy()
    own = _of_cell(layer_cell(config, weights, layer))
    return [*own, Matrix("W<sub>out</sub>", "readout", out)]


def listens(config: RunConfig) -> bool:
    """Return whether a run's cell has weights from a state at all."""
    cell = CELLS[config.cell](1, 1, config.activation)
    return any(matrix.part == "state" for matrix in _of_cell(cell))


def _of_cell(cell: Cell) -> list[Matrix]:
    known = {
        name: as_tensor(value).numpy()
        for name, value in cell.symbols().items()
        if isinstance(value, Tensor) and value.dim() == 2 and name != "I"
    }
    found: dict[str, Matrix] = {}
    for line in definitions(cell.latex(F)):
        for matrix, vector in _applied(line.tree):
            for name in _names(matrix):
                if name in known and not name.endswith(r"\top"):
                    part: Part = "in" if vector.name == "x_t" else "state"
                    base, low, high = symbol(name, "f")
                    told = f"{base}{'<sub>' + low + '</sub>' if low else ''}{high}"
                    found[name] = Matrix(told, part, known[name])
    return list(found.values())


def _applied(node: Node | None) -> list[tuple[Node, Node]]:
    """Return what stands side by side in a tree: a matrix and a vector, or numbers."""
    if node is None:
        return []
    own = [(node.parts[0], node.parts[-1])] if node.kind == "product" else []
    return own + [pair for part in node.parts for pair in _applied(part)]


def _names(node: Node) -> list[str]:
    own = [node.name] if node.kind == "symbol" else []
    return own + [name for part in node.parts for name in _names(part)]
