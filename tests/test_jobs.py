"""Runs advance in slices: fairly, only while watched, and whatever goes wrong."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.config import RunConfig
from explorer.jobs import Jobs
from explorer.slices import Record, Slice, train_slice
from explorer.store import Run, Store
from explorer.workers import WorkError


def config(seed: int = 0, steps: int = 60) -> RunConfig:
    """Return a run of an eighth of a second or so."""
    return RunConfig(
        task="adding", seq_len=10, hidden_size=8, batch_size=8, steps=steps, seed=seed
    )


def pretend(
    config: RunConfig, checkpoint: bytes | None, goal: int, seconds: float
) -> Slice:
    """Make one update a slice in almost no time."""
    step = int(checkpoint or b"0") + 1
    time.sleep(0.002)
    status = "done" if step >= config.steps else "training"
    records = [Record(step, 1.0, 1.0, 1.0, float(step), b"w")]
    return Slice(step, 1.0, status, None, records, str(step).encode())  # type: ignore[arg-type]


def until(condition: Callable[[], object], seconds: float = 20.0) -> bool:
    """Wait for something that must happen soon; return whether it did."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def state(store: Store, key: str) -> Run:
    """Return a run that must be there."""
    run = store.run(key)
    assert run is not None
    return run


@pytest.fixture
def pool() -> Iterator[Executor]:
    """Return two threads."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store in a file."""
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    yield store
    store.close()


@pytest.fixture
def jobs(store: Store, pool: Executor) -> Iterator[Jobs]:
    """Return jobs that pretend to train."""
    jobs = Jobs(store, pool, 2, train=pretend)
    yield jobs
    jobs.close()


def same_run(store: Store, one: str, other: Store, two: str) -> None:
    """Assert that two runs of a configuration agree in every bit they both recorded."""
    assert state(store, one).step == state(other, two).step
    a, b = store.records(one), other.records(two)
    common = np.intersect1d(a.step, b.step)
    assert common.size >= 60
    for name in ("loss", "metric", "grad_norm"):
        left = getattr(a, name)[np.isin(a.step, common)]
        right = getattr(b, name)[np.isin(b.step, common)]
        assert left.tobytes() == right.tobytes()
    kept = store.weight_steps(one)
    assert kept == other.weight_steps(two)
    assert all(store.weights(one, s) == other.weights(two, s) for s in kept)


def unsliced(folder: Path, config: RunConfig) -> Store:
    """Return a store in which a run was trained in one piece."""
    store = Store(f"sqlite:///{folder / 'unsliced.sqlite'}")
    key = store.open_run(config).key
    store.set_goal(key, config.steps)
    store.renew_lease(key, "ann", 30)
    claim = store.claim_next("test", 15)
    assert claim is not None
    assert store.save_slice(claim, train_slice(config, None, config.steps, 1e9))
    return store


def test_a_started_run_is_trained_to_its_end_on_either_database(
    database_url: str, pool: Executor
) -> None:
    store = Store(database_url)
    jobs = Jobs(store, pool, 2, train=pretend)
    key = store.open_run(config()).key
    jobs.start(key, "ann")
    assert until(lambda: state(store, key).status == "done")
    assert store.records(key).step.tolist() == list(range(1, 61))
    assert jobs.problem is None
    jobs.close()
    store.close()


def test_a_run_in_slices_equals_a_run_in_one_piece(
    tmp_path: Path, store: Store, pool: Executor
) -> None:
    whole = config(steps=100)
    jobs = Jobs(store, pool, 2, slice_seconds=0.02, first_slice_seconds=0.01)
    key = store.open_run(whole).key
    jobs.start(key, "ann")
    assert until(lambda: state(store, key).status == "done", 60)
    jobs.close()
    same_run(store, key, unsliced(tmp_path, whole), key)


