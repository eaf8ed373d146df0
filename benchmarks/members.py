"""How much eight nets trained as one cost: against one alone, and one after another.

    python -m benchmarks.members [cell ...]

Prints a Markdown table: milliseconds an update, sampling, clipping and Adam included,
without what is recorded. The two take turns, and each figure is a median over the
rounds; so is the ratio, with the smallest and the largest in brackets.
"""

import sys
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.members import Members
from explorer.training import Training

SEEDS, ROUNDS, STEPS = 8, 5, 15_000
UPDATES = 20
"""How many of them one of the two makes before it is the other's turn."""


class Size(NamedTuple):
    """Hidden units, batch and length, and how many times one's cost eight may have."""

    hidden: int
    batch: int
    time: int
    goal: float


SIZES = (Size(16, 16, 50, 1.9), Size(32, 32, 100, 3.4), Size(64, 32, 100, 5.8))


class Found(NamedTuple):
    """Milliseconds an update, round by round."""

    one: list[float]
    eight: list[float]

    @property
    def ratios(self) -> list[float]:
        return [b / a for a, b in zip(self.one, self.eight, strict=True)]


def main(cells: list[str]) -> None:
    """Print the table, a line for each cell and size."""
    print("| cell | H, B, T | one, ms | eight, ms | ratio | goal | gain |")
    print("|---|---|---|---|---|---|---|")
    over = []
    for size in SIZES:
        for cell in cells or list(CELLS):
            found = measure(cell, size)
            ratio = median(found.ratios)
            if ratio > size.goal:
                over.append(f"{cell} {size.hidden}")
            print(line(cell, size, found), flush=True)
    print(f"\nmembers: over the goal {', '.join(over) or 'none'}")


def line(cell: str, size: Size, found: Found) -> str:
    """Return one line; the gain is that over training one after another."""
    ratio, one, eight = (median(v) for v in (found.ratios, found.one, found.eight))
    spread = f"{min(found.ratios):.1f}–{max(found.ratios):.1f}"
    parts = (
        cell,
        f"{size.hidden}, {size.batch}, {size.time}",
        f"{one:.2f}",
        f"{eight:.2f}",
        f"{ratio:.1f} ({spread})",
        f"{size.goal}" + ("" if ratio <= size.goal else " **over**"),
        f"{SEEDS / ratio:.1f}",
    )
    return f"| {' | '.join(parts)} |"


def measure(cell: str, size: Size) -> Found:
    """Time one net and eight in turns."""
    configs = [
        RunConfig(
            task="adding",
            seq_len=size.time,
            cell=cell,
            hidden_size=size.hidden,
            batch_size=size.batch,
            steps=STEPS,
            learning_rate=0.001,
            seed=seed,
        )
        for seed in range(SEEDS)
    ]
    one, eight = turns(Training(configs[0])), turns(Members(configs))
    next(one), next(eight)  # the first round warms up
    return Found(*zip(*((next(one), next(eight)) for _ in range(ROUNDS)), strict=True))


def turns(training: Training | Members) -> Iterator[float]:
    """Yield milliseconds an update, again and again, each over some of them."""
    while True:
        before = training.seconds
        for _ in training.run(training.step + UPDATES):
            pass
        # A stretch ends with a gradient that is not descended along.
        yield 1e3 * (training.seconds - before) / (UPDATES + 1)


if __name__ == "__main__":
    main(sys.argv[1:])
