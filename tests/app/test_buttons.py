"""Train, Pause, Step, Reset and New seed, and what can go wrong with them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from explorer.config import RunConfig
from explorer.link import from_query
from explorer.store import Store, StoreError
from explorer.training import train
from explorer.ui.playground import OTHERS_WATCH
from explorer.ui.services import Services, services

Open = Callable[..., Any]
SMALL = {"lang": "en", "seq_len": "8", "hidden_size": "4", "batch_size": "4"}
SHORT = SMALL | {"steps": "40"}
LONG = SMALL | {"steps": "20000"}
WILD = SMALL | {
    "cell": "rnn",
    "activation": "identity",
    "optimiser": "sgd",
    "clip_norm": "none",
}


def curve(page: Any) -> list[float]:
    """Return the training loss that the first picture shows."""
    loss = page.live["panels"][0]["figure"]["data"][1]
    return list(loss["y"])


def test_train_goes_on_to_the_last_step(open_page: Open) -> None:
    page = open_page(**SHORT)
    assert page.enabled() == {"train", "step", "seed"}
    page.press("train").until(lambda p: "**Trained**" in p.status)
    assert "update 40 of 40" in page.status
    assert page.enabled() == {"reset", "seed"}
    assert page.live["steps"][0] == 0 and page.live["steps"][-1] == 40
    assert len(curve(page)) == 41


@pytest.fixture
def small_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have too little memory for workers of its own."""
    monkeypatch.setattr("explorer.ui.services._workers", lambda: None)


def test_a_small_host_trains_in_threads_to_the_same_numbers(
    small_host: None, shared: Services, open_page: Open
) -> None:
    assert shared.workers is None
    page = open_page(**SHORT)
    page.press("train").until(lambda p: "**Trained**" in p.status)
    config = from_query(SHORT, ["cpu"])[0]
    *_, last = train(config)
    assert shared.store.records(config.key).loss[-1] == last.loss


def test_a_link_to_a_trained_run_shows_it_trained(open_page: Open) -> None:
    page = open_page(**SHORT)
    page.press("train").until(lambda p: "**Trained**" in p.status)
    other = open_page(**page.address)
    assert "**Trained**" in other.status and curve(other) == curve(page)


def test_pause_stops_and_train_goes_on_from_there(
    open_page: Open, shared: Services
) -> None:
    page = open_page(**LONG)
    page.press("train").until(lambda p: p.live["step"] > 0)
    assert page.enabled() == {"pause", "reset", "seed"}
    page.press("pause").until(lambda p: "**Paused**" in p.status)
    page.until(lambda p: p.live["step"] == p.look().live["step"])
    stopped = shared.store.run(page.live["run"])
    assert stopped is not None and not stopped.active
    assert page.enabled() == {"train", "step", "reset", "seed"}
    page.press("train").until(lambda p: p.live["step"] > stopped.step)
    page.press("pause")


def test_step_makes_one_update_at_a_time(open_page: Open) -> None:
    page = open_page(**SHORT)
    for step in (1, 2, 3):
        page.press("step").until(lambda p, s=step: p.live["step"] == s)
    assert "**Paused** · update 3 of 40" in page.status
    assert page.live["steps"] == [0, 1, 2, 3]


def test_reset_brings_the_same_untrained_network_back(open_page: Open) -> None:
    page = open_page(**SHORT)
    before, address = page.live, page.address
    page.press("step").until(lambda p: p.live["step"] == 1)
    assert page.live["panels"] != before["panels"]
    page.press("reset")
    assert page.live == before and page.address == address
    assert page.enabled() == {"train", "step", "seed"}


def test_reset_stops_a_run_that_is_training(open_page: Open, shared: Services) -> None:
    page = open_page(**LONG)
    page.press("train").until(lambda p: p.live["step"] > 0)
    page.press("reset")
    assert "**Untrained**" in page.status and page.live["steps"] == [0]