def test_workers_in_other_processes_compute_the_same_run(
    tmp_path: Path, store: Store
) -> None:
    whole = config(steps=100)
    key = store.open_run(whole).key
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        jobs = Jobs(store, processes, 1)
        jobs.start(key, "ann")
        assert until(lambda: state(store, key).status == "done", 60)
        jobs.close()
    same_run(store, key, unsliced(tmp_path, whole), key)


def test_the_first_slice_is_shorter(store: Store, pool: Executor) -> None:
    asked: list[float] = []

    def train(c: RunConfig, checkpoint: bytes | None, goal: int, s: float) -> Slice:
        asked.append(s)
        return pretend(c, checkpoint, goal, s)

    jobs = Jobs(store, pool, train=train, slice_seconds=0.5, first_slice_seconds=0.1)
    key = store.open_run(config(steps=3)).key
    jobs.start(key, "ann")
    assert until(lambda: state(store, key).status == "done")
    assert asked == [0.1, 0.5, 0.5]


def test_forty_runs_on_two_threads_all_advance_alike(store: Store, jobs: Jobs) -> None:
    keys = [store.open_run(config(seed, steps=20_000)).key for seed in range(40)]
    for key in keys:
        jobs.start(key, "ann")
    assert until(lambda: min(state(store, key).step for key in keys) >= 3, 60)
    for key in keys:
        jobs.pause(key)
    steps = [state(store, key).step for key in keys]
    # The runs that were started first had some slices to themselves; from then on all
    # took turns.
    assert max(steps) - min(steps) <= 40
    jobs.close()


def test_runs_that_start_together_are_never_more_than_two_slices_apart(
    store: Store, jobs: Jobs
) -> None:
    keys = [store.open_run(config(seed, steps=20_000)).key for seed in range(40)]
    for key in keys:
        store.set_goal(key, 20_000)
        store.renew_lease(key, "ann", 30)
    jobs.watch(keys[0], "ann")
    for _ in range(20):
        time.sleep(0.05)
        steps = [state(store, key).step for key in keys]
        assert max(steps) - min(steps) <= 2 + 1  # one, as they are not read at once
    assert min(steps) >= 1


def test_two_viewers_who_press_train_get_one_training(
    store: Store, pool: Executor
) -> None:
    computed: list[int] = []

    def train(c: RunConfig, checkpoint: bytes | None, goal: int, s: float) -> Slice:
        work = pretend(c, checkpoint, goal, s)
        computed.append(work.step)
        return work

    jobs = Jobs(store, pool, 2, train=train)
    key = store.open_run(config()).key
    press = [
        threading.Thread(target=jobs.start, args=(key, who)) for who in ("ann", "bob")
    ]
    for thread in press:
        thread.start()
    for thread in press:
        thread.join()
    assert until(lambda: state(store, key).status == "done")
    assert computed == list(range(1, 61))


def test_pause_stops_a_run_and_start_goes_on_from_there(
    store: Store, jobs: Jobs
) -> None:
    key = store.open_run(config(steps=500)).key
    jobs.start(key, "ann")
    assert jobs.wait(key, 4, timeout=10)
    jobs.pause(key)
    time.sleep(0.1)
    paused = state(store, key)
    assert 5 <= paused.step < 500 and not paused.active
    time.sleep(0.1)
    assert state(store, key) == paused
    jobs.start(key, "ann")
    assert jobs.wait(key, paused.step, timeout=10)


def test_step_makes_one_update_of_real_training(store: Store, pool: Executor) -> None:
    jobs = Jobs(store, pool)
    key = store.open_run(config()).key
    for expected in (1, 2, 3):
        jobs.step(key, "ann")
        assert jobs.wait(key, expected - 1, timeout=20)
        time.sleep(0.05)
        run = state(store, key)
        assert run.step == expected and not run.active
        assert expected in store.weight_steps(key)
    jobs.close()


def test_step_on_a_run_that_advances_leaves_its_goal(store: Store, jobs: Jobs) -> None:
    key = store.open_run(config(steps=20_000)).key
    jobs.start(key, "ann")
    assert jobs.wait(key, 4, timeout=10)
    jobs.step(key, "ben")
    assert state(store, key).goal == 20_000


