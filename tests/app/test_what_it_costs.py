"""The page of costs: its controls, its address, and one measurement from end to end."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.costs import Limits, Point, Settings, measure
from explorer.texts import LANGUAGES
from explorer.ui import costs as page_of_costs
from explorer.ui.cost_bench import Bench

COSTS, PLAYGROUND = "../../pages/what_it_costs.py", "../../pages/playground.py"
FRAME = Path(page_of_costs.__file__).parent / "frame.py"
HAN = re.compile("[\u4e00-\u9fff]")
TAGS = re.compile("<[^>]*>")
QUICK = Limits(lengths=(8, 16, 32), seconds=1e6, each=0)
SMALL = {"cost_hidden_size": "3", "cost_batch_size": "2"}
Open = Callable[..., Any]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Let the page measure short sequences only."""
    bench = Bench(QUICK)
    monkeypatch.setattr(page_of_costs, "bench", lambda: bench)
    return bench


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Bench, Event]]:
    """Let the page measure only when it is told to go on."""
    gate = Event()

    def waiting(settings: Settings, limits: Limits) -> Iterator[Any]:
        for item in measure(settings, limits):
            assert gate.wait(60)
            yield item

    bench = Bench(QUICK, measuring=waiting)
    monkeypatch.setattr(page_of_costs, "bench", lambda: bench)
    yield bench, gate
    gate.set()
    finished(bench)


def finished(bench: Bench) -> None:
    end = time.monotonic() + 60
    while bench.running is not None:
        assert time.monotonic() < end
        time.sleep(0.01)


def to(page: Any, script: str) -> AppTest:
    """Go to another page of the app, as the navigation does."""
    test: AppTest = page.test.switch_page(script)
    page.look()
    return test


def come(open_page: Open, **query: str) -> Any:
    """Follow a link to the page of costs, without a look at home before."""
    page = open_page.__new__(open_page)  # type: ignore[call-overload]
    page.name = "reader"
    page.test = AppTest.from_file(str(FRAME), default_timeout=60)
    for name, value in query.items():
        page.test.query_params[name] = value
    to(page, COSTS)
    return page


def pictures(page: Any) -> list[dict[str, Any]]:
    (found,) = (e for e in page.test.main if getattr(e, "key", "") == "cost_live")
    panels: list[dict[str, Any]] = json.loads(found.proto.bytes)["panels"]
    return panels


