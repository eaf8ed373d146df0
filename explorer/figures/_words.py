"""Words in a figure: made harmless, marked, and wrapped to a width in characters.

A card is between about 320 and 480 px wide, whatever the screen, so one width does.
What a word is marked as can be seen without colour: right and kept words are bold,
wrong ones underlined, missed ones in brackets, dropped ones pale.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from explorer.figures._theme import BLUE, ORANGE, VERMILLION, swatch

Word = tuple[str, str]  # what it says, and its mark
JOINERS = "\u200c\u200d"  # not printable, yet scripts and emoji need them
BRACKETS = 2  # letters around a missed word
NEVER_FIRST = tuple(".,;:!?)]}’”。，；：！？）】」』、…%")

_KEPT = (f'<span style="color:{BLUE}"><b>', "</b></span>")
STYLES = {
    "": ("", ""),
    "right": _KEPT,
    "kept": _KEPT,
    "wrong": (f'<span style="color:{VERMILLION}"><u>', "</u></span>"),
    "missed": (swatch(ORANGE, "["), swatch(ORANGE, "]")),
    "dropped": ('<span style="fill-opacity:0.72">', "</span>"),
}


def harmless(text: str) -> str:
    """Return text that Plotly draws as it is: no tags, links, entities or formulas."""
    shown = "".join(_shown(letter) for letter in text)
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        shown = shown.replace(letter, entity)
    return shown.replace("$", "&#36;")


def marked(text: str, mark: str) -> str:
    """Return text in the dress of its mark; an unknown mark dresses it in nothing."""
    before, after = STYLES.get(mark, STYLES[""])
    space = " " if text.startswith(" ") else ""  # neither underlined nor in brackets
    return f"{space}{before}{harmless(text.removeprefix(space))}{after}"


def width_of(text: str) -> int:
    """Return how wide text is, in Latin letters: a Chinese character is two wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(words: Sequence[Word], width: int) -> list[str]:
    """Return lines of at most `width` letters, as Plotly's markup.

    Words stand a space apart, unless they are single letters, which spell something,
    or punctuation, which stands at the word before. A word too wide is broken.
    """
    spelled = all(len(text) == 1 for text, _ in words)
    lines: list[list[Word]] = [[]]
    used = 0
    for text, mark in _no_wider(words, width - BRACKETS):
        glue = " " if used and not spelled and not text.startswith(NEVER_FIRST) else ""
        needed = width_of(text) + (BRACKETS if mark == "missed" else 0)
        if used + len(glue) + needed > width:
            lines.append(_carried(lines[-1], text, width - needed))
            used, glue = _used(lines[-1]), ""
        lines[-1].append((glue + text, mark))
        used += len(glue) + needed
    return [_line(line) for line in lines]


def _carried(line: list[Word], text: str, room: int) -> list[Word]:
    """Take from a line the word that must stand before text, if text may not be first.

    Nothing is taken where the line begins with it, or where it needs more than `room`.
    """
    if not text.startswith(NEVER_FIRST):
        return []
    first = len(line) - 1
    while first > 0 and line[first][0].startswith(NEVER_FIRST):
        first -= 1
    carried = [(word.lstrip(" "), mark) for word, mark in line[first:][:1]]
    carried += line[first + 1 :]
    if first <= 0 or _used(carried) > room:
        return []
    del line[first:]
    return carried


def _used(line: Sequence[Word]) -> int:
    return sum(width_of(t) + (BRACKETS if m == "missed" else 0) for t, m in line)


def _shown(letter: str) -> str:
    if letter.isprintable() or letter in JOINERS:
        return letter
    return "↵" if letter == "\n" else "·"


def _no_wider(words: Sequence[Word], width: int) -> Iterator[Word]:
    """Yield the words, those too wide in pieces that are surely not."""
    for text, mark in words:
        piece = len(text) if width_of(text) <= width else width // 2
        for start in range(0, len(text), max(piece, 1)):
            yield text[start : start + piece], mark


def _line(words: Sequence[Word]) -> str:
    """Dress neighbours of one mark together: less to send and to draw."""
    runs = groupby(words, key=lambda word: word[1])
    return "".join(marked("".join(text for text, _ in run), mark) for mark, run in runs)
