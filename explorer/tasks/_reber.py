"""The Reber grammar: its diagram, and strings of it that are not too long."""

from functools import cache

import torch
from torch import Generator, Tensor

LETTERS = "BTPSXVE"
B, T, P, S, X, V, E, PADDING = range(8)
# From each state after B two letters, each with probability 1/2, and where they lead.
# The state 5 says E, and the state 6 is past the end.
SAYS = torch.tensor([[T, P], [S, X], [T, V], [X, S], [P, V], [E, E], [PADDING] * 2])
LEADS = torch.tensor([[1, 2], [1, 3], [2, 4], [2, 5], [3, 5], [6, 6], [6, 6]])
SHORTEST = 3
"""How few choices a string can have."""


@cache
def arrival(letters: int) -> Tensor:
    """Return the probability to be past E within r letters, (letters + 1, state)."""
    rows = [torch.eye(7).double()[6]]
    for _ in range(letters):
        rows.append(rows[-1][LEADS].mean(1))
    return torch.stack(rows)


@cache
def first_share(letters: int) -> Tensor:
    """Return how often the first edge is taken with r letters left, (letters, state).

    Given that E is said in time; not a number where it cannot be.
    """
    ends = arrival(letters)[:-1, LEADS]
    return ends[..., 0] / ends.sum(2)


def draw(batch_size: int, most: int, generator: Generator) -> Tensor:
    """Draw strings without their B, padded behind, (most + 1, batch).

    Each letter is drawn by its probability given that the string has at most so many
    choices before its E.
    """
    state = torch.zeros(batch_size, dtype=torch.int64)
    draws, said = torch.rand(most + 1, batch_size, generator=generator), []
    for shares, chosen in zip(first_share(most + 1).flip(0), draws, strict=True):
        second = (chosen >= shares[state]).long()
        said.append(SAYS[state, second])
        state = LEADS[state, second]
    return torch.stack(said)


def inner_strings(most: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return for each number of choices up to a bound: it, its share, how many strings.

    The grammar makes each string of j choices with probability 2^-j.
    """
    made = arrival(most + 1)[1:, 0].diff()[SHORTEST - 1 :]
    j = torch.arange(SHORTEST, most + 1)
    return j, made / made.sum(), made * 2.0**j
