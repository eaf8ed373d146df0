"""The page of duels: its link, its cards, its runs, the horizon and the gates."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from explorer.duels import READY
from explorer.link import from_query
from explorer.texts import LANGUAGES
from explorer.ui import duel_horizon
from explorer.ui.services import Services
from tests.app.conftest import Page
from tests.app.test_run_pages import go
from tests.test_presets import HAN

Open = Callable[..., Any]
SMALL = {"seq_len": "6", "hidden_size": "4", "batch_size": "4", "steps": "12"}
PAIR = SMALL | {"lang": "en", "duel": ";cell:rnn", "seeds": "1"}


def come(open_page: Open, **query: str) -> Page:
    """Open the page of duels by a link."""
    page = open_page(lang=query.get("lang", "en"))
    page.test.query_params.clear()
    for name, value in query.items():
        page.test.query_params[name] = value
    page.test.session_state["addresses"] = []
    return go(page, "duel")


def sent(page: Page, key: str) -> dict[str, Any]:
    """Return what was sent to one of the two live pictures."""
    found = [e for e in page.test.main if getattr(e, "key", None) == key]
    data: dict[str, Any] = json.loads(found[0].proto.bytes)
    return data


def panel(page: Page, name: str) -> dict[str, Any]:
    panels = sent(page, "duel_live")["panels"]
    return next(p for p in panels if p["name"] == f"duel_{name}")


def words(page: Page) -> str:
    """Return all words of the page's own HTML."""
    return "\n".join(str(e.proto.body) for e in page.test.get("html"))


def lines(page: Page, name: str) -> list[dict[str, Any]]:
    """Return the curves that the legend names."""
    data = panel(page, name)["figure"]["data"]
    return [t for t in data if t.get("showlegend", True) and "name" in t]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_opens_its_duel_in_both_languages(
    open_page: Open, language: str
) -> None:
    page = come(open_page, **PAIR | {"lang": language})
    assert page.address.items() >= PAIR.items() - {("lang", "en")}
    assert not page.warnings and not page.errors
    assert sent(page, "duel_live")["address"].count("duel=%3Bcell%3Arnn") == 1
    chinese = [bool(HAN.search(p["title"])) for p in sent(page, "duel_live")["panels"]]
    assert set(chinese) == {language == "zh"} and len(chinese) == 4
    assert "4" in words(page) and bool(HAN.search(words(page))) == (language == "zh")


def test_before_training_there_are_gradients_and_no_curves(open_page: Open) -> None:
    page = come(open_page, **PAIR)
    assert page.status.startswith("**Not trained yet**")
    assert [t["name"] for t in lines(page, "steps")] == ["always 1: 0.167"]
    assert panel(page, "steps")["figure"]["layout"]["annotations"]
    assert len(panel(page, "gradients")["figure"]["data"][0]["y"]) == 6


def test_all_is_trained_and_what_is_shown_is_what_the_store_has(
    open_page: Open, shared: Services
) -> None:
    page = come(open_page, **PAIR | {"seeds": "3"})
    assert {"train", "equal"} <= page.enabled() and "pause" not in page.enabled()
    page.press("train").until(lambda p: "**Trained**" in p.status)
    assert "6 of 6 runs" in page.status and "72 of 72" in page.status
    guess, lstm, rnn = lines(page, "steps")
    assert (lstm["name"], rnn["name"]) == ("LSTM", "RNN")
    own = {k: v for k, v in page.address.items() if k not in ("lang", "duel", "seeds")}
    losses = []
    for seed in range(3):
        config, _ = from_query(own | {"seed": str(seed)})
        losses.append(shared.store.records(config.key).loss)
    middle = sorted(zip(*losses, strict=True))[0]
    assert lstm["x"] == list(range(13)) and len(middle) == 3
    for step, y in enumerate(lstm["y"]):
        assert y == pytest.approx(sorted(loss[step] for loss in losses)[1], rel=1e-2)
    assert "0 of 3" in words(page) and "12" in words(page)
    assert "train" not in page.enabled()


def test_a_link_opened_by_somebody_else_shows_the_same_curves(
    open_page: Open,
) -> None:
    page = come(open_page, **PAIR)
    page.press("train").until(lambda p: "**Trained**" in p.status)
    other = come(open_page, **page.address)
    assert other.status == page.status
    assert sent(other, "duel_live") == sent(page, "duel_live")