def test_a_new_seed_is_another_run(open_page: Open) -> None:
    page = open_page(**SHORT)
    before, address = page.live, page.address
    page.press("seed")
    assert page.address["seed"] != address["seed"]
    assert page.address | {"seed": "0"} == address
    assert page.live["run"] != before["run"]
    assert curve(page) != [before["panels"][0]["figure"]["data"][1]["y"][0]]


def test_a_run_that_others_look_at_is_not_reset(open_page: Open) -> None:
    ann = open_page(**SHORT)
    ann.press("train").until(lambda p: "**Trained**" in p.status)
    bob = open_page(**ann.address)
    assert "2 watching" in bob.status
    bob.press("reset")
    assert bob.warnings == OTHERS_WATCH.en
    assert "**Trained**" in bob.status
    assert not bob.look().warnings, "a sentence about a press is said once"


def test_two_who_press_train_on_one_run_train_it_once(open_page: Open) -> None:
    ann, bob = open_page(**SHORT), open_page(**SHORT)
    ann.press("train")
    bob.press("train")
    for page in (ann, bob):
        page.until(lambda p: "**Trained**" in p.status)
    assert curve(ann) == curve(bob)


@pytest.mark.parametrize(
    ("language", "rate", "quantity"),
    [("en", "1", "the loss"), ("zh", "1", "损失"), ("zh", "10", "梯度范数")],
)
def test_a_run_that_diverges_says_when_and_what_and_keeps_what_was(
    open_page: Open, language: str, rate: str, quantity: str
) -> None:
    page = open_page(**WILD | {"lang": language, "learning_rate": rate})
    page.press("train").until(lambda p: p.errors)
    assert quantity in page.errors
    run = services().store.run(page.live["run"])
    assert run is not None and run.status == "diverged" and run.message is not None
    assert str(run.message["step"]) in page.errors
    assert page.enabled() == {"reset", "seed"}
    assert page.live["steps"][0] == 0 and curve(page)[0] > 0
    page.press("reset")
    assert not page.errors


def test_a_slice_that_fails_says_so_and_can_be_tried_again(
    open_page: Open, shared: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("no room for $x$")

    whole = shared.jobs._train
    monkeypatch.setattr(shared.jobs, "_train", broken)
    page = open_page(**SHORT)
    page.press("train").until(lambda p: p.errors)
    assert "MemoryError" in page.errors and "press Train" in page.errors
    assert {"train", "step"} <= page.enabled()
    monkeypatch.setattr(shared.jobs, "_train", whole)
    page.press("train").until(lambda p: "**Trained**" in p.status)
    assert not page.errors


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "runs are kept in memory"), ("zh", "运行只保存在内存中")],
)
def test_a_database_that_cannot_be_written_to_leaves_the_page_in_memory(
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    language: str,
    said: str,
) -> None:
    database.write_text("a file where a folder has to be")
    monkeypatch.setenv("RNN_EXPLORER_DB", str(database / "runs.sqlite"))
    page = request.getfixturevalue("open_page")(**SHORT | {"lang": language})
    assert said in page.warnings
    page.press("train").until(lambda p: p.live["step"] == 40)


def test_train_on_a_locked_database_says_so_and_leaves_the_run_as_it_was(
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
    open_page: Open,
) -> None:
    page = open_page(**SHORT)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    page.press("train")
    assert "in use by another program" in page.warnings
    assert "**Untrained**" in page.status
    other.execute("ROLLBACK")
    other.close()
    page.press("train").until(lambda p: "**Trained**" in p.status)
    assert not page.warnings


def test_a_database_that_is_gone_is_a_sentence_and_not_a_failed_page(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(**SHORT)

    def gone(self: Store, key: str) -> None:
        raise StoreError("unreachable", "no route to host")

    monkeypatch.setattr(Store, "run", gone)
    page.look()
    assert "cannot be reached" in page.warnings + page.errors
    monkeypatch.undo()


def test_looking_at_a_run_stores_nothing(open_page: Open, shared: Services) -> None:
    open_page(**SHORT)
    config = RunConfig(seq_len=8, hidden_size=4, batch_size=4, steps=40)
    assert shared.store.run(config.key) is None