def test_reset_puts_a_running_run_back_to_the_start(store: Store, jobs: Jobs) -> None:
    key = store.open_run(config(steps=20_000)).key
    jobs.start(key, "ann")
    assert jobs.wait(key, 4, timeout=10)
    assert jobs.reset(key, "ann")
    time.sleep(0.1)
    run = state(store, key)
    assert (run.status, run.step) == ("new", 0)
    assert store.records(key).step.size == 0
    assert not jobs.wait(key, 0, timeout=0.05)


def test_a_run_that_others_look_at_is_not_reset(store: Store, jobs: Jobs) -> None:
    key = store.open_run(config()).key
    jobs.start(key, "ann")
    jobs.watch(key, "bob")
    assert until(lambda: state(store, key).status == "done")
    assert not jobs.reset(key, "ann")
    assert state(store, key).step == 60
    jobs.leave("bob")
    assert jobs.reset(key, "ann")


def test_an_unknown_run_cannot_be_started(jobs: Jobs) -> None:
    with pytest.raises(KeyError):
        jobs.start("unknown", "ann")


def test_a_run_that_nobody_watches_stops_and_goes_on_when_somebody_comes_back(
    store: Store, pool: Executor
) -> None:
    jobs = Jobs(store, pool, train=pretend, lease_seconds=0.3)
    key = store.open_run(config(steps=20_000)).key
    jobs.start(key, "ann")
    time.sleep(0.6)
    stopped = state(store, key)
    assert stopped.step > 0 and stopped.active
    time.sleep(0.2)
    assert state(store, key) == stopped
    jobs.watch(key, "bob")
    assert jobs.wait(key, stopped.step, timeout=10)
    jobs.close()


def test_watching_keeps_a_run_going_and_leaving_stops_it(
    store: Store, pool: Executor
) -> None:
    jobs = Jobs(store, pool, train=pretend, lease_seconds=0.3)
    key = store.open_run(config(steps=20_000)).key
    jobs.start(key, "ann")
    for _ in range(10):
        before = state(store, key).step
        assert jobs.wait(key, before, timeout=5)
        jobs.watch(key, "ann")
        time.sleep(0.05)
    jobs.leave("ann")
    time.sleep(0.05)
    stopped = state(store, key)
    time.sleep(0.1)
    assert state(store, key) == stopped
    jobs.close()


def test_a_slice_that_raises_fails_its_run_and_no_other(
    store: Store, pool: Executor
) -> None:
    bad, good = config(seed=1), config(seed=2)

    def train(c: RunConfig, checkpoint: bytes | None, goal: int, s: float) -> Slice:
        if c == bad and checkpoint == b"5":
            raise MemoryError("no room")
        return pretend(c, checkpoint, goal, s)

    jobs = Jobs(store, pool, train=train)
    for each in (bad, good):
        jobs.start(store.open_run(each).key, "ann")
    assert until(lambda: state(store, good.key).status == "done")
    assert until(lambda: state(store, bad.key).status == "failed")
    failed = state(store, bad.key)
    assert failed.message == {"kind": "crashed", "error": "MemoryError: no room"}
    assert store.records(bad.key).step.tolist() == [1, 2, 3, 4, 5]
    jobs.close()


@pytest.mark.parametrize("error", [WorkError("MemoryError: no room"), CancelledError()])
def test_what_a_worker_says_is_passed_on_and_what_was_called_off_goes_on_later(
    store: Store, pool: Executor, error: BaseException
) -> None:
    asked: list[int] = []

    def train(*_: object) -> Slice:
        asked.append(1)
        raise error

    jobs = Jobs(store, pool, train=train)
    key = store.open_run(config()).key
    jobs.start(key, "ann")
    if isinstance(error, CancelledError):
        assert until(lambda: len(asked) > 1)  # claimed again, as if nothing had been
        assert state(store, key).status != "failed"
        jobs.pause(key)
    else:
        assert until(lambda: state(store, key).status == "failed")
        told = {"kind": "crashed", "error": "MemoryError: no room"}
        assert state(store, key).message == told
    jobs.close()


