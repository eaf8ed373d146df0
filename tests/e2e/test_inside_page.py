"""The equations in numbers and the changed future, in a real browser."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.browser

PAGE = "inside_the_cell"
SMALL = {"lang": "en", "seq_len": "12", "hidden_size": "6", "batch_size": "8"}
SMALL |= {"cell": "lstm", "steps": "20"}
Visit = Callable[..., Any]

FIRST_LINE = "() => document.querySelector('.eq-line .eq-numbers').innerText"
RESULTS = """() => [...document.querySelectorAll(".eq-number.eq-end")].map(
  (node) => node.firstChild.textContent)"""
SECONDS = """() => [...document.querySelectorAll(".eq-end .eq-new")].map(
  (node) => node.textContent).filter(Boolean).length"""


def come(visit: Visit) -> Any:
    visitor = visit()
    visitor.page.goto(f"{visitor.address}/{PAGE}?{urlencode(SMALL)}")
    visitor.page.wait_for_selector(".eq-number")
    visitor.drawn()
    return visitor


def test_the_numbers_add_up_and_follow_the_time_step_without_a_server(
    visit: Visit,
) -> None:
    visitor = come(visit)
    page = visitor.page
    at_end = page.evaluate(RESULTS)
    assert len(at_end) == 6
    text = page.evaluate(FIRST_LINE).replace("−", "-").replace(" ", "")
    terms, total, *_ = text.removeprefix("=σ(").split(")=")
    added = sum(float(term.strip("()")) for term in terms.split("+"))
    assert added == pytest.approx(float(total.removeprefix("σ(")), abs=0.004)
    decimals = {len(term.strip("()").partition(".")[2]) for term in terms.split("+")}
    assert decimals == {3}
    menu = page.locator(".eq-bar optgroup")
    assert menu.get_attribute("label") == "those that vary most first"
    assert menu.locator("option").count() == int(SMALL["hidden_size"])
    sent = visitor.sent
    page.locator(".eq-step", has_text="◀").click()
    visitor.until("() => document.querySelector('.eq-now').textContent === 't = 10'")
    page.locator(".eq").press("ArrowLeft")
    visitor.until("() => document.querySelector('.eq-now').textContent === 't = 9'")
    assert page.evaluate(RESULTS) != at_end and visitor.sent == sent
    assert visitor.slider("play").input_value() == "9"


def test_a_gate_that_is_edited_changes_its_future_in_both_cards(visit: Visit) -> None:
    visitor = come(visit)
    page = visitor.page
    for _ in range(4):
        page.locator(".eq-step", has_text="◀").click()
    forget = page.locator(".eq-line").nth(1)
    forget.locator(".eq-end").click()
    assert "dL/d" in page.locator(".eq-detail").inner_text()
    page.locator(".eq-what", has_text="= 0").click()
    visitor.until("() => document.querySelector('.eq-note').textContent.includes('f')")
    visitor.until(f"() => ({SECONDS})() > 0")
    assert "to 0." in page.locator(".pt-said").inner_text()
    assert page.locator(".pt-time").input_value() == "7"
    # Before the change there is nothing to see of it.
    page.locator(".eq").press("ArrowLeft")
    visitor.until("() => document.querySelector('.eq-now').textContent === 't = 6'")
    assert page.evaluate(SECONDS) == 0
    page.locator(".eq-undo").click()
    visitor.until("() => document.querySelector('.eq-undo').hidden")
