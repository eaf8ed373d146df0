"""All strings of two small languages, each with its probability."""

from collections import defaultdict

import numpy as np

Strings = list[tuple[str, float]]
"""What is read and then asked for, a symbol a time step, and how likely it is."""


def dyck(length: int, kinds: int, deepest: int) -> Strings:
    """Return all beginnings of nested brackets, after the start sign "#".

    Where both are possible a fair coin opens or closes; kinds are equally likely.
    """
    found = [("#", "", 1.0)]
    for _ in range(length):
        longer = []
        for text, stack, chance in found:
            share = 1.0 if not stack or len(stack) == deepest else 0.5
            if len(stack) < deepest:
                longer += [
                    (text + "([{<"[k], stack + ")]}>"[k], chance * share / kinds)
                    for k in range(kinds)
                ]
            if stack:
                longer.append((text + stack[-1], stack[:-1], chance * share))
        found = longer
    return [(text, chance) for text, _, chance in found]


def anbn(length: int, longest: int) -> Strings:
    """Return all sequences of strings of n a's and n b's, n uniform in 1..N."""
    finished: dict[str, float] = defaultdict(float)
    open_ends = [("", 1.0)]
    while open_ends:
        text, chance = open_ends.pop()
        for n in range(1, longest + 1):
            longer = text + "a" * n + "b" * n
            if len(longer) > length:
                finished[longer[: length + 1]] += chance / longest
            else:
                open_ends.append((longer, chance / longest))
    return list(finished.items())


def conditional_entropy(strings: Strings, known: int) -> float:
    """Return the mean entropy of a symbol given the `known` before it, in nats.

    The mean is over all time steps and strings; what is known does not tell the time,
    unless it is the whole past.
    """
    steps = len(strings[0][0]) - 1
    joint: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for text, chance in strings:
        for t in range(1, steps + 1):
            past = text[max(t - known, 0) : t]
            joint[past][text[t]] += chance / steps
    total = 0.0
    for after in joint.values():
        shares = np.array(list(after.values()))
        total -= float((shares * np.log(shares / shares.sum())).sum())
    return total
