"""Playground · 训练场: pick a cell, an activation and a task, and watch it learn."""

from explorer.ui.run_page import run_page
from explorer.ui.state import NAME

run_page("playground", NAME)
