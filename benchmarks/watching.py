"""What slicing and watching cost a run: ratios to the same training done plainly.

    python -m benchmarks.watching

The three ways take turns in one process; the medians of their ratios are printed.
"""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep

from explorer.config import RunConfig
from explorer.jobs import Jobs
from explorer.store import Store
from explorer.training import train
from explorer.ui.panels import live_data
from explorer.ui.playground import FASTEST

ROUNDS = 5
RUN = {"steps": 500}


def plainly(config: RunConfig, folder: Path) -> None:
    """Train without a store, in one go."""
    for _ in train(config):
        pass


def in_slices(config: RunConfig, folder: Path, watcher: Callable | None = None) -> None:
    """Train in slices into a store, perhaps with somebody watching."""
    store = Store(f"sqlite:///{folder / config.key}-{perf_counter()}.sqlite")
    with ThreadPoolExecutor(2) as executor:
        jobs, done = Jobs(store, executor, 2), Event()
        store.open_run(config)
        jobs.start(config.key, "benchmark")
        if watcher:
            Thread(target=watcher, args=(store, config, done)).start()
        while store.run(config.key).active:
            jobs.wait(config.key, store.run(config.key).step, 1.0)
            jobs.watch(config.key, "benchmark")
        done.set()
        jobs.close()


def watched(config: RunConfig, folder: Path) -> None:
    """Train in slices while all pictures are drawn at the page's pace."""
    in_slices(config, folder, watch)


def watch(store: Store, config: RunConfig, done: Event) -> None:
    """Draw all pictures as the page does, until the run is done."""
    while not done.is_set():
        began = perf_counter()
        live_data(store, config, None, {}, "en")
        sleep(max(0.0, FASTEST - (perf_counter() - began)))


def seconds(way: Callable, config: RunConfig, folder: Path) -> float:
    """Return how long a way of training takes."""
    began = perf_counter()
    way(config, folder)
    return perf_counter() - began


def main() -> None:
    """Print the ratios as a Markdown table."""
    print("| run | slices / plain | watched / slices |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for settings in ({"cell": "lstm"}, {"cell": "gru"}, {"cell": "rnn"}):
            sliced, looked_at = [], []
            for seed in range(ROUNDS):
                config = RunConfig(**RUN, **settings, seed=seed)
                times = [
                    seconds(way, config, Path(name))
                    for way in (plainly, in_slices, watched)
                ]
                sliced.append(times[1] / times[0])
                looked_at.append(times[2] / times[1])
            told = f"{median(sliced):.2f} | {median(looked_at):.2f}"
            print(f"| adding T=100, {settings['cell']}, 500 updates | {told} |")


if __name__ == "__main__":
    main()
