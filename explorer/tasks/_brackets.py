"""How well brackets can be foretold that open or close by a fair coin, worked out.

The depth is a Markov chain: at 0 a bracket opens, at D one closes, in between either
has probability 1/2. All kinds of brackets are equally likely to open.
"""

import math
from functools import cache

import torch
from torch import Tensor
from torch.special import entr


def opening(deepest: int) -> Tensor:
    """Return the probability at each depth that the next bracket opens, (depth,)."""
    return torch.tensor([1.0, *[0.5] * (deepest - 1), 0.0]).double()


@cache
def depths(seq_len: int, deepest: int) -> Tensor:
    """Return the probability of each depth before symbol t, (time, depth), float64."""
    up = opening(deepest)
    rows = [torch.eye(deepest + 1).double()[0]]
    for _ in range(seq_len - 1):
        rows.append((rows[-1] * up).roll(1) + (rows[-1] * (1 - up)).roll(-1))
    return torch.stack(rows)


def _coin(p: Tensor) -> Tensor:
    """Return the entropy of a yes with probability p, in nats."""
    return entr(p) + entr(1 - p)


def without_context(seq_len: int, deepest: int, kinds: int) -> float:
    """Return the entropy of the brackets' frequencies, in nats a bracket."""
    p = depths(seq_len, deepest).mean(0) @ opening(deepest)
    return _coin(p).item() + math.log(kinds)


def knowing_all(seq_len: int, deepest: int, kinds: int) -> float:
    """Return the entropy given all brackets before, the least loss there can be."""
    up = opening(deepest)
    surprise = _coin(up) + up * math.log(kinds)
    return (depths(seq_len, deepest).mean(0) @ surprise).item()


def knowing_the_last(seq_len: int, deepest: int, kinds: int) -> tuple[float, float]:
    """Return the entropy given the bracket before, and the share of kinds known.

    What has just opened closes as its own kind; what else closes is a guess.
    """
    up, chance = opening(deepest), depths(seq_len, deepest)
    earlier = chance[:-1].sum(0) / seq_len
    opened, closed = (earlier * up).roll(1), (earlier * (1 - up)).roll(-1)
    loss = math.log(kinds) / seq_len  # the first bracket opens
    for depth, guessed in ((opened, 0.0), (closed, 1.0)):
        again = depth @ up / depth.sum()  # the share that opens (again)
        choices = again + (1 - again) * guessed
        loss += (depth.sum() * (_coin(again) + choices * math.log(kinds))).item()
    known = opened @ (1 - up) / (chance.mean(0) @ (1 - up))
    return loss, (known + (1 - known) / kinds).item()
