"""The store keeps runs, hands out claims and survives its database's faults."""

import math
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explorer.config import RunConfig, text_key
from explorer.slices import Record, Slice
from explorer.store import Claim, Store, StoreError, open_store
from explorer.store._texts import UNUSED_KEPT

if TYPE_CHECKING:
    from tests.conftest import Clock


def config(seed: int = 0) -> RunConfig:
    """Return a small run of one task."""
    return RunConfig(task="adding", steps=100, seed=seed)


def piece(
    *steps: int, seconds: float = 1.0, size: int = 10, loss: float = 0.5
) -> Slice:
    """Return a slice that recorded some steps, with weights at each."""
    records = [Record(s, loss, 0.25, 2.0, s / 10, b"w" * size) for s in steps]
    return Slice(steps[-1], seconds, "training", None, records, b"c" * size)


def wanted(store: Store, seed: int = 0, viewer: str = "ann") -> str:
    """Open a run that is to be trained and looked at; return its key."""
    key = store.open_run(config(seed)).key
    store.set_goal(key, 100)
    store.renew_lease(key, viewer, 30)
    return key


def claimed(store: Store) -> Claim:
    """Return a claim that must be there."""
    claim = store.claim_next("test", 15)
    assert claim is not None
    return claim


def test_a_run_opened_twice_is_one_run(store: Store) -> None:
    first = store.open_run(config())
    assert first.key == config().key
    assert first.steps == config().steps
    assert (first.status, first.step, first.goal) == ("new", 0, 0)
    assert store.open_run(config()) == first == store.run(first.key)
    assert store.run("unknown") is None


def test_a_saved_slice_comes_back_as_it_was(store: Store) -> None:
    key = wanted(store)
    assert store.save_slice(claimed(store), piece(0, 1, 2))
    run = store.run(key)
    assert run is not None and run.active
    assert (run.status, run.step, run.seconds) == ("training", 2, 1.0)
    records = store.records(key)
    assert records.step.tolist() == [0, 1, 2]
    assert records.loss.tolist() == [0.5, 0.5, 0.5]
    assert records.seconds.tolist() == [0.0, 0.1, 0.2]
    assert store.records(key, after=1).step.tolist() == [2]
    assert store.weight_steps(key) == [0, 1, 2]
    assert store.weights(key, 1) == b"w" * 10
    assert store.weights(key, 7) is None
    assert store.checkpoint(key) == (2, b"c" * 10)


def test_numbers_keep_every_bit(store: Store) -> None:
    key = wanted(store)
    store.save_slice(claimed(store), piece(0, loss=1 / 3))
    assert store.records(key).loss[0] == 1 / 3


def test_a_run_without_records_has_empty_columns(store: Store) -> None:
    records = store.records(store.open_run(config()).key)
    assert [column.shape for column in records] == [(0,)] * 5
    assert store.checkpoint(config().key) is None


def test_a_step_recorded_twice_is_kept_once(store: Store) -> None:
    key = wanted(store)
    store.save_slice(claimed(store), piece(0, 1, loss=0.5))
    store.save_slice(claimed(store), piece(1, 2, loss=0.7))
    assert store.records(key).loss.tolist() == [0.5, 0.5, 0.7]
    assert store.weight_steps(key) == [0, 1, 2]


def test_a_number_that_is_not_finite_is_stored_as_absent(store: Store) -> None:
    key = wanted(store)
    work = piece(0, loss=math.inf)._replace(
        status="diverged", message={"step": 0, "norms": [math.nan, 1.0]}
    )
    store.save_slice(claimed(store), work)
    assert math.isnan(store.records(key).loss[0])
    run = store.run(key)
    assert run is not None and not run.active
    assert run.message == {"step": 0, "norms": [None, 1.0]}


