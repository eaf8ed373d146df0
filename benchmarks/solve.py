"""How long from pressing Train until a task is solved, as the app trains: three seeds.

    python -m benchmarks.solve

Runs go through a store and jobs in slices, one at a time and with nobody's pictures
drawn beside. Solved is a run when a saved record passes the mark on held-out sequences.
"""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from explorer.config import RunConfig
from explorer.jobs import Jobs
from explorer.link import from_query
from explorer.presets import PRESETS
from explorer.store import Store
from explorer.tasks import TASKS

SEEDS = (0, 1, 2)
WORKERS = min(os.cpu_count() or 1, 8)
"""As many as the app has."""


EXERCISES = {
    "adding, T=100": "gates",
    "temporal order, T=100": "order",
    "summarisation, LSTM(128)": "summary",
}
"""What is solved -> the ready experiment; the task's own mark says when."""


class Solved(NamedTuple):
    """When a run passed the mark: the update, and the seconds since Train."""

    step: int
    seconds: float


def solve(config: RunConfig, mark: float, folder: Path) -> Solved | None:
    """Train a run until a record passes the mark; None if none does to its end."""
    up = config.build_task().higher_is_better
    store = Store(f"sqlite:///{folder / config.key}.sqlite")
    with ThreadPoolExecutor(WORKERS) as executor:
        jobs = Jobs(store, executor, WORKERS)
        try:
            began = perf_counter()
            store.open_run(config)
            jobs.start(config.key, "benchmark")
            return _follow(store, jobs, config, mark, up, began)
        finally:
            jobs.pause(config.key)
            jobs.close()


def _follow(
    store: Store, jobs: Jobs, config: RunConfig, mark: float, up: bool, began: float
) -> Solved | None:
    seen, active = -1, True
    while active:
        active = store.run(config.key).active
        for step, metric in _news(store, config, seen):
            seen = step
            if metric >= mark if up else metric < mark:
                return Solved(step, perf_counter() - began)
        jobs.wait(config.key, seen, 1.0)
        jobs.watch(config.key, "benchmark")
    return None


def _news(store: Store, config: RunConfig, after: int) -> list[tuple[int, float]]:
    """Return the steps and metrics that were recorded since."""
    found = store.records(config.key, after)
    return list(zip(found.step.tolist(), found.metric.tolist(), strict=True))


def told(found: list[Solved | None]) -> str:
    """Return a row's fields: how many, the median of the seconds, all, the updates."""
    solved = [each for each in found if each is not None]
    if not solved:
        return f"0 of {len(found)} | | |"
    seconds = [each.seconds for each in solved]
    each = ", ".join(f"{s:.1f}" for s in seconds)
    steps = ", ".join(str(one.step) for one in solved)
    return f"{len(solved)} of {len(found)} | {median(seconds):.1f} | {each} | {steps}"


def main() -> None:
    """Print a table, and a last line with the medians."""
    print("| from Train | mark | solved | median, s | each, s | updates |")
    print("|---|---|---|---|---|---|")
    summary = []
    with tempfile.TemporaryDirectory() as folder:
        for name, preset in EXERCISES.items():
            query = PRESETS[preset].query
            mark = TASKS[query["task"]].mark
            assert mark is not None
            runs = [from_query(query | {"seed": str(seed)})[0] for seed in SEEDS]
            found = [solve(run, mark, Path(folder)) for run in runs]
            print(f"| {name} | {mark:g} | {told(found)} |", flush=True)
            times = [each.seconds for each in found if each is not None]
            summary.append(f"{name} {median(times):.1f} s" if times else f"{name} not")
    print(f"solve: {'; '.join(summary)}")


if __name__ == "__main__":
    main()
