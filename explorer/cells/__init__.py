"""Recurrent cells: one file, one cell."""

from explorer.cells._cell import CELLS, Cell, State

__all__ = ["CELLS", "Cell", "State"]
