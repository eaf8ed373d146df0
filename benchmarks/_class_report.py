"""What a class saw of its runs, and what that cost the server."""

import asyncio
import sqlite3
from bisect import bisect_left
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks._events import Arrival
from benchmarks._server import Server
from benchmarks._viewer import Viewer

LOOK = 0.01  # seconds between looks into the database
GOALS = {
    "slowest viewer, updates/s": ("updates_per_s", "min", 1.0),
    "delay of an update, p95 s": ("delay_s", "p95", 0.25),
    "page load, max s": ("load_s", "max", 3.0),
    "server, MB": ("server_mb", "peak", 700.0),
}
"""Name -> where the measured value is, and the bound: the least for a rate, or most."""


Moments = dict[str, list[tuple[int, float]]]
"""Of each run, by its key: steps, ascending, and when each was there."""


@dataclass(frozen=True)
class Usage:
    """What the server and this process have used so far, in CPU seconds; and when."""

    at: float
    server: float
    training: float
    clients: float

    @classmethod
    def now(cls, server: Server) -> "Usage":
        """Return what is used by now."""
        training = server.cpu_of_training()
        return cls(perf_counter(), server.cpu(), training, process_time())


class Register:
    """When the server had which step of which run; the most memory it used."""

    def __init__(self) -> None:
        self.made: Moments = {}
        self.saved: Moments = {}
        self.memory = 0.0

    async def weigh(self, server: Server) -> None:
        """Look at the memory again and again, until cancelled."""
        while True:
            self.memory = max(self.memory, server.memory())
            await asyncio.sleep(0.5)

    async def keep(self, server: Server) -> None:
        """Look into the database again and again, until cancelled."""
        address = f"file:{server.database}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            while True:
                for key, step in database.execute("SELECT key, step FROM runs"):
                    steps = self.saved.setdefault(key, [])
                    if not steps or steps[-1][0] < step:
                        steps.append((step, perf_counter()))
                await asyncio.sleep(LOOK)

    def read(self, server: Server) -> None:
        """Take over what the server noted of each update."""
        for line in server.updates.read_text().splitlines():
            key, step, at = line.split()
            self.made.setdefault(key, []).append((int(step), float(at)))

    def advance(self, first: float, last: float) -> int:
        """Return the updates that all runs together made in a time."""
        # A step where a slice ends is told again where the next one begins.
        steps = [{k for k, at in m if first <= at <= last} for m in self.made.values()]
        return sum(map(len, steps))


def had(moments: Moments, key: str, step: int) -> float | None:
    """Return when a step of a run was first there, None if it was not seen."""
    seen = moments.get(key, [])
    at = bisect_left(seen, (step, 0.0))
    return seen[at][1] if at < len(seen) else None


def of_viewers(
    people: list[tuple[str, Viewer]], register: Register, first: Usage, last: Usage
) -> dict[str, Any]:
    """Return what the viewers saw between two moments."""
    rates, delays, ages, names = [], [], [], []
    for key, person in people:
        seen = newer(person.events + person.pictures, first.at, last.at)
        drawn = newer(person.pictures, first.at, last.at)
        rates.append((len(seen), len(drawn)))
        names.append(person.name)
        delays += delay(seen, register.made, key)
        ages += delay(drawn, register.saved, key)
    updates, pictures = np.array(rates).T / (last.at - first.at)
    every = [person for _, person in people]
    return {
        "seconds": round(last.at - first.at, 1),
        "load_s": spread([(p.loaded or last.at) - p.opened for p in every]),
        "updates_per_s": spread(updates),
        "slowest": slowest(names, updates),
        "pictures_per_s": spread(pictures),
        "delay_s": spread(delays),
        "picture_delay_s": spread(ages),
        "answer_s": spread([seconds for p in every for seconds in p.answers]),
        "picture_kB": spread([a.size / 1000 for p in every for a in p.pictures]),
        "event_kB": spread([a.size / 1000 for p in every for a in p.events]),
    }


def slowest(names: list[str], rates: np.ndarray) -> dict[str, float]:
    """Return the five viewers who saw least, with their updates a second."""
    return {names[i]: round(float(rates[i]), 3) for i in np.argsort(rates)[:5]}


def newer(arrivals: list[Arrival], first: float, last: float) -> list[Arrival]:
    """Return what, within a time, showed a newer step than all that came before."""
    shown, found = -1, []
    for arrival in sorted(arrivals):
        if arrival.step > shown and first <= arrival.at <= last:
            found.append(arrival)
        shown = max(shown, arrival.step)
    return found


def delay(arrivals: list[Arrival], moments: Moments, key: str) -> list[float]:
    """Return the seconds from the moment when each was there to its arrival."""
    begun = [(arrival.at, had(moments, key, arrival.step)) for arrival in arrivals]
    return [max(0.0, at - then) for at, then in begun if then is not None]


def of_server(
    server: Server, viewers: int, register: Register, first: Usage, last: Usage
) -> dict[str, Any]:
    """Return what the server spent between two moments."""
    passed = last.at - first.at
    training = (last.training - first.training) / passed
    watching = (last.server - first.server) / passed - training
    return {
        "training_updates_per_s": round(register.advance(first.at, last.at) / passed),
        "server_mb": {"peak": round(register.memory)},
        "cores": {
            "training": round(training, 3),
            "watching": round(watching, 3),
            "watching_per_viewer": round(watching / viewers, 4),
            "these_clients": round((last.clients - first.clients) / passed, 3),
        },
    }


def spread(values: list[float]) -> dict[str, float]:
    """Return the ends, the median and the 95th percentile of what was measured."""
    if not len(values):
        return {}
    p50, p95 = np.percentile(values, [50, 95])
    ends = {"min": min(values), "p50": p50, "p95": p95, "max": max(values)}
    return {name: round(float(value), 4) for name, value in ends.items()}


def goals(measured: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return each goal with what was reached and whether that is enough."""
    told = {}
    for name, (group, which, bound) in GOALS.items():
        value = measured[group].get(which)
        rate = group == "updates_per_s"
        met = value is not None and (value >= bound if rate else value < bound)
        told[name] = {"goal": bound, "measured": value, "met": met}
    return told
