"""The page of costs in a real browser: measured, stopped, and read on a phone."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
SMALL = "cost_cells=gru,mingru&cost_hidden_size=4&cost_batch_size=2"
DRAWN = """() => { const all = [...document.querySelectorAll(".live-plot")];
  return all.length === 3 && all.every((plot) => plot.data); }"""
TIME = "document.querySelector(`[data-panel=cost_time] .live-plot`)"
LENGTHS = f"() => {TIME}?.data?.length > 2 && {TIME}.data[1].x.length >= 3"
# By a script: a fast machine may be done, and the button no longer to be pressed.
STOP = """() => [...document.querySelectorAll("button")].find(
  (button) => button.innerText.includes("Stop"))?.click()"""
WIDEST = """() => Math.max(...[...document.querySelectorAll(
  ".live-card, .live-plot .main-svg, .stMain p")].map(
    (part) => part.getBoundingClientRect().right))"""


def status(visitor: Any, *words: str) -> None:
    """Wait until the line over the pictures begins with one of some words."""
    visitor.until(
        "(words) => words.some((word) => document.querySelector("
        "'[data-testid=stProgress] strong')?.textContent.startsWith(word))",
        list(words),
    )


def test_points_come_while_it_measures_and_stay_when_it_is_stopped(
    visit: Visit,
) -> None:
    visitor = visit()
    visitor.page.goto(f"{visitor.address}/what_it_costs?lang=en&{SMALL}")
    visitor.until(DRAWN)
    status(visitor, "Not measured")
    visitor.page.evaluate(f"() => {{ {TIME}.mine = true; }}")
    visitor.press("Measure")
    visitor.until(LENGTHS)
    assert visitor.page.evaluate(f"() => {TIME}.mine"), "drawn on, not drawn anew"
    visitor.page.evaluate(STOP)
    status(visitor, "Stopped", "Measured")
    visitor.page.get_by_role("heading", name="What was found").wait_for()
    assert visitor.page.locator(".cost-table tbody tr").count() >= 4
    assert not visitor.page.locator(".live-bar").is_visible()
    visitor.until("() => location.search.includes('cost_hidden_size=4')")
    visitor.page.reload()
    visitor.until(LENGTHS)
    status(visitor, "Stopped", "Measured")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_phone_nothing_is_wider_than_the_screen(
    visit: Visit, language: str
) -> None:
    screen = {"width": 390, "height": 844}
    visitor = visit(viewport=screen, is_mobile=True, has_touch=True)
    visitor.page.goto(f"{visitor.address}/what_it_costs?lang={language}&{SMALL}")
    visitor.until(DRAWN)
    assert visitor.page.evaluate(WIDEST) <= 390
    assert visitor.page.evaluate("() => innerWidth") == 390


def test_the_way_home_leads_to_the_run(visit: Visit) -> None:
    visitor = visit().open({"lang": "en", "task": "sine", "cell": "gru", "seed": "4"})
    before = visitor.query
    visitor.page.get_by_role("link", name="What it costs", exact=True).click()
    visitor.until("() => location.search.includes('cost_cells')")
    visitor.until(DRAWN)
    assert visitor.query.items() >= before.items()
    visitor.page.get_by_role("link", name="Playground", exact=True).click()
    visitor.until("() => document.querySelectorAll('.live-plot').length >= 5")
    visitor.until("() => !location.search.includes('cost_cells')")
    assert visitor.query == before