def test_a_worker_that_brings_nonsense_fails_its_run(
    store: Store, pool: Executor
) -> None:
    jobs = Jobs(store, pool, train=lambda *_: "nonsense")  # type: ignore[arg-type, return-value]
    key = store.open_run(config()).key
    jobs.start(key, "ann")
    assert until(lambda: state(store, key).status == "failed")
    assert state(store, key).message["kind"] == "crashed"  # type: ignore[index]


class Broken(Executor):
    """A pool whose workers are gone."""

    def submit(self, *_: Any, **__: Any) -> "Future[Any]":  # type: ignore[override]
        """Refuse."""
        raise BrokenExecutor("a child process terminated abruptly")


def test_lost_workers_are_told_and_the_run_can_be_started_again(
    store: Store, jobs: Jobs
) -> None:
    key = store.open_run(config()).key
    Jobs(store, Broken()).start(key, "ann")
    run = state(store, key)
    assert run.status == "failed" and run.message is not None
    assert run.message["kind"] == "workers_lost"
    jobs.start(key, "ann")
    assert until(lambda: state(store, key).status == "done")


def test_an_executor_that_was_shut_down_leaves_the_run_to_the_next_server(
    store: Store, jobs: Jobs
) -> None:
    stopped = ThreadPoolExecutor(1)
    stopped.shutdown()
    key = store.open_run(config()).key
    Jobs(store, stopped).start(key, "ann")
    assert state(store, key).active
    jobs.watch(key, "ann")
    assert until(lambda: state(store, key).status == "done")


def test_closing_saves_the_slices_in_the_works(store: Store, pool: Executor) -> None:
    working = threading.Event()

    def train(c: RunConfig, checkpoint: bytes | None, goal: int, s: float) -> Slice:
        working.set()
        time.sleep(0.2)
        return pretend(c, checkpoint, goal, s)

    jobs = Jobs(store, pool, train=train)
    key = store.open_run(config()).key
    jobs.start(key, "ann")
    assert working.wait(5)
    jobs.close()
    assert state(store, key).step == 1
    assert store.claim_next("next server", 15) is not None


def test_a_slice_that_outlasts_its_claim_is_not_computed_twice(
    store: Store, pool: Executor
) -> None:
    computed: list[bytes | None] = []

    def train(c: RunConfig, checkpoint: bytes | None, goal: int, s: float) -> Slice:
        computed.append(checkpoint)
        time.sleep(0.6)
        return pretend(c, checkpoint, goal, s)

    jobs = Jobs(store, pool, train=train, claim_seconds=0.3)
    key = store.open_run(config(steps=1)).key
    jobs.start(key, "ann")
    while state(store, key).status != "done":
        jobs.watch(key, "ann")
        time.sleep(0.05)
    assert computed == [None]


