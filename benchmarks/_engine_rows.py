"""What was measured of the engine: times by rounds, their ratios and the last line."""

from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks._peers import OURS, Work


class Row(NamedTuple):
    """What was measured of one work.

    Attributes:
        times: way -> its milliseconds an update, a round each.
    """

    work: Work
    times: dict[str, list[float]]

    @property
    def ours(self) -> float:
        """The median of our milliseconds."""
        return median(self.times[OURS])

    @property
    def peers(self) -> dict[str, float]:
        """The medians of the peers' ways."""
        return {way: median(ms) for way, ms in self.times.items() if way != OURS}

    @property
    def fastest(self) -> str | None:
        """The peers' way with the smallest median; None without a peer."""
        return min(self.peers, key=self.peers.__getitem__, default=None)

    @property
    def ratios(self) -> list[float]:
        """The fastest peer's time over ours, a round each; empty without a peer."""
        if self.fastest is None:
            return []
        both = zip(self.times[self.fastest], self.times[OURS], strict=True)
        return [theirs / ours for theirs, ours in both]

    @property
    def ratio(self) -> float | None:
        """Their median; None without a peer."""
        return median(self.ratios) if self.fastest else None

    @property
    def spread(self) -> tuple[float, float] | None:
        """Their first and third quartile; None without a peer."""
        if self.fastest is None:
            return None
        first, third = np.percentile(self.ratios, (25, 75)).tolist()
        return first, third

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "cell": self.work.cell,
            "size": self.work.size,
            "activation": self.work.activation,
            "ours_ms": self.ours,
            "peers_ms": self.peers,
            "ratio": self.ratio,
        }


def verdict(rows: Sequence[Row]) -> str:
    """Return the last line: the worst ratio, where, and the median."""
    against = [row for row in rows if row.ratio is not None]
    if not against:
        return "engine: no peer took part"
    worst = min(against, key=lambda row: row.ratio)
    where = f"{worst.work.cell}, {worst.work.size}"
    if worst.work.activation != "tanh":
        where += f", {worst.work.activation}"
    middle = median(row.ratio for row in against)
    return f"engine: worst ratio {worst.ratio:.2f} ({where}), median {middle:.2f}"
