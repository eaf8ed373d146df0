"""Reading a cell's equations: the lines of `Cell.latex` as trees of what they say.

What stands on the screen is what is computed with: a line that a cell shows and the
numbers below it cannot disagree. Only the little LaTeX that cells use is known here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

F = r"\phi"
"""Stands for the activation in the equations that are read."""
FUNCTIONS = (r"\sigma", F, r"\exp", r"\log", r"\max", r"\min", r"\mathrm{LN}")
Kind = Literal["symbol", "number", "sum", "product", "call", "ratio"]

_SPACE = re.compile(r"(?:&|\\quad|\\[,;! ]|\s)+")
_TOKEN = re.compile(
    r"\\frac"
    r"|(?:\\Re\s*|\\Im\s*|\\Delta\s*)?(?:\\mathrm\{\w+\}|\\[a-zA-Z]+|[A-Za-z])'?"
    r"(?:[_^](?:\{[^{}]*\}|\\[a-zA-Z]+|\w))*"
    r"|\d+(?:\.\d+)?|[-+=/(),{}]"
)


@dataclass(frozen=True, eq=False)
class Node:
    """A part of an equation.

    Attributes:
        kind: what it is.
        name: a symbol, a number or a function as it is written.
        parts: what it is made of.
        signs: before each part, of a sum "+" or "-", of a product "" (written side by
            side), "*" (entry by entry) or "/".
    """

    kind: Kind
    name: str = ""
    parts: tuple["Node", ...] = ()
    signs: tuple[str, ...] = ()


class Definition(NamedTuple):
    """One equation: the symbols that it defines, what they are, and how it is written.

    `names` has several symbols where a line defines the blocks of one long vector.
    """

    names: tuple[str, ...]
    tree: Node | None
    written: str


def definitions(lines: list[str]) -> list[Definition]:
    """Return the equations of a cell, a `Definition` each, in the order of its lines.

    One whose right-hand side is not read, as it says what a constant is, has no tree.
    """
    joined: list[str] = []
    for line in lines:
        text = _SPACE.sub(" ", line).strip()
        if text[0] in "=+-":
            joined[-1] += " " + text
        else:
            joined.append(text)
    return [_definition(part) for line in joined for part in _apart(line)]


def _apart(line: str) -> Iterator[str]:
    """Yield the equations of a line, which stand side by side with commas between."""
    depth, begin = 0, 0
    for place, sign in enumerate(line):
        depth += (sign in "({") - (sign in ")}")
        if sign == "," and not depth and "=" in line[place:]:
            yield line[begin:place].strip()
            begin = place + 1
    yield line[begin:].strip()


def _definition(written: str) -> Definition:
    left, _, right = written.partition("=")
    names = tuple(t for t in tokens(left) if t not in "(),")
    constant = names[0].startswith((r"\epsilon", r"\gamma", r"\Delta", r"\lambda"))
    return Definition(names, None if constant else _Reader(right).whole(), written)


def tokens(text: str) -> list[str]:
    """Return what a line is made of: symbols with their scripts, numbers and signs."""
    return [
        " ".join(token.group().split())
        for token in _TOKEN.finditer(_SPACE.sub(" ", text))
    ]


class _Reader:
    """Reads one right-hand side from the left to the right."""

    def __init__(self, text: str) -> None:
        self.left = tokens(text)

    def whole(self) -> Node:
        node = self.sum()
        if self.left:
            raise ValueError(f"cannot be read from {self.left[0]} on")
        return node

    def next(self, *expected: str) -> bool:
        """Take the next token if it is one of those."""
        if not self.left or self.left[0] not in expected:
            return False
        self.left.pop(0)
        return True

    def sum(self) -> Node:
        parts, signs = [self.product()], ["+"]
        while self.left and self.left[0] in "+-":
            signs.append(self.left.pop(0))
            parts.append(self.product())
        return parts[0] if len(parts) == 1 else Node("sum", "", *_both(parts, signs))

    def product(self) -> Node:
        parts, signs = [self.factor()], [""]
        while self.left and self.left[0] not in "+-),}=":
            sign = {r"\odot": "*", "/": "/"}.get(self.left[0], "")
            if sign:
                self.left.pop(0)
            signs.append(sign)
            parts.append(self.factor())
        return (
            parts[0] if len(parts) == 1 else Node("product", "", *_both(parts, signs))
        )

    def factor(self) -> Node:
        if self.next("("):
            return self.closed(")")
        token = self.left.pop(0)
        if token == r"\frac":
            return Node("ratio", parts=(self.braced(), self.braced()))
        if token.startswith(FUNCTIONS):
            return Node("call", token, self.arguments())
        return Node("number" if token[0].isdigit() else "symbol", token)

    def arguments(self) -> tuple[Node, ...]:
        if not self.next("("):
            return (self.factor(),)
        found = [self.sum()]
        while self.next(","):
            found.append(self.sum())
        self.next(")")
        return tuple(found)

    def braced(self) -> Node:
        self.next("{")
        return self.closed("}")

    def closed(self, end: str) -> Node:
        node = self.sum()
        self.next(end)
        return node


def _both(
    parts: list[Node], signs: list[str]
) -> tuple[tuple[Node, ...], tuple[str, ...]]:
    return tuple(parts), tuple(signs)