def test_a_run_that_diverged_is_marked_and_the_bar_agrees_with_the_number(
    open_page: Open, shared: Services
) -> None:
    page = come(open_page, **PAIR)
    keys = sent(page, "duel_live")["run"].split("|")
    page.press("train").until(lambda p: "**Trained**" in p.status)
    assert "diverged at" not in words(page)
    real = shared.store.run

    def diverged(key: str) -> Any:  # as if the second had ended at its third update
        run = real(key)
        if run is None or key != keys[1]:
            return run
        return replace(run, status="diverged", step=3)

    shared.store.run = diverged  # type: ignore[method-assign]
    other = come(open_page, **PAIR)
    assert '<small class="duel-diverged">diverged at update 3</small>' in words(other)
    assert lines(other, "steps")[2]["name"] == "RNN (diverged at update 3)"
    assert "2 of 2 runs at their end · 15 of 15 updates" in other.status


def test_runs_that_never_began_are_counted_as_such(open_page: Open) -> None:
    page = come(open_page, **PAIR | {"duel": ";clip_norm:none"})
    page.press("train").until(lambda p: "**Trained**" in p.status)
    other = come(open_page, **PAIR)
    assert other.status.startswith(
        "**Partly trained** · 1 of 2 runs at their end, 1 not"
    )
    assert "12 of 24 updates" in other.status


def test_a_card_says_nothing_twice(open_page: Open) -> None:
    page = come(open_page, **PAIR)
    assert words(page).count("duel-change") == 1  # of the base alone
    assert "instead of the base" not in words(page)
    both = "cell:rnn,hidden_size:5;cell:gru,hidden_size:5"
    page = come(open_page, **PAIR | {"duel": both})
    assert words(page).count("instead of the base: H = 5<") == 2


def test_pause_stops_all_and_training_goes_on_from_there(
    open_page: Open, shared: Services
) -> None:
    page = come(open_page, **PAIR | {"steps": "20000"})
    page.press("train").until(lambda p: "2" in p.status and "pause" in p.enabled())
    page.press("pause").until(lambda p: "**Paused**" in p.status)
    keys = sent(page, "duel_live")["run"].split("|")
    runs = [shared.store.run(key) for key in keys]
    assert all(run is not None and not run.active for run in runs)
    assert {"train", "equal"} <= page.enabled()


def test_a_setting_is_added_and_removed_and_the_address_says_so(
    open_page: Open,
) -> None:
    page = come(open_page, **PAIR)
    page.choose("duel_setting", "clip_norm")
    page.press("add")
    assert page.address["duel"] == ";cell:rnn;clip_norm:none"
    assert "not clipped" in words(page)
    page.press("add")
    assert page.address["duel"] == ";cell:rnn;clip_norm:none"
    assert "one of the settings already" in page.warnings
    page.press("remove_1")
    assert page.address["duel"] == ";clip_norm:none"
    assert not {"remove_0", "remove_1"} & page.enabled()


def test_an_initialisation_is_added_with_its_number(open_page: Open) -> None:
    page = come(open_page, **PAIR)
    page.choose("duel_setting", "init").choose("duel_value_init", "forget")
    page.enter("duel_value_init_value", 2.0)
    page.press("add")
    assert page.address["duel"] == ";cell:rnn;init:forget,init_value:2"
    page.choose("duel_setting", "hidden_size").enter("duel_value_hidden_size", 9)
    page.press("add")
    assert page.address["duel"].endswith(";hidden_size:9")


def test_equal_parameters_change_hidden_sizes_alone(open_page: Open) -> None:
    page = come(open_page, **PAIR)
    page.press("equal")
    first, second = page.address["duel"].split(";")
    assert first == "" and second.startswith("cell:rnn,hidden_size:")
    assert page.address["hidden_size"] == "4"


def test_a_ready_duel_sets_base_and_variants(open_page: Open) -> None:
    page = come(open_page, lang="en", seed="3")
    menu = page.test.menu_button(key="duel_ready")
    menu.set_value(menu.options[list(READY).index("forget_bias")])
    page.look()
    assert page.address["duel"] == READY["forget_bias"].variants
    assert page.address["task"] == "temporal_order" and page.address["seed"] == "3"
    assert any(READY["forget_bias"].purpose.en == c.value for c in page.test.caption)


def test_what_a_link_gets_wrong_is_said(open_page: Open) -> None:
    page = come(open_page, **PAIR | {"duel": "seq_len:9;cell:rnn", "seeds": "9"})
    assert "same for all in a duel" in page.warnings
    assert "between 1 and 5" in page.warnings and "not a setting" not in page.warnings
    assert page.address["duel"] == ";cell:rnn" and page.address["seeds"] == "5"


def test_the_way_there_and_back_keeps_the_duel(open_page: Open) -> None:
    page = come(open_page, **PAIR)
    go(page, "playground")
    assert "duel" not in page.address and page.address["seq_len"] == "6"
    page.enter("hidden_size", 5)
    go(page, "duel")
    assert page.address["duel"] == ";cell:rnn" and page.address["hidden_size"] == "5"