def test_only_a_run_with_a_goal_and_a_viewer_is_handed_out(
    store: Store, clock: "Clock"
) -> None:
    key = store.open_run(config()).key
    assert store.claim_next("test", 15) is None
    store.set_goal(key, 100)
    assert store.claim_next("test", 15) is None
    store.renew_lease(key, "ann", 30)
    clock.now += 31
    assert store.claim_next("test", 15) is None
    store.renew_lease(key, "ann", 30)
    assert claimed(store).key == key


def test_a_run_that_reached_its_goal_is_not_handed_out(store: Store) -> None:
    key = wanted(store)
    store.set_goal(key, 2)
    assert claimed(store).goal == 2
    store.reset(key)
    store.set_goal(key, 2)
    store.save_slice(claimed(store), piece(0, 1, 2))
    assert store.claim_next("test", 15) is None


def test_the_least_served_run_comes_first(store: Store) -> None:
    keys = [wanted(store, seed) for seed in range(3)]
    for seconds in (3.0, 1.0, 2.0):
        store.save_slice(claimed(store), piece(1, seconds=seconds))
    served = sorted(keys, key=lambda key: store.run(key).seconds)  # type: ignore[union-attr]
    assert [claimed(store).key for _ in keys] == served


def test_runs_take_turns_whatever_one_had_before_the_other_came(
    store: Store, clock: "Clock"
) -> None:
    early = wanted(store, 0)
    store.save_slice(claimed(store), piece(1, seconds=60.0))
    clock.now += 400
    store.renew_lease(early, "ann", 30)
    late = wanted(store, 1)
    served = []
    for step in range(2, 6):
        claim = claimed(store)
        served.append(claim.key)
        store.save_slice(claim, piece(step, seconds=0.1))
        clock.now += 1
    assert served == [late, early, late, early]


def test_a_run_whose_slices_take_long_does_not_keep_others_from_theirs(
    store: Store, clock: "Clock"
) -> None:
    slow, quick = wanted(store, 0), wanted(store, 1)
    served = []
    for step in range(1, 90):
        claim = claimed(store)
        served.append(claim.key)
        seconds = 1.0 if claim.key == slow else 0.1
        store.save_slice(claim, piece(step, seconds=seconds))
        clock.now += seconds
    assert served.count(quick) > 3 * served.count(slow) > 3  # both go on


def test_a_claim_lapses_so_that_a_killed_server_blocks_nobody(
    store: Store, clock: "Clock"
) -> None:
    wanted(store)
    lost = claimed(store)
    assert store.claim_next("test", 15) is None
    clock.now += 16
    again = claimed(store)
    assert again.token != lost.token
    assert not store.save_slice(lost, piece(0, 1))
    assert store.save_slice(again, piece(0, 1))


def test_a_claim_can_be_extended_and_given_back(store: Store, clock: "Clock") -> None:
    wanted(store)
    claim = claimed(store)
    clock.now += 10
    store.extend_claim(claim, 15)
    clock.now += 10
    assert store.claim_next("test", 15) is None
    store.release(claim)
    assert claimed(store).step == 0


def test_threads_that_claim_at_once_never_get_the_same_run(store: Store) -> None:
    keys = {wanted(store, seed) for seed in range(12)}
    start = threading.Barrier(4)

    def claim_all(owner: int) -> list[str]:
        start.wait()
        claims = [store.claim_next(str(owner), 15) for _ in range(3)]
        return [claim.key for claim in claims if claim is not None]

    with ThreadPoolExecutor(4) as pool:
        got = sum(pool.map(claim_all, range(4)), [])
    assert len(got) == len(set(got)) == 12
    assert set(got) == keys


def test_a_reset_run_is_new_and_refuses_the_slice_in_the_works(store: Store) -> None:
    key = wanted(store)
    store.save_slice(claimed(store), piece(0, 1))
    working = claimed(store)
    store.reset(key)
    assert not store.save_slice(working, piece(2, 3))
    assert not store.fail(working, {"kind": "crashed"})
    run = store.run(key)
    assert run is not None
    assert (run.status, run.step, run.goal, run.seconds) == ("new", 0, 0, 0.0)
    assert store.records(key).step.size == 0
    assert store.weight_steps(key) == []
    assert store.checkpoint(key) is None


