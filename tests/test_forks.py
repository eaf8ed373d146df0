"""Forks in the store and by the jobs: copied from the parent or computed, the same."""

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from runs import small
from safetensors.torch import load

from explorer.config import RunConfig
from explorer.jobs import Jobs
from explorer.slices import Slice, train_slice
from explorer.store import Store, StoreError

FOREVER = 1e9
PARENT = small(steps=60)
FORK = PARENT.changed(20, 0.1, None)


@pytest.fixture(autouse=True)
def _subnormal_numbers_again() -> Iterator[None]:
    """Training flushes subnormal numbers on its thread; other tests want them."""
    yield
    torch.set_flush_denormal(False)


def advanced(store: Store, config: RunConfig, goal: int) -> str:
    """Train a run of the store until `goal`."""
    key = store.open_run(config).key
    store.set_goal(key, goal)
    store.renew_lease(key, "ann", 1e6)
    while claim := store.claim_next("test", 15):
        assert claim.key == key
        work = train_slice(claim.config, claim.checkpoint, claim.goal, FOREVER)
        assert store.save_slice(claim, work)
    store.end_lease("ann")
    return key


def numbers(store: Store, key: str) -> dict[int, tuple[float, ...]]:
    """Return what was recorded at each step, the seconds left out."""
    step, *columns, _ = store.records(key)
    return dict(zip(step.tolist(), zip(*columns, strict=True), strict=True))


def assert_the_same(store: Store, key: str, other: Store) -> None:
    """Assert that a run is in both stores bit for bit."""
    assert numbers(store, key) == numbers(other, key)
    assert store.weight_steps(key) == other.weight_steps(key)
    for step in store.weight_steps(key):
        assert store.weights(key, step) == other.weights(key, step)
    (step, one), (goal, two) = store.checkpoint(key), other.checkpoint(key)
    assert step == goal
    tensors, others = load(one), load(two)
    assert tensors.keys() == others.keys()
    for name in tensors.keys() - {"progress"}:
        assert torch.equal(tensors[name], others[name])


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Store]:
    """Return a store that has never seen the parent."""
    store = Store(f"sqlite:///{tmp_path / 'scratch.sqlite'}")
    yield store
    store.close()


@pytest.mark.parametrize("stands", [20, 13])
@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_a_fork_from_its_parent_is_bit_for_bit_the_fork_from_scratch(
    store: Store, scratch: Store, stands: int, optimiser: str
) -> None:
    parent = small(steps=60, optimiser=optimiser)
    fork = parent.changed(20, 0.1, None)
    advanced(store, parent, stands)
    opened = store.open_run(fork)
    assert (opened.status, opened.step, opened.goal) == ("training", stands, 0)
    key = advanced(store, fork, 60)
    assert advanced(scratch, fork, 60) == key
    assert_the_same(store, key, scratch)
    before, after = numbers(store, parent.key), numbers(store, key)
    assert all(before[step] == after[step] for step in before)
    assert store.run(parent.key).step == stands  # type: ignore[union-attr]


def test_a_fork_whose_parent_has_gone_beyond_begins_anew(
    store: Store, scratch: Store
) -> None:
    advanced(store, PARENT, 25)
    opened = store.open_run(FORK)
    assert (opened.status, opened.step) == ("new", 0)
    assert store.records(FORK.key).step.size == 0
    advanced(scratch, FORK, 60)
    assert_the_same(store, advanced(store, FORK, 60), scratch)


def test_a_fork_without_its_parent_begins_anew(store: Store) -> None:
    assert store.open_run(FORK).step == 0
    store.open_run(PARENT)
    second = PARENT.changed(21, 0.1, None)
    assert store.open_run(second).status == "new", "the parent has not begun"


def test_what_a_fork_takes_over_is_counted(store: Store) -> None:
    advanced(store, PARENT, 20)
    advanced(store, small(steps=60, seed=1), 5)
    key = store.open_run(FORK).key
    kept = [store.weights(key, step) for step in store.weight_steps(key)]
    _, checkpoint = store.checkpoint(key)
    blobs = sum(map(len, kept)) + len(checkpoint)
    with store._read() as connection:
        counted = connection.exec_driver_sql(
            f"SELECT bytes FROM runs WHERE key = '{key}'"
        ).scalar_one()
    rows = len(store.records(key).step) * 64
    assert counted == blobs + rows + len(FORK.canonical()) + 64


def test_a_fork_that_was_reset_stays_at_its_beginning(store: Store) -> None:
    advanced(store, PARENT, 20)
    store.open_run(FORK)
    store.reset(FORK.key)
    assert store.open_run(FORK).step == 0


def test_dropping_the_parent_leaves_the_fork_whole(store: Store) -> None:
    advanced(store, PARENT, 20)
    store.open_run(FORK)
    before = numbers(store, FORK.key)
    store.reset(PARENT.key)
    assert len(before) == 21 and numbers(store, FORK.key) == before
    assert store.weights(FORK.key, 20) is not None


