"""The gradients' page: RNN, LSTM and GRU trained together, pictures that fill up."""

from collections.abc import Callable
from typing import Any

import pytest

from explorer.config import RunConfig
from explorer.texts import LANGUAGES
from explorer.ui.services import Services
from explorer.views.gradient_trio import trio
from tests.app.test_run_pages import go

Open = Callable[..., Any]
SMALL = {"lang": "en", "seq_len": "10", "hidden_size": "4", "batch_size": "4"}
CONFIG = RunConfig(seq_len=10, hidden_size=4, batch_size=4, steps=20_000)
SHORT, LONG = SMALL | {"steps": "30"}, SMALL | {"steps": "20000"}


def names(page: Any) -> list[str]:
    """Return what the legend of the three says of each."""
    panels = {panel["name"]: panel for panel in page.live["panels"]}
    lines = panels["gradient_trio"]["figure"]["data"]
    return [line["name"] for line in lines if line["line"]["dash"] == "solid"]


def label(page: Any) -> str:
    return str(page.test.button(key="button_trio").label)


def test_one_press_trains_all_three_to_the_end(open_page: Open) -> None:
    page = go(open_page(**SHORT), "gradients")
    assert all("untrained" in name for name in names(page))
    page.press("trio")
    page.until(lambda p: all("step 30" in name for name in names(p)))
    assert [name.split(",")[0] for name in names(page)] == ["RNN", "LSTM", "GRU"]
    page.until(lambda p: "trio" not in p.enabled())
    assert not page.warnings and not page.errors


def test_the_others_go_on_while_the_page_s_own_run_has_ended(
    open_page: Open, shared: Services
) -> None:
    page = open_page(**SHORT).press("train")
    page.until(lambda p: "**Trained**" in p.status)
    go(page, "gradients").press("trio")
    page.until(lambda p: all("step 30" in name for name in names(p)))


@pytest.mark.parametrize(
    ("language", "train", "pause"),
    [
        ("en", "Train all three", "Pause all three"),
        ("zh", "三个一起训练", "三个一起暂停"),
    ],
)
def test_a_second_press_pauses_all_three(
    open_page: Open, shared: Services, language: str, train: str, pause: str
) -> None:
    page = go(open_page(**LONG | {"lang": language}), "gradients")
    assert label(page) == train
    page.press("trio")
    assert label(page.look()) == pause
    page.press("trio")
    for config in trio(CONFIG).values():
        run = shared.store.run(config.key)
        assert run is not None and not run.active
    page.until(lambda p: label(p) == train)


def test_all_three_are_watched_while_the_page_is_open(
    open_page: Open, shared: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = go(open_page(**LONG), "gradients")
    page.press("trio")
    watched: set[str] = set()
    monkeypatch.setattr(shared.jobs, "watch", lambda key, viewer: watched.add(key))
    page.look()
    assert watched == {other.key for other in trio(CONFIG).values()}
    page.press("trio")


def test_a_cell_that_is_none_of_the_three_trains_beside_them(open_page: Open) -> None:
    page = go(open_page(**SHORT | {"cell": "mgu"}), "gradients")
    assert label(page) == "Train all four"
    page.press("trio")
    page.until(lambda p: all("step 30" in name for name in names(p)))
    assert len(names(page)) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_history_of_a_trained_run_fills_up_by_itself(
    open_page: Open, language: str
) -> None:
    page = open_page(**SHORT | {"lang": language}).press("train")
    page.until(lambda p: p.live["step"] == 30)
    go(page, "gradients").until(lambda p: p.live["complete"])
    panels = {panel["name"]: panel for panel in page.live["panels"]}
    rows = panels["gradient_history"]["figure"]["data"][0]["y"]
    assert rows == page.live["steps"]
