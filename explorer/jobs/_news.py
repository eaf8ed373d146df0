"""News: what each update of training brought, kept in memory for those who watch.

The store hears of a run a few times a second; whoever draws a curve while it grows
wants more. Only workers in this process can tell: what others compute arrives with
its slice.
"""

from collections import OrderedDict, deque
from threading import Lock
from typing import NamedTuple

from explorer.training import Report


class Point(NamedTuple):
    """A run after `step` updates; `metric` where it was measured."""

    step: int
    loss: float
    grad_norm: float
    metric: float | None


class News:
    """The newest points of the runs that are trained in this process.

    A training thread appends, readers copy: neither waits for the other.

    Args:
        runs: of how many runs the points are kept; the least recently trained go.
        points: how many points are kept of each.
    """

    def __init__(self, runs: int = 64, points: int = 512) -> None:
        self._most_runs, self._most_points = runs, points
        self._kept: OrderedDict[str, deque[Point]] = OrderedDict()
        self._resting: set[str] = set()
        self._lock = Lock()

    def reporter(self, key: str) -> Report:
        """Return what a run tells its updates to; it counts as training from now on."""
        with self._lock:
            points = self._kept.setdefault(key, deque(maxlen=self._most_points))
            self._kept.move_to_end(key)
            self._resting.discard(key)
            while len(self._kept) > self._most_runs:
                gone, _ = self._kept.popitem(last=False)
                self._resting.discard(gone)

        def report(
            step: int, loss: float, grad_norm: float, metric: float | None
        ) -> None:
            if not points or step > points[-1].step:  # a slice begins where one ended
                points.append(Point(step, loss, grad_norm, metric))

        return report

    def expect(self, key: str) -> None:
        """Note that a run is to go on, as soon as it is its turn."""
        with self._lock:
            self._resting.discard(key)

    def rest(self, key: str) -> None:
        """Note that a run will bring no more points for now."""
        with self._lock:
            if key in self._kept:
                self._resting.add(key)

    def forget(self, key: str) -> None:
        """Drop a run's points: it begins anew. What a worker still tells is lost."""
        with self._lock:
            self._kept.pop(key, None)
            self._resting.discard(key)

    def resting(self, key: str) -> bool:
        """Return whether a run is known to bring no more points for now."""
        return key in self._resting

    def newest(self, key: str) -> int:
        """Return the step of a run's newest point, or -1 where there is none."""
        points = self._kept.get(key)
        return points[-1].step if points else -1

    def since(self, key: str, step: int) -> list[Point]:
        """Return the kept points of a run beyond a step, ascending."""
        # Copied in one go: a training thread may append meanwhile.
        return [p for p in list(self._kept.get(key, ())) if p.step > step]
