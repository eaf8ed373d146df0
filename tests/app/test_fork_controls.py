"""Changing a run in mid-run: the fork, its address, and the way back."""

from collections.abc import Callable
from typing import Any

import pytest

from explorer.config import RunConfig
from explorer.link import from_query
from explorer.ui.forks import NOTHING
from explorer.ui.services import Services

Open = Callable[..., Any]
SMALL = {"lang": "en", "seq_len": "8", "hidden_size": "4", "batch_size": "4"}
LONG = SMALL | {"steps": "20000"}
FORKED = SMALL | {"steps": "40", "changes": "12:0.001:1"}


def shown(page: Any) -> RunConfig:
    """Return the run that the page's address names."""
    query = {k: v for k, v in page.address.items() if k != "lang"}
    config, problems = from_query(query)
    assert not problems and config.key == page.live["run"]
    return config


def offered(page: Any) -> bool:
    """Return whether a change is offered."""
    return any(button.key == "fork" for button in page.test.button)


def fork(page: Any, **values: float) -> Any:
    """Enter new values and press Fork."""
    for name, value in values.items():
        page.enter(f"fork_{name}", value)
    page.test.button(key="fork").click()
    return page.look()


def paused(page: Any, steps: int = 3) -> Any:
    """Make some single updates."""
    for step in range(1, steps + 1):
        page.press("step").until(lambda p, s=step: p.live["step"] == s)
    return page.look()


def test_a_change_is_offered_on_the_way_and_only_there(open_page: Open) -> None:
    page = open_page(**SMALL | {"steps": "40"})
    assert not offered(page)
    assert offered(paused(page))
    page.press("train").until(lambda p: "**Trained**" in p.status)
    assert not offered(page.look())


def test_a_fork_goes_on_from_where_its_parent_stands(
    open_page: Open, shared: Services
) -> None:
    page = paused(open_page(**LONG))
    parent = shown(page)
    assert page.test.number_input(key="fork_rate").value == 0.001
    fork(page, rate=0.002)
    config = shown(page)
    assert config.parent == parent and config.changes == ((3, 0.002, 1.0),)
    assert page.address["changes"] == "3:0.002:1"
    assert page.test.button(key="parent").label == f"Fork of {parent.key[:8]} at step 3"
    assert "From step 3 on: learning rate 0.002." in page.notes
    page.until(lambda p: p.live["step"] > 3)
    page.press("pause")
    before, after = (shared.store.records(c.key) for c in (parent, config))
    assert after.loss[: len(before.loss)].tolist() == before.loss.tolist()
    assert shared.store.run(parent.key).step == 3  # type: ignore[union-attr]


def test_a_run_in_motion_is_paused_and_its_fork_goes_on(
    open_page: Open, shared: Services
) -> None:
    page = open_page(**LONG)
    page.press("train").until(lambda p: p.live["step"] > 0)
    parent = shown(page)
    fork(page)
    run = shared.store.run(parent.key)
    assert run is not None and not run.active
    assert shown(page).changes == ((run.step, 0.001, 1.0),)
    page.press("pause")


def test_the_way_back_leads_to_the_parent(open_page: Open) -> None:
    page = paused(open_page(**LONG))
    parent, address = shown(page), page.address
    fork(page).press("pause")
    page.test.button(key="parent").click()
    page.look()
    assert shown(page) == parent and page.address == address
    assert not any(button.key == "parent" for button in page.test.button)
    assert not page.warnings


def test_a_fork_opened_by_its_link_elsewhere_is_the_same_run(
    open_page: Open, shared: Services
) -> None:
    page = open_page(**FORKED)
    assert "changes" in page.address and not page.warnings
    page.press("train").until(lambda p: "**Trained**" in p.status)
    other = open_page(**page.address)
    assert other.live["run"] == page.live["run"] and "**Trained**" in other.status


def test_another_setting_ends_a_fork_and_says_so(open_page: Open) -> None:
    page = open_page(**FORKED)
    page.choose("activation", "softsign")
    assert "changes" not in page.address
    assert "belonged to the run before" in page.warnings
    assert shown(page) == RunConfig(
        seq_len=8, hidden_size=4, batch_size=4, steps=40, activation="softsign"
    )
    page.look().choose("activation", "tanh")
    assert not page.warnings and "changes" not in page.address


def test_the_language_is_no_other_setting(open_page: Open) -> None:
    page = open_page(**FORKED)
    for language in ("zh", "en"):
        page.test.segmented_control[0].set_value(language)
        page.look()
        assert page.address["changes"] == "12:0.001:1" and not page.warnings


def test_what_changes_nothing_cannot_be_pressed(open_page: Open) -> None:
    page = paused(open_page(**LONG))
    assert not page.test.button(key="fork").disabled
    page.enter("fork_rate", 0.01)
    assert page.test.button(key="fork").disabled
    page.test.toggle(key="fork_clip").set_value(False)
    page.look()
    assert not page.test.button(key="fork").disabled
    fork(page)
    assert page.address["changes"] == "3:0.01:none"
    page.press("pause")


def test_a_run_that_others_look_at_goes_on_for_them(
    open_page: Open, shared: Services
) -> None:
    ann = open_page(**LONG)
    ann.press("train").until(lambda p: p.live["step"] > 0)
    bob = open_page(**ann.address)
    parent = shown(ann)
    fork(ann)
    assert shown(ann).parent == parent
    run = shared.store.run(parent.key)
    assert run is not None and run.active and shown(bob) == parent
    for page in (ann, bob):
        page.press("pause")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_run_that_went_wrong_at_once_has_no_step_to_go_on_from(
    open_page: Open, language: str
) -> None:
    page = open_page(
        **SMALL
        | {"lang": language, "cell": "rnn", "activation": "identity"}
        | {"optimiser": "sgd", "clip_norm": "none", "learning_rate": "10"}
    )
    page.press("train").until(lambda p: p.errors)
    page.look()
    fork(page)
    assert "changes" not in page.address
    assert page.warnings == (NOTHING.en if language == "en" else NOTHING.zh)


def test_a_fork_that_is_dropped_before_it_starts_is_said_to_be(
    open_page: Open, shared: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = paused(open_page(**LONG))

    def gone(*_: object) -> None:
        raise KeyError("gone")

    monkeypatch.setattr(shared.jobs, "start", gone)
    fork(page, rate=0.002)
    assert "just dropped to make room" in page.warnings and not page.errors