def test_a_failed_run_keeps_its_records_and_may_be_tried_again(store: Store) -> None:
    key = wanted(store)
    store.save_slice(claimed(store), piece(0, 1))
    assert store.fail(claimed(store), {"kind": "crashed", "error": "\x00 \ud800 坏"})
    run = store.run(key)
    assert run is not None and run.status == "failed" and not run.active
    assert run.message == {"kind": "crashed", "error": "\x00 \ud800 坏"}
    assert store.records(key).step.size == 2
    assert store.claim_next("test", 15) is None
    store.set_goal(key, 100)
    again = claimed(store)
    assert (again.step, again.checkpoint) == (1, b"c" * 10)
    assert store.run(key).message is None  # type: ignore[union-attr]


def test_viewers_are_counted_while_their_leases_last(
    store: Store, clock: "Clock"
) -> None:
    key = wanted(store, viewer="ann")
    store.renew_lease(key, "ann", 30)
    store.renew_lease(key, "bob", 60)
    assert store.viewers(key) == 2
    assert store.viewers(key, besides="ann") == 1
    clock.now += 40
    assert store.viewers(key) == 1
    store.end_lease("bob")
    assert store.viewers(key) == 0
    assert not store.renew_lease("unknown", "ann", 30)


def test_the_longest_unseen_runs_are_dropped_first_but_none_that_is_watched(
    store: Store, clock: "Clock"
) -> None:
    store._max_bytes = 350_000
    keys = []
    for seed in range(4):
        keys.append(wanted(store, seed, viewer=f"viewer {seed}"))
        store.save_slice(claimed(store), piece(0, size=50_000))
        store.set_goal(keys[-1], 0)
        clock.now += 20
        store.renew_lease(keys[0], "viewer 0", 30)
    assert store.prune() == 1  # 0 is watched, 1 unseen longest
    assert [store.run(key) is not None for key in keys] == [True, False, True, True]
    assert store.records(keys[1]).step.size == 0
    assert store.weight_steps(keys[1]) == []
    assert store.prune() == 0


def test_two_stores_on_one_database_see_the_same(
    store: Store, database_url: str, clock: "Clock"
) -> None:
    key = wanted(store)
    other = Store(database_url, clock=clock)
    other.save_slice(claimed(other), piece(0, 1))
    run = store.run(key)
    assert run is not None and run.step == 1
    other.close()