def test_the_horizon_is_measured_by_runs_until_a_length_is_failed(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, shared: Services
) -> None:
    trial = duel_horizon.trials_of

    def short(duel: Any) -> Any:  # 3 updates are too few to solve anything
        return tuple(
            tuple(
                tuple(type(c)(**c.model_dump() | {"steps": 3}) for c in seeds)
                for seeds in lengths
            )
            for lengths in trial(duel)
        )

    monkeypatch.setattr(duel_horizon, "trials_of", short)
    page = come(open_page, **PAIR)
    assert "measure" in page.enabled() and "stop" not in page.enabled()
    page.press("measure")
    page.until(lambda p: "measure" not in p.enabled() and "stop" not in p.enabled())
    notes = sent(page, "horizon_live")["panels"][0]["figure"]["layout"]["annotations"]
    assert [note["text"] for note in notes] == ["0/1", *["–"] * 4] * 2
    assert any("All of it is measured" in c.value for c in page.test.caption)
    for lengths in short(page.test.session_state["duel_pictures"][0][0]):
        first, second = lengths[0][0], lengths[1][0]
        assert shared.store.run(first.key) is not None
        assert shared.store.run(second.key) is None


def test_nothing_is_measured_before_it_is_asked_for(
    open_page: Open, shared: Services
) -> None:
    page = come(open_page, **PAIR).look()
    duel = page.test.session_state["duel_pictures"][0][0]
    for lengths in duel_horizon.trials_of(duel):
        assert shared.store.run(lengths[0][0].key) is None
    lags = sent(page, "horizon_live")["panels"][0]["figure"]["data"][0]
    assert len(lags["x"]) == 2


def test_a_run_that_is_reset_or_dropped_is_no_longer_said_to_be_trained(
    open_page: Open, shared: Services
) -> None:
    page = come(open_page, **PAIR)
    page.press("train").until(lambda p: "**Trained**" in p.status)
    first, _ = sent(page, "duel_live")["run"].split("|")
    shared.store.reset(first)
    assert "**Partly trained**" in page.look().status
    assert "1 of 2 runs" in page.status
    assert "train" in page.enabled() and not page.errors


def test_a_run_that_is_reset_between_two_reads_has_no_curve(
    open_page: Open, shared: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = come(open_page, **PAIR)
    page.press("train").until(lambda p: "**Trained**" in p.status)
    records = type(shared.store).records
    first, _ = sent(page, "duel_live")["run"].split("|")

    def reset_before(store: Any, key: str) -> Any:
        if key == first:
            store.reset(key)
        return records(store, key)

    monkeypatch.setattr(type(shared.store), "records", reset_before)
    other = come(open_page, **page.address)
    assert not other.errors
    assert [t["name"] for t in lines(other, "steps")] == ["always 1: 0.167", "RNN"]


def test_what_others_look_at_is_said_to_go_on_when_a_duel_is_paused(
    open_page: Open, shared: Services
) -> None:
    page = come(open_page, **PAIR | {"steps": "20000"})
    page.press("train")
    first, second = sent(page, "duel_live")["run"].split("|")
    shared.store.renew_lease(first, "somebody else", 30)
    page.press("pause")
    assert "Others are looking" in page.warnings
    active = [shared.store.run(key).active for key in (first, second)]
    assert active == [True, False]


def test_settings_that_differ_in_size_alone_stay_as_they_are(open_page: Open) -> None:
    page = come(open_page, **PAIR | {"duel": ";hidden_size:7"})
    page.press("equal")
    assert page.address["duel"] == ";hidden_size:7"
    assert "differ only in size" in page.warnings


def test_a_run_that_is_dropped_while_it_is_opened_is_said_to_be(
    open_page: Open, shared: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = come(open_page, **PAIR)

    def gone(*_: object) -> None:
        raise KeyError("gone")

    monkeypatch.setattr(shared.jobs, "start", gone)
    page.press("train")
    assert "just dropped to make room" in page.warnings and not page.errors
    go(page, "playground").press("train")
    assert "just dropped to make room" in page.warnings and not page.errors


def test_lags_are_predicted_one_a_drawing_and_rows_wait_without_a_diamond(
    open_page: Open,
) -> None:
    page = come(open_page, **PAIR | {"duel": ";cell:rnn;cell:gru", "seed": "4321"})

    def diamonds() -> list[bool]:
        figure = sent(page, "horizon_live")["panels"][0]["figure"]
        return [x is not None for x in figure["data"][0]["x"]]

    for known in (1, 2, 3, 3):
        assert diamonds() == [True] * known + [False] * (3 - known)
        page.look()
