"""One measurement of costs at a time on a server; what was measured stays in memory."""

import logging
import os
import platform
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock, Thread
from time import monotonic
from typing import Literal

from explorer.costs import Limits, Point, Settings, Skipped, Way, measure
from explorer.devices import device_name
from explorer.texts import Text

Stage = Literal["measuring", "done", "stopped", "failed"]
Measure = Callable[[Settings, Limits], Generator[Point | Skipped]]
PATIENCE = 10.0
"""Seconds without a look after which nobody waits for a measurement any more."""
KEPT = 50
"""How many measurements are remembered."""
MACHINE = Text(
    en="{device} ({architecture}, {cores} cores)",
    zh="{device}（{architecture}，{cores} 核）",
)


@dataclass
class Report:
    """What is known of the costs under some settings.

    Attributes:
        viewer: who asked for it.
        points: the newest point of each way at each length.
        began: when it was asked for.
        since: the same, in seconds of the bench's clock.
        seconds: how long it has taken.
    """

    settings: Settings
    viewer: str
    machine: Text
    began: datetime
    since: float
    seconds: float = 0.0
    stage: Stage = "measuring"
    points: dict[tuple[str, Way, int], Point] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def course(self, cell: str, way: Way) -> list[Point]:
        """Return the points of one way, the shortest sequence first."""
        mine = [p for key, p in self.points.items() if key[:2] == (cell, way)]
        return sorted(mine, key=lambda point: point.length)

    def courses(self) -> list[list[Point]]:
        """Return all ways with any points, by the order in which they were begun."""
        names = dict.fromkeys(key[:2] for key in self.points)
        return [self.course(cell, way) for cell, way in names]


class Bench:
    """Measures in a thread of its own, while somebody looks.

    Args:
        limits: how far a measurement goes.
        measuring: what yields the points.
        clock: returns seconds.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        measuring: Measure = measure,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.limits = limits or Limits()
        self._measure, self._clock = measuring, clock
        self._lock = Lock()
        self._reports: dict[Settings, Report] = {}
        self._running: Report | None = None
        self._seen = 0.0
        self._stopped = False

    @property
    def running(self) -> Report | None:
        """What is being measured right now."""
        return self._running

    def start(self, settings: Settings, viewer: str) -> bool:
        """Begin to measure, unless something is being measured already.

        Returns:
            whether it was begun.
        """
        with self._lock:
            if self._running is not None:
                return False
            now = self._clock()
            machine = machine_of(settings.device)
            report = Report(settings, viewer, machine, datetime.now(UTC), now)
            self._reports.pop(settings, None)  # to the end: the newest go last
            self._reports[settings] = self._running = report
            while len(self._reports) > KEPT:
                del self._reports[next(iter(self._reports))]
            self._seen, self._stopped = now, False
        Thread(target=self._run, args=[report], name="costs", daemon=True).start()
        return True

    def stop(self, viewer: str) -> None:
        """End what is being measured, if this viewer asked for it."""
        with self._lock:
            if self._running is not None and self._running.viewer == viewer:
                self._stopped = True

    def look(self, settings: Settings) -> Report | None:
        """Return what is known, and remember that somebody looked.

        The report is a copy: it stays as it is while the next points come.
        """
        with self._lock:
            report = self._reports.get(settings)
            if report is None:
                return None
            if report is self._running:
                self._seen = self._clock()
                report.seconds = self._seen - report.since
            copied = {"points": dict(report.points), "skipped": [*report.skipped]}
            return Report(**(vars(report) | copied))

    def _run(self, report: Report) -> None:
        stage: Stage = "failed"
        try:
            with closing(self._measure(report.settings, self.limits)) as found:
                stage = (
                    "done" if all(self._take(report, i) for i in found) else "stopped"
                )
        except Exception:
            logging.getLogger(__name__).exception("a measurement of costs failed")
        with self._lock:
            report.stage, self._running = stage, None

    def _take(self, report: Report, item: Point | Skipped) -> bool:
        """Enter what was found; return whether to go on."""
        with self._lock:
            now = self._clock()
            report.seconds = now - report.since
            if isinstance(item, Skipped):
                report.skipped.append(item)
            else:
                report.points[item[:3]] = item
            return not self._stopped and now - self._seen < PATIENCE


def machine_of(device: str) -> Text:
    """Return what a device and its machine are called."""
    return MACHINE.format(
        device=device_name(device),
        architecture=platform.machine(),
        cores=os.cpu_count() or "?",
    )