def test_a_locked_database_is_called_locked(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    store = Store(f"sqlite:///{file}")
    with sqlite3.connect(file) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            store.open_run(config())
    other.close()
    assert caught.value.reason == "locked"
    assert store.open_run(config()).step == 0


def test_a_file_that_is_no_database_is_called_broken(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    file.write_text("not a database, though long enough to be taken for one" * 30)
    with pytest.raises(StoreError) as caught:
        Store(f"sqlite:///{file}")
    assert caught.value.reason == "broken"


def test_a_full_disk_is_called_full(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    wanted(store)
    claim = claimed(store)
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError) as caught:
        store.save_slice(claim, piece(0, size=1_000_000))
    assert caught.value.reason == "full"


def test_a_server_that_does_not_answer_is_called_unreachable(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Store(f"postgres://somebody@/nothing?host={tmp_path}")
    assert caught.value.reason == "unreachable"


@pytest.mark.parametrize(
    ("url", "reason"), [("nonsense", "broken"), ("mysql://host/db", "broken")]
)
def test_a_url_that_cannot_be_used_is_called_broken(url: str, reason: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store(url)
    assert caught.value.reason == reason


def test_without_a_usable_database_runs_are_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("RNN_EXPLORER_DB", str(blocked / "runs.sqlite"))
    store, error = open_store()
    assert error is not None and error.reason == "unwritable"
    keys = [wanted(store, seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda _: claimed(store), keys))
        assert all(pool.map(lambda c: store.save_slice(c, piece(0, 1)), claims))
    assert all(store.records(key).step.size == 2 for key in keys)


def test_the_file_is_made_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("RNN_EXPLORER_DB", str(tmp_path / "deep" / "runs.sqlite"))
    store, error = open_store()
    assert error is None
    wanted(store)
    assert (tmp_path / "deep" / "runs.sqlite").exists()


def test_a_database_file_that_is_deleted_is_made_anew(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    store.open_run(RunConfig())
    for file in tmp_path.glob("runs.sqlite*"):
        file.unlink()
    assert store.run(RunConfig().key) is None
    store.open_run(RunConfig())
    other = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    assert other.run(RunConfig().key) is not None


@pytest.mark.parametrize(
    "url", ["postgres://u:p@127.0.0.1:port/x", "postgresql://[::1"]
)
def test_an_address_that_is_none_is_refused_without_being_repeated(url):
    with pytest.raises(StoreError) as caught:
        Store(url)
    assert caught.value.reason == "broken" and "u:p" not in str(caught.value)


def test_the_file_s_name_may_hold_any_sign(tmp_path, monkeypatch):
    file = tmp_path / "we?ird#%20.sqlite"
    monkeypatch.setenv("RNN_EXPLORER_DB", str(file))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    Store().open_run(RunConfig())
    assert file.exists()


def reader(text: str = "once upon a time\n" * 10, seed: int = 0) -> RunConfig:
    """Return a run that learns from a reader's own text."""
    return RunConfig(task="characters", seq_len=10, steps=100, seed=seed, text=text)


def test_a_text_is_kept_by_its_key_whatever_signs_it_has(store: Store) -> None:
    for text in ("ab" * 9, "\x00 NUL", "字 \U0001f600 \u202eabc", "a\r\nb"):
        store.keep_text(text)
        store.keep_text(text)
        assert store.text(text_key(text)) == text
    assert store.text("0123456789abcdef") is None


def test_a_claim_brings_the_text_that_its_run_learns_from(store: Store) -> None:
    key = store.open_run(reader()).key
    store.set_goal(key, 100)
    store.renew_lease(key, "ann", 30)
    assert claimed(store).config == reader()
    assert key == reader().key
    assert store.text(reader().text_key) == reader().text


def test_texts_that_no_run_uses_are_dropped_when_nobody_asked_for_them_lately(
    store: Store, clock: "Clock"
) -> None:
    used = reader("the text of a run " * 9)
    store.open_run(used)
    for number in range(UNUSED_KEPT + 5):
        clock.now += 1
        store.keep_text(f"text {number}")
        if number < UNUSED_KEPT:
            assert store.text(text_key("text 0")) is not None
    kept = [store.text(text_key(f"text {n}")) is not None for n in range(8)]
    assert kept == [True] + [False] * 5 + [True] * 2
    assert store.text(used.text_key) == used.text


def test_a_text_goes_with_the_last_run_that_uses_it(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}", max_bytes=0)
    first, second = reader(), reader(seed=1)
    store.open_run(first)
    store.open_run(second)
    for number in range(UNUSED_KEPT):
        store.keep_text(f"newer text {number}")
    assert store.text(first.text_key) is not None
    assert store.prune() == 2
    store.keep_text("one more, when nobody uses the first any longer")
    kept = [store.text(text_key(f"newer text {n}")) for n in range(UNUSED_KEPT)]
    assert kept.count(None) >= 1, "no more than so many are kept that no run uses"
    store.close()


def test_the_bytes_of_a_run_count_its_text_even_after_a_reset(tmp_path: Path) -> None:
    text = "ab" * 40_000
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}", max_bytes=100_000)
    for seed in (0, 1):
        store.reset(store.open_run(reader(text, seed)).key)
    assert store.prune() == 1
    store.close()
