"""The pages: every file in the folder is one; its docstring's first line names it."""

import ast
from functools import cache
from pathlib import Path

import streamlit as st

from explorer.texts import Language, Text

HOME = "playground"
ORDER = (
    HOME,
    "unrolled",
    "gradients",
    "trajectories",
    "inside_the_cell",
    "dynamics",
    "duel",
    "what_it_costs",
    "how_we_know",
)
"""The way from a first look to what all rests on; a page not named here comes last."""


@cache
def titles(folder: Path) -> dict[Path, Text]:
    """Return the pages' files and titles, in the order of the navigation.

    Raises:
        ValueError: a page's docstring does not begin "English title · 中文标题: …".
    """
    found = {}
    for file in sorted(
        folder.glob("[a-z]*.py"),
        key=lambda f: (ORDER.index(f.stem) if f.stem in ORDER else len(ORDER), f.stem),
    ):
        line = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        english, dot, rest = line.partition(" · ")
        chinese, colon, _ = rest.partition(": ")
        if not dot or not colon:
            raise ValueError(f"{file.name} does not name its page in both languages")
        found[file] = Text(en=english, zh=chinese)
    return found


def pages(folder: Path, language: Language) -> list[st.Page]:
    """Return the pages as Streamlit's navigation takes them."""
    return [
        st.Page(file, title=title.to(language), default=file.stem == HOME)
        for file, title in titles(folder).items()
    ]
