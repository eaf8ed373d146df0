"""The page of proofs in a real browser: the way there and back, and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
RUN = {"lang": "en", "task": "sine", "seq_len": "12", "cell": "gru", "seed": "4"}
ROWS = "() => document.querySelectorAll('.proof tbody tr').length"
# Tables come one after the other; the headline says how many rows there are in all.
ALL_ROWS = """() => {
  const rows = document.querySelectorAll(".proof tbody tr").length;
  const said = document.querySelector("[data-testid=stAlert]")?.innerText ?? "";
  return rows > 0 && (said.match(/[0-9]+/g) ?? []).includes(String(rows));
}"""
WIDEST = """() => Math.max(
  document.documentElement.scrollWidth,
  ...[...document.querySelectorAll(".proof td, .proof small")].map(
    (part) => part.getBoundingClientRect().right))"""
DRAWN = """() => { const all = [...document.querySelectorAll(".live-plot")];
  return all.length >= 5 && all.every((plot) => plot.data); }"""


def go(visitor: Any, page: str) -> None:
    """Follow the navigation to a page by its title."""
    visitor.page.get_by_role("link", name=page, exact=True).click()


def test_there_and_back_is_the_same_run(visit: Visit) -> None:
    visitor = visit().open(RUN | {"steps": "30"})
    visitor.press("Step")
    visitor.paused()
    before = visitor.query
    go(visitor, "How we know")
    visitor.until(ROWS)
    visitor.until("() => document.title === 'How we know · RNN Explorer'")
    assert visitor.query == before
    go(visitor, "Playground")
    visitor.until(DRAWN)
    assert visitor.paused() == 1
    visitor.until("() => document.title === 'RNN Explorer'")
    assert visitor.query == before


def test_the_browser_s_own_back_leads_to_the_run(visit: Visit) -> None:
    visitor = visit().open(RUN)
    before = visitor.query
    go(visitor, "How we know")
    visitor.until(ROWS)
    visitor.until("() => location.search.includes('cell=gru')")
    visitor.page.go_back()
    visitor.until(DRAWN)
    visitor.until("() => !location.pathname.includes('how_we_know')")
    assert visitor.query == before


def test_a_page_and_the_settings_that_come_later_are_one_step_back(
    visit: Visit,
) -> None:
    visitor = visit().open(RUN)
    visitor.until("() => window.oneEntryAPage")
    steps = visitor.page.evaluate(
        """() => {
          const before = history.length;
          history.pushState(null, "", "/how_we_know");
          history.pushState(null, "", "/how_we_know?seed=4");
          history.pushState(null, "", "/how_we_know?seed=5");
          history.pushState(null, "", "/how_we_know?seed=5&changes=2:0.1:1");
          return history.length - before;
        }"""
    )
    assert steps == 3  # another seed is another step, and so is a fork


def test_another_language_on_the_way_changes_words_and_no_setting(
    visit: Visit,
) -> None:
    visitor = visit().open(RUN)
    before = visitor.query
    go(visitor, "How we know")
    visitor.until(ROWS)
    visitor.page.get_by_role("radio").get_by_text("中文").click()
    visitor.page.get_by_role("heading", name="我们怎么知道").wait_for()
    go(visitor, "训练场")
    visitor.until(DRAWN)
    visitor.page.get_by_role("button", name="训练", exact=True).wait_for()
    visitor.until("() => location.search.includes('lang=zh')")
    assert visitor.query == before | {"lang": "zh"}


def test_a_reload_on_the_page_loses_nothing(visit: Visit) -> None:
    visitor = visit().open(RUN)
    before = visitor.query
    go(visitor, "How we know")
    visitor.until(ROWS)
    visitor.until("() => location.search.includes('cell=gru')")
    visitor.page.reload()
    visitor.until(ROWS)
    go(visitor, "Playground")
    visitor.until(DRAWN)
    assert visitor.query == before


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 1024])
def test_no_screen_needs_sideways_scrolling(
    visit: Visit, language: str, width: int
) -> None:
    phone = width < 500
    screen = {"width": width, "height": 800}
    visitor = visit(viewport=screen, is_mobile=phone, has_touch=phone)
    visitor.page.goto(f"{visitor.address}/how_we_know?lang={language}")
    visitor.until(ALL_ROWS)
    assert visitor.page.evaluate(WIDEST) <= width
    assert visitor.page.evaluate("() => innerWidth") == width
    heading = visitor.page.locator(".proof thead").first
    assert heading.bounding_box()["width"] <= (1 if phone else width)


def test_the_contents_lead_to_their_subject(visit: Visit) -> None:
    visitor = visit(viewport={"width": 1280, "height": 700})
    visitor.page.goto(f"{visitor.address}/how_we_know?lang=en")
    visitor.until(ROWS)
    # A page bears that name as well.
    visitor.page.locator("a[href='#subject-6']", has_text="Dynamics").click()
    visitor.until(
        "() => { const top = document.querySelector('#subject-6')"
        ".getBoundingClientRect().top; return top >= 0 && top < innerHeight; }"
    )
    assert visitor.page.get_by_role("heading", name="How we know").count() == 1
