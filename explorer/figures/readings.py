"""Sequences to read: what the network was given, what it should say, what it says."""

from collections.abc import Sequence
from typing import Any

from explorer.figures._theme import Figure, header, layout
from explorer.figures._words import Word, harmless, marked, wrapped
from explorer.texts import Language, Text

LETTERS = 48
"""How many fit into a line of 13 px on the narrowest card."""
MOST_WORDS = 400
MEANINGS = {
    "right": Text(en="right", zh="正确"),
    "kept": Text(en="kept", zh="保留"),
    "wrong": Text(en="wrong", zh="错误"),
    "missed": Text(en="missed", zh="遗漏"),
    "dropped": Text(en="dropped", zh="舍去"),
}
NO_WORDS = Text(en="(nothing)", zh="（无）")
NOTHING = Text(en="There is nothing to read here.", zh="此处没有可读的文字。")
MORE = Text(en="… and {count} more", zh="……另有 {count} 个")


def readings(rows: Sequence[tuple[str, Sequence[Word]]], language: Language) -> Figure:
    """Draw lines of words, each under its label; more than fit can be scrolled.

    Args:
        rows: (label, words), both in the page's language; a word is (text, mark), its
            mark one of "", "right", "wrong", "kept", "dropped", "missed". A text may be
            anybody's: it is shown as it is.
        language: "en" or "zh".
    """
    used = {mark for _, words in rows for _, mark in words}
    key = [
        marked(meaning.to(language), mark)
        for mark, meaning in MEANINGS.items()
        if mark in used
    ]
    cells = [_cell(label, words, language) for label, words in rows]
    table = {
        "type": "table",
        "header": _plain([""], height=0),
        "cells": _plain(cells or [NOTHING.to(language)]),
    }
    return {"data": [table], "layout": _around("    ".join(key))}


def _plain(texts: list[str], height: int = 20) -> dict[str, Any]:
    """Return one column without a ground and lines of its own."""
    return {
        "values": [texts],
        "align": "left",
        "height": height,
        "fill": {"color": "rgba(0,0,0,0)"},
        "line": {"width": 0},
        "font": {"size": 13},
    }


def _around(key: str) -> dict[str, Any]:
    """Return the layout around the table: the key above it, where its text begins."""
    above = [header(key) | {"xshift": 8}] if key else []
    margin = {"l": 0, "r": 0, "t": 24 if key else 4, "b": 4, "pad": 0}
    return layout(margin=margin, annotations=above)


def _cell(label: str, words: Sequence[Word], language: Language) -> str:
    lines = wrapped(words[:MOST_WORDS], LETTERS) if words else [NO_WORDS.to(language)]
    if len(words) > MOST_WORDS:
        more = MORE.format(count=len(words) - MOST_WORDS).to(language)
        lines.append(marked(more, "dropped"))
    heading = f'<span style="font-size:11px;fill-opacity:0.72">{harmless(label)}</span>'
    # Plotly breaks a text at any space, those within tags too, unless it has breaks.
    return "<br>".join([heading, *lines])
