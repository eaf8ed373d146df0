"""The clinic opens where a run exploded or stalled, and its cures lead to a duel."""

from collections.abc import Callable

import pytest

from explorer.texts import LANGUAGES
from explorer.ui import clinic
from tests.app.conftest import Page

SMALL = {"seq_len": "20", "hidden_size": "8", "batch_size": "8", "seed": "1"}
EXPLODES = {
    **SMALL,
    "cell": "rnn",
    "activation": "relu",
    "init": "default",
    "learning_rate": "10",
    "clip_norm": "none",
    "steps": "60",
}
SLOW = {**SMALL, "cell": "rnn", "init": "default", "learning_rate": "1e-6"}


def cure_buttons(page: Page) -> list[str]:
    """Return the keys of the cures on offer."""
    keys = [str(button.key) for button in page.test.button]
    return [key for key in keys if key.startswith("cure_")]


def words(page: Page) -> str:
    """Return all plain words in the body of the page."""
    return "\n".join(str(each.value) for each in page.test.main.markdown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_made_to_explode_is_told_of_and_can_be_cured_in_a_duel(
    open_page: Callable[..., Page], language: str
) -> None:
    page = open_page(lang=language, **EXPLODES).press("train")
    page.until(lambda p: cure_buttons(p))
    exploded = {"en": "**It exploded.** At step", "zh": "**爆炸了。**第"}[language]
    assert exploded in words(page)
    page.test.button(key=cure_buttons(page)[0]).click()
    page.look()
    assert page.address["duel"] == ";learning_rate:0.01"
    assert page.address["learning_rate"] == "10"


def test_a_run_that_learns_nothing_is_said_to_have_stalled(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(steps="120", **SLOW).press("train")
    page.until(lambda p: cure_buttons(p))
    assert "**It stalled.** Since step 6" in words(page)


def test_a_run_that_is_well_or_untrained_has_no_clinic(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(task="parity", seq_len="4", cell="lstm", steps="30")
    assert not cure_buttons(page)
    page.press("train")
    page.until(lambda p: "Trained" in p.status)
    assert not cure_buttons(page)


def test_weights_that_are_dropped_meanwhile_hide_no_illness_for_good(
    open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgotten(*_: object) -> None:
        raise LookupError("not recorded")

    with monkeypatch.context() as patched:
        patched.setattr(clinic, "trace_at", forgotten)
        # A seed of its own: what ails a run is kept for all sessions.
        page = open_page(lang="en", **EXPLODES | {"seed": "2"}).press("train")
        page.until(lambda p: "Diverged" in p.status)
        assert not cure_buttons(page.look())
    assert cure_buttons(page.look())
