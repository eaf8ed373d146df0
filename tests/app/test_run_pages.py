"""Every page of views, in both languages, untrained and trained."""

from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.texts import LANGUAGES
from explorer.ui.navigation import HOME, titles
from explorer.ui.panels import views_of
from explorer.views import VIEWS
from tests.app.conftest import Page

FOLDER = Path(__file__).parents[2] / "pages"
PAGES = sorted({VIEWS[name].page for name in VIEWS} - {HOME})
SMALL = {"seq_len": "10", "hidden_size": "6", "batch_size": "8", "steps": "20"}


def go(page: Page, stem: str) -> Page:
    """Follow the navigation to another page."""
    page.test.switch_page(f"../../pages/{stem}.py")
    return page.look()


def test_every_page_that_a_view_names_is_there() -> None:
    assert set(PAGES) <= {file.stem for file in titles(FOLDER)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stem", PAGES)
def test_a_page_shows_its_views(
    open_page: Callable[..., Page], stem: str, language: str
) -> None:
    page = go(open_page(lang=language, **SMALL), stem)
    live = page.live
    assert live["page"] == stem and live["language"] == language
    assert not page.warnings and not page.errors


@pytest.mark.parametrize("stem", PAGES)
def test_a_page_goes_on_with_the_run_that_was_trained_on_another(
    open_page: Callable[..., Page], stem: str
) -> None:
    page = open_page(**SMALL).press("train")
    page.until(lambda p: "Trained" in p.status)
    key = page.live["run"]
    live = go(page, stem).live
    assert live["run"] == key and live["step"] == 20
    assert [panel["name"] for panel in live["panels"]]
    assert all(panel["name"] in VIEWS for panel in live["panels"])
    assert page.address["steps"] == "20"


def test_a_view_is_on_one_page_only() -> None:
    from explorer.config import RunConfig

    every = [name for stem in [HOME, *PAGES] for name in views_of(RunConfig(), stem)]
    assert len(every) == len(set(every))
