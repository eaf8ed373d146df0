"""Recurrent cells: one file, one cell."""

from explorer.cells._cell import CELLS, BlockCell, Cell, State, uniform

__all__ = ["CELLS", "BlockCell", "Cell", "State", "uniform"]