def test_a_run_is_forked_where_it_stands(store: Store) -> None:
    advanced(store, PARENT, 20)
    assert store.fork(PARENT, 0.1, None) == FORK
    assert store.run(FORK.key).step == 20  # type: ignore[union-attr]
    assert store.fork(FORK, 0.2, 0.5) == PARENT.changed(20, 0.2, 0.5)
    assert store.fork(FORK, PARENT.learning_rate, PARENT.clip_norm) == PARENT


def test_a_run_that_has_not_begun_or_is_at_its_end_has_no_fork(store: Store) -> None:
    assert store.fork(PARENT, 0.1, None) is None
    store.open_run(PARENT)
    assert store.fork(PARENT, 0.1, None) is None
    advanced(store, PARENT, 60)
    assert store.fork(PARENT, 0.1, None) is None


def test_a_run_that_diverged_is_forked_where_it_was_sound(
    store: Store, scratch: Store
) -> None:
    wild = small(
        cell="rnn",
        activation="identity",
        optimiser="sgd",
        seq_len=40,
        learning_rate=0.001,
        clip_norm=None,
        steps=100,
        changes=[(40, 5.0, None)],
    )
    advanced(store, wild, 100)
    run = store.run(wild.key)
    assert run is not None and run.status == "diverged" and run.step > 40
    loss = {step: values[0] for step, values in numbers(store, wild.key).items()}
    fork = store.fork(wild, 0.1, 1.0)
    assert fork is not None
    *_, change = fork.changes
    assert loss[change.step] <= loss[0] < math.inf
    later = [loss[step] for step in loss if step > change.step]
    assert all(not value <= loss[0] for value in later)
    assert store.run(fork.key).step == 0, "it comes there by itself"  # type: ignore[union-attr]
    advanced(store, fork, 100)
    assert store.run(fork.key).status == "done"  # type: ignore[union-attr]


def test_a_fork_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    advanced(store, PARENT, 20)

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr("explorer.store._forks._copy", broken)
    with pytest.raises(StoreError):
        store.fork(PARENT, 0.1, None)
    assert store.run(FORK.key) is None
    store.close()


# By the jobs --------------------------------------------------------------------------


def slowly(
    config: RunConfig, checkpoint: bytes | None, goal: int, seconds: float
) -> Slice:
    """Make one real update a slice, and take one's time."""
    time.sleep(0.005)
    return train_slice(config, checkpoint, goal, 0.0)


@pytest.fixture
def jobs(scratch: Store) -> Iterator[Jobs]:
    """Return jobs on two threads."""
    with ThreadPoolExecutor(2) as pool:
        jobs = Jobs(scratch, pool, 2, train=slowly)
        yield jobs
        jobs.close()


def until(condition: Callable[[], object], seconds: float = 20.0) -> bool:
    """Wait for something that must happen soon; return whether it did."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def begun(jobs: Jobs, store: Store, config: RunConfig) -> None:
    """Let a run come some updates far."""
    store.open_run(config)
    jobs.start(config.key, "ann")
    assert until(lambda: store.run(config.key).step > 3)  # type: ignore[union-attr]


LONG = small(steps=20_000)


def test_a_fork_in_mid_run_pauses_its_parent_and_goes_on(
    jobs: Jobs, scratch: Store
) -> None:
    begun(jobs, scratch, LONG)
    fork = jobs.fork(LONG, 0.1, None, "ann")
    parent = scratch.run(LONG.key)
    assert fork is not None and parent is not None and not parent.active
    assert fork.parent == LONG and fork.changes == ((parent.step, 0.1, None),)
    assert until(lambda: scratch.run(fork.key).step > parent.step)  # type: ignore[union-attr]
    jobs.pause(fork.key)
    before, after = numbers(scratch, LONG.key), numbers(scratch, fork.key)
    assert all(before[step] == after[step] for step in before)


def test_a_parent_that_others_look_at_goes_on_for_them(
    jobs: Jobs, scratch: Store
) -> None:
    begun(jobs, scratch, LONG)
    jobs.watch(LONG.key, "bob")
    fork = jobs.fork(LONG, 0.1, None, "ann")
    assert fork is not None
    step = fork.changes[0].step
    assert scratch.run(LONG.key).active  # type: ignore[union-attr]
    assert until(lambda: scratch.run(LONG.key).step > step + 2)  # type: ignore[union-attr]
    assert until(lambda: scratch.run(fork.key).step > step)  # type: ignore[union-attr]
    for key in (LONG.key, fork.key):
        jobs.pause(key)


def test_there_is_no_fork_of_a_run_that_nobody_began(
    jobs: Jobs, scratch: Store
) -> None:
    assert jobs.fork(LONG, 0.1, None, "ann") is None
    scratch.open_run(LONG)
    assert jobs.fork(LONG, 0.1, None, "ann") is None
    assert scratch.run(LONG.changed(1, 0.1, None).key) is None
