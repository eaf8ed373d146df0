"""Readers of the grammars, letter by letter, who know the rules and what they imply.

Each takes the letters read (time, batch) as indices and returns the logarithms of the
next one's probabilities (time, batch, output).
"""

from functools import cache

import numpy as np
import torch

NEVER = -50.0
LETTERS = "BTPSXVE"
REBER = {  # A. S. Reber's diagram, its nodes named by where they are usually drawn
    "start": {"B": "fork"},
    "fork": {"T": "upper", "P": "lower"},
    "upper": {"S": "upper", "X": "middle"},
    "lower": {"T": "lower", "V": "below"},
    "middle": {"X": "lower", "S": "end"},
    "below": {"P": "middle", "V": "end"},
    "end": {"E": "over"},
}


@cache
def ways(node: str, letters: int) -> int:
    """Return how many strings of so many letters lead from a node to the end."""
    if letters == 0:
        return int(node == "over")
    return sum(ways(n, letters - 1) for n in REBER.get(node, {}).values())


def reber(read: torch.Tensor, knows_all: bool) -> torch.Tensor:
    """Follow embedded Reber strings.

    Who knows all remembers the outer letter, and the length, which padding tells; who
    does not takes each letter that may follow for equally likely.
    """
    said = np.full((*read.shape, len(LETTERS)), NEVER)
    for b, column in enumerate(read.T.tolist()):
        string = [LETTERS[symbol] for symbol in column if symbol < len(LETTERS)]
        node = "start"
        for place, letter in enumerate(string):
            left = len(string) - 2 - place  # letters of the inner string yet to come
            if 2 <= place <= len(string) - 2:
                node = REBER[node][letter]
            if place == 0 or (left == 0 and not knows_all):
                chances = {"T": 1, "P": 1}
            elif place == 1 or left <= 0:
                chances = {"B" if place == 1 else string[1] if left == 0 else "E": 1}
            elif knows_all:
                chances = {x: ways(n, left - 1) for x, n in REBER[node].items()}
            else:
                chances = dict.fromkeys(REBER[node], 1)
            for x, chance in chances.items():
                share = max(chance / sum(chances.values()), 1e-22)
                said[len(column) - len(string) + place, b, LETTERS.index(x)] = np.log(
                    share
                )
    return torch.from_numpy(said)


def dyck(read: torch.Tensor, kinds: int, deepest: int) -> torch.Tensor:
    """Keep a stack of the brackets that are open."""
    said = np.full((*read.shape, 2 * kinds), NEVER)
    for b, column in enumerate(read.T.tolist()):
        stack: list[int] = []
        for t, symbol in enumerate(column):
            if symbol < kinds:
                stack.append(symbol)
            elif symbol < 2 * kinds:
                assert stack.pop() == symbol - kinds, "closes what is open"
            opens = 1.0 if not stack else 0.0 if len(stack) == deepest else 0.5
            if opens > 0:
                said[t, b, :kinds] = np.log(opens / kinds)
            if opens < 1:
                said[t, b, kinds + stack[-1]] = np.log(1 - opens)
    return torch.from_numpy(said)


def anbn(read: torch.Tensor, longest: int) -> torch.Tensor:
    """Count the a's that no b has answered yet."""
    said = np.full((*read.shape, 2), NEVER)
    for b, column in enumerate(read.T.tolist()):
        run = waiting = 0
        for t, letter in enumerate(column):
            if letter == 0:
                run, waiting = run + 1, waiting + 1
                turns = 1 / (longest - run + 1)
                said[t, b] = np.log([max(1 - turns, 1e-22), turns])
            else:
                run, waiting = 0, waiting - 1
                assert waiting >= 0, "no more b's than a's"
                said[t, b, 1 if waiting else 0] = 0.0
    return torch.from_numpy(said)
