"""Our engine and its peers, each in a process of its own, taking turns."""

import os
import sys
from collections.abc import Sequence

from benchmarks._engine_rows import Row
from benchmarks._peers import BOUND, OURS, Absent, Work, Worker, peers_of

TURN = 0.05
"""About how many seconds each way gets in each round."""


def tell(text: str) -> None:
    """Say something that is no result."""
    print(text, file=sys.stderr, flush=True)


class Team:
    """Us and the peers, each started on first use; who is absent is told once."""

    def __init__(self, names: Sequence[str], wall: bool) -> None:
        self._names, self._wall = names, wall
        self._workers: dict[str, Worker | None] = {}
        self._core = max(os.sched_getaffinity(0)) if BOUND else 0

    def __enter__(self) -> "Team":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            if worker is not None:
                worker.close()

    @property
    def versions(self) -> list[str]:
        """What took part, each named once."""
        present = [w.version for w in self._workers.values() if w is not None]
        return list(dict.fromkeys(present))

    def measure(self, work: Work, rounds: int) -> Row:
        """Time all ways of doing a work, in turn.

        Raises:
            Absent: our own engine cannot do it.
        """
        ways = self._prepare(OURS, work)
        for name in (n for n in peers_of(work) if n in self._names):
            try:
                ways += self._prepare(name, work)
            except Absent as absent:
                tell(f"left out: {absent}")
        times: dict[str, list[float]] = {way: [] for _, way in ways}
        for number in range(rounds):
            first = number % len(ways)  # nobody always follows the same one
            for worker, way in ways[first:] + ways[:first]:
                times[way].append(worker.time(way, TURN, self._wall))
        return Row(work, times)

    def _prepare(self, name: str, work: Work) -> list[tuple[Worker, str]]:
        """Return a library's ways of doing a work; none once it was found absent."""
        if name not in self._workers:
            self._workers[name] = None
            self._workers[name] = Worker(name, self._core)
        worker = self._workers[name]
        return [(worker, way) for way in worker.prepare(work)] if worker else []