def test_a_database_locked_in_mid_run_loses_nothing(
    tmp_path: Path, store: Store, jobs: Jobs
) -> None:
    key = store.open_run(config(steps=300)).key
    jobs.start(key, "ann")
    assert jobs.wait(key, 4, timeout=10)
    other = sqlite3.connect(tmp_path / "runs.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert until(lambda: jobs.problem is not None)
    assert jobs.problem is not None and jobs.problem.reason == "locked"
    jobs.watch(key, "ann")
    assert state(store, key).active  # what is saved can be read all the time
    other.execute("ROLLBACK")
    other.close()
    assert until(lambda: state(store, key).status == "done")
    assert store.records(key).step.tolist() == list(range(1, 301))
    assert jobs.problem is None


SERVER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from explorer.config import RunConfig
from explorer.jobs import Jobs
from explorer.store import Store

store, config = Store(sys.argv[1]), RunConfig.from_json(sys.argv[2])
jobs = Jobs(store, ThreadPoolExecutor(1), 1, slice_seconds=0.05)
key, step = store.open_run(config).key, 0
jobs.start(key, "ann")
while True:
    if jobs.wait(key, step, 1.0):
        step = store.run(key).step
        print(step, flush=True)
"""


def test_a_killed_server_loses_at_most_a_slice_and_the_run_ends_the_same(
    tmp_path: Path, pool: Executor
) -> None:
    url, whole = f"sqlite:///{tmp_path / 'runs.sqlite'}", config(steps=1000)
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, url, whole.to_json()],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    assert server.stdout is not None
    told = [int(server.stdout.readline()) for _ in range(3)]
    server.kill()
    told += [int(line) for line in server.stdout.read().split()]
    server.wait()
    assert told[-1] < whole.steps, "the server finished before it was killed"

    store = Store(url, clock=lambda: time.time() + 20)  # when its claim has lapsed
    left = state(store, whole.key)
    assert left.step >= told[-1] and left.active
    jobs = Jobs(store, pool, 2)
    jobs.watch(whole.key, "ann")
    assert until(lambda: state(store, whole.key).status == "done", 60)
    jobs.close()
    same_run(store, whole.key, unsliced(tmp_path, whole), whole.key)


def test_every_update_is_told_at_once_where_workers_can(
    tmp_path: Path, store: Store, pool: Executor
) -> None:
    whole = config(steps=100)
    jobs = Jobs(store, pool, 2, slice_seconds=0.02, reports=True)
    key = store.open_run(whole).key
    jobs.start(key, "ann")
    assert until(lambda: jobs.news.resting(key), 60)
    jobs.close()
    assert [point.step for point in jobs.news.since(key, -1)] == list(range(101))
    known = store.records(key)
    told = {point.step: point for point in jobs.news.since(key, -1)}
    assert [told[step].loss for step in known.step.tolist()] == known.loss.tolist()
    assert [told[step].metric for step in known.step.tolist()] == known.metric.tolist()
    same_run(store, key, unsliced(tmp_path, whole), key)


def test_a_run_that_is_paused_rests_and_one_that_is_reset_is_forgotten(
    store: Store, pool: Executor
) -> None:
    jobs = Jobs(store, pool, reports=True)
    key = store.open_run(config(steps=20_000)).key
    jobs.start(key, "ann")
    assert until(lambda: jobs.news.newest(key) > 4)
    assert not jobs.news.resting(key)
    jobs.pause(key)
    assert until(lambda: jobs.news.resting(key))
    assert jobs.reset(key, "ann")
    assert jobs.news.newest(key) == -1
    jobs.close()


def test_a_run_that_fails_rests(store: Store, pool: Executor) -> None:
    def train(*work: Any) -> Slice:
        work[-1](3, 1.0, 1.0, None)
        raise MemoryError("no room")

    jobs = Jobs(store, pool, train=train, reports=True)
    key = store.open_run(config()).key
    jobs.start(key, "ann")
    assert until(lambda: jobs.news.resting(key))
    assert jobs.news.newest(key) == 3
    jobs.close()


def test_slices_are_shorter_where_many_runs_wait(store: Store, pool: Executor) -> None:
    asked: list[tuple[str, float]] = []

    def train(c: RunConfig, checkpoint: bytes | None, goal: int, s: float) -> Slice:
        asked.append((c.key, s))
        return pretend(c, checkpoint, goal, s)

    jobs = Jobs(store, pool, 2, train=train, slice_seconds=0.2)
    alone = store.open_run(config(99, steps=5)).key
    jobs.start(alone, "ann")
    assert until(lambda: state(store, alone).status == "done")
    assert {seconds for _, seconds in asked[1:]} == {0.2}
    keys = [store.open_run(config(seed, steps=20_000)).key for seed in range(20)]
    for key in keys:
        jobs.start(key, "ann")
    assert until(lambda: asked[-1][1] < 0.2)
    for key in keys:
        jobs.pause(key)
    jobs.close()
