"""Recurrent cells: one file, one cell."""

from explorer.cells._cell import CELLS, BlockCell, Cell, State, Symbols, uniform

__all__ = ["CELLS", "BlockCell", "Cell", "State", "Symbols", "uniform"]