def words_of(page: Any) -> str:
    test = page.test
    texts = [*test.title, *test.subheader, *test.caption, *test.markdown]
    tables = [str(each.proto.body) for each in test.get("html")]
    tables = [TAGS.sub("\n", table) for table in tables if "<table" in table]
    bars = [str(bar.proto.text) for bar in test.get("progress")]
    return "\n".join([*(str(each.value) for each in texts), *tables, *bars])


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_measuring_the_page_says_what_it_will_do_and_shows_no_result(
    open_page: Open, bench: Bench, language: str
) -> None:
    page = come(open_page, lang=language)
    words = words_of(page)
    assert bool(HAN.search(words)) == (language == "zh")
    for part in ("RNN", "LSTM", "GRU", "minGRU", "T = 8" if language == "en" else "8"):
        assert part in words
    assert "MiB" not in words and "T<sup>" not in words
    assert [panel["name"] for panel in pictures(page)] == [
        "cost_time",
        "cost_memory",
        "cost_checkpoints",
    ]
    assert all(panel["figure"]["data"] == [] for panel in pictures(page))
    assert page.enabled() == {"measure"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_measure_fills_the_pictures_and_the_words(
    open_page: Open, bench: Bench, language: str
) -> None:
    page = come(open_page, lang=language, **SMALL).press("measure")
    finished(bench)
    page.look()
    words = words_of(page)
    assert ("**Measured**" if language == "en" else "**已测量**") in words
    time_, memory, both = (panel["figure"]["data"] for panel in pictures(page))
    ways = [trace["name"] for trace in time_[1:]]
    assert len(ways) == len(memory) - 1 >= 6 and len(both) == 2 + 4
    assert all(trace["x"] == [8, 16, 32] for trace in time_[1:])
    report = bench.look(Settings(hidden_size=3, batch_size=2))
    assert report is not None
    loop = report.course("rnn", "loop")
    shown = next(trace for trace in time_ if trace["name"].startswith("RNN"))
    assert shown["y"] == pytest.approx([p.seconds * 1e3 for p in loop], rel=1e-3)
    assert bool(HAN.search(words)) == (language == "zh")
    assert page.enabled() == {"measure"}


def test_the_second_reader_sees_the_result_at_once(
    open_page: Open, bench: Bench
) -> None:
    come(open_page, lang="en", cost_cells="gru", **SMALL).press("measure")
    finished(bench)
    other = come(open_page, lang="zh", cost_cells="gru", **SMALL)
    assert "**已测量**" in words_of(other) and pictures(other)[0]["figure"]["data"]
    third = come(open_page, lang="en", cost_cells="gru")
    assert "**Not measured yet**" in words_of(third), "other settings, other numbers"


def test_others_wait_their_turn_and_are_told(
    open_page: Open, slow: tuple[Bench, Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of_costs, "viewer", lambda: "ann")
    ann = come(open_page, lang="en", cost_cells="gru", **SMALL).press("measure")
    assert "**Measuring**" in words_of(ann) and ann.enabled() == {"stop"}
    monkeypatch.setattr(page_of_costs, "viewer", lambda: "bob")
    bob = come(open_page, lang="en", cost_cells="lru")
    assert "Somebody else is measuring GRU (H = 3, batch 2)" in bob.test.info[0].value
    assert bob.enabled() == set()
    bench, gate = slow
    gate.set()
    finished(bench)
    bob.look()
    assert not bob.test.info and bob.enabled() == {"measure"}


def test_stop_ends_it_and_keeps_what_was_measured(
    open_page: Open, slow: tuple[Bench, Event]
) -> None:
    bench, gate = slow
    page = come(open_page, lang="en", cost_cells="gru", **SMALL).press("measure")
    page.press("stop")
    gate.set()
    finished(bench)
    page.look()
    assert "**Stopped early**" in words_of(page)
    report = bench.look(Settings(cells=("gru",), hidden_size=3, batch_size=2))
    assert report is not None and len(report.points) == 1
    assert isinstance(next(iter(report.points.values())), Point)


def test_a_link_brings_what_is_to_be_measured(open_page: Open, bench: Bench) -> None:
    page = come(open_page, lang="en", cell="gru", cost_cells="lstm,lru", **SMALL)
    assert page.test.multiselect(key="cost_cells").value == ["lstm", "lru"]
    assert page.test.number_input(key="cost_hidden_size").value == 3
    assert page.address["cost_cells"] == "lstm,lru"
    assert page.address["cell"] == "gru", "the run's settings stay in the address"
    assert not page.warnings


def test_a_changed_control_changes_the_address(open_page: Open, bench: Bench) -> None:
    page = come(open_page, lang="en")
    before = page.address
    page.enter("cost_batch_size", 5)
    assert page.address == before | {"cost_batch_size": "5"}
    page.test.multiselect(key="cost_cells").set_value(["lru", "rnn"])
    page.look()
    assert page.address["cost_cells"] == "rnn,lru", "in the menu's order"


def test_a_changed_language_changes_words_and_nothing_else(
    open_page: Open, bench: Bench
) -> None:
    page = come(open_page, lang="en", cost_cells="antisymmetric,lstm", **SMALL)
    before = page.address
    page.test.button_group(key="lang").set_value("zh")
    page.look()
    assert "计算开销" in words_of(page) and "反对称 RNN" in words_of(page)
    assert page.address == before | {"lang": "zh"}


def test_the_way_there_and_back_keeps_every_setting(
    open_page: Open, bench: Bench
) -> None:
    page = open_page(lang="en", task="sine", cell="gru", hidden_size="7")
    run = page.address
    to(page, COSTS)
    page.enter("cost_hidden_size", 9)
    assert page.address.items() >= run.items()
    to(page, PLAYGROUND)
    assert page.address == run
    to(page, COSTS)
    assert page.address["cost_hidden_size"] == "9"


@pytest.mark.parametrize(
    ("query", "used", "said"),
    [
        ({"cost_cells": "lstm,nobody"}, {"cost_cells": "lstm"}, "nobody"),
        ({"cost_cells": ","}, {"cost_cells": "rnn,lstm,gru,mingru"}, "not one of"),
        ({"cost_hidden_size": "9999"}, {"cost_hidden_size": "128"}, "1 and 128"),
        ({"cost_hidden_size": "-3"}, {"cost_hidden_size": "1"}, "1 and 128"),
        ({"cost_batch_size": "many"}, {"cost_batch_size": "8"}, "is not a number"),
        ({"cost_batch_size": "1.5"}, {"cost_batch_size": "8"}, "not a number"),
        ({"cost_batch_size": "9" * 5000}, {"cost_batch_size": "8"}, "9999"),
        ({"cost_device": "abacus"}, {"cost_device": "cpu"}, "not there"),
    ],
)
def test_what_a_link_gets_wrong_is_said_and_replaced(
    open_page: Open, bench: Bench, query: dict, used: dict, said: str
) -> None:
    page = come(open_page, lang="en", **query)
    assert page.address.items() >= used.items()
    assert said in page.warnings
    assert "not a setting" not in page.warnings
    to(page, PLAYGROUND)
    assert "not a setting" not in page.warnings


def test_more_cells_than_fit_are_cut_to_the_first_and_it_is_said(
    open_page: Open, bench: Bench
) -> None:
    page = come(open_page, lang="en", cost_cells="rnn,lstm,gru,mgu,lru,lem")
    assert page.address["cost_cells"] == "rnn,lstm,gru,mgu"
    assert "more than 4 cells" in page.warnings


def test_without_a_cell_there_is_nothing_to_measure(
    open_page: Open, bench: Bench
) -> None:
    page = come(open_page, lang="en")
    page.test.multiselect(key="cost_cells").set_value([])
    page.look()
    assert "Choose at least one cell" in page.warnings
    assert page.enabled() == set()
