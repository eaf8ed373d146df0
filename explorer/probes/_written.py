"""How equations are written: trees as pieces that a page can set without LaTeX.

A piece is a text, a symbol [base, subscript, superscript], a fraction
{"over": pieces, "under": pieces}, or a number to be filled in, {"n": which}, in
parentheses where "p" says so and it is negative.
"""

import re
from collections.abc import Callable
from typing import Any

from explorer.probes._latex import F, Node, tokens

Piece = Any
Pieces = list[Piece]

_LETTERS = {
    "sigma": "σ",
    "epsilon": "ε",
    "gamma": "γ",
    "lambda": "λ",
    "nu": "ν",
    "theta": "θ",
    "ell": "ℓ",
    "top": "⊤",
    "odot": "⊙",
    "Re": "Re ",
    "Im": "Im ",
    "Delta": "Δ",
}
_SIGNS = {"*": " ⊙ ", "/": " / ", "": " ", "-": "−", "+": "+"}
_SYMBOL = re.compile(r"^(.*?)('?)((?:[_^](?:\{[^{}]*\}|\\[a-zA-Z]+|\w))*)$")
_SCRIPT = re.compile(r"([_^])(\{[^{}]*\}|\\[a-zA-Z]+|\w)")


def symbol(name: str, activation: str) -> Piece:
    """Return a symbol as [base, subscript, superscript]."""
    match = _SYMBOL.match(name)
    base, prime, scripts = match.groups() if match else (name, "", "")
    found = {"_": "", "^": ""}
    for place, text in _SCRIPT.findall(scripts):
        found[place] = _plain(text.strip("{}"), activation)
    return [_plain(base, activation) + prime.replace("'", "′"), found["_"], found["^"]]


def _plain(text: str, activation: str) -> str:
    text = text.replace(F, activation)
    text = re.sub(r"\\(?:mathrm|operatorname)\{(\w+)\}", r"\1", text)
    text = re.sub(r"\\([a-zA-Z]+) ?", lambda m: _LETTERS.get(m[1], m[1]), text)
    return text.replace("-", "−")


def note(written: str, activation: str) -> Pieces:
    """Return a line that is not computed, such as what a constant is."""
    pieces: Pieces = []
    for token in tokens(written):
        if token in "=+-":
            pieces.append(f" {_SIGNS.get(token, token)} ")
        elif token in "(),/" or token[0].isdigit():
            pieces.append(token)
        else:
            pieces.append(symbol(token, activation))
    return pieces


def pieces(node: Node, activation: str) -> Pieces:
    """Return a tree as it is written in the cell's equations."""
    return Writer(activation, lambda _: None, " ⊙ ").write(node)


class Writer:
    """Writes trees; `fill` says what stands for a part, or None to write it out.

    Args:
        activation: the activation's name, in LaTeX.
        fill: called with each part.
        times: what stands between the factors of an entry-by-entry product.
    """

    def __init__(
        self, activation: str, fill: Callable[[Node], Piece | None], times: str
    ) -> None:
        self.activation, self.fill = activation, fill
        self.signs = _SIGNS | {"*": times}
        if times != _SIGNS["*"]:
            self.signs[""] = times

    def write(self, node: Node, alone: bool = True) -> Pieces:
        """Return a part; not `alone`, sums and negative numbers get parentheses."""
        filled = self.fill(node)
        if filled is not None:
            mark = isinstance(filled, dict) and not alone
            return [filled | {"p": 1} if mark else filled]
        if node.kind in ("symbol", "number"):
            known = node.kind == "symbol"
            return [symbol(node.name, self.activation) if known else node.name]
        if node.kind == "ratio":
            over, under = map(self.write, node.parts)
            return [{"over": over, "under": under}]
        if node.kind == "call":
            return self._call(node)
        whole = self._sum(node) if node.kind == "sum" else self._product(node)
        return whole if alone else ["(", *whole, ")"]

    def _call(self, node: Node) -> Pieces:
        inside: Pieces = []
        for part in node.parts:
            inside += ([", "] if inside else []) + self.write(part)
        return [symbol(node.name, self.activation), "(", *inside, ")"]

    def _sum(self, node: Node) -> Pieces:
        found: Pieces = []
        for sign, part in zip(node.signs, node.parts, strict=True):
            found += [f" {_SIGNS[sign]} "] if found else []
            # A product binds closer than a sum: no parentheses around it.
            filled = self.fill(part) is not None
            bare = not found or (part.kind == "product" and not filled)
            found += self.write(part, bare)
        return found

    def _product(self, node: Node) -> Pieces:
        found: Pieces = []
        for sign, part in zip(node.signs, node.parts, strict=True):
            found += [self.signs[sign]] if found else []
            found += self.write(part, False)
        return found
