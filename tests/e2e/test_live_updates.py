"""Between two figures the curves go on by themselves, where the server is heard."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

LONG = {"lang": "en", "seq_len": "10", "hidden_size": "8", "batch_size": "16"}
LONG |= {"steps": "20000"}
Visit = Callable[..., Any]

# Keep every stream that the page opens, to see which are open.
SOURCES = """window.sources = [];
window.EventSource = class extends EventSource {
  constructor(...given) {
    super(...given);
    window.sources.push(this);
  }
};"""
OPEN = "window.sources.filter((source) => source.readyState === 1).length"
ENDED = "window.sources.every((source) => source.readyState === 2)"
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
HOST = "document.querySelector('.live-panels')"
PUSHED = f"Number({HOST}.dataset.pushed ?? -1)"
RECORDED = "document.querySelector('[data-panel=loss] .live-plot').data[1].x"
TAILS = "document.querySelectorAll('[data-panel=loss] .live-tail path').length"
NOW = "document.querySelector('[data-panel=loss] .live-now').textContent"
# How often the page draws something that was pushed beyond all that figures show.
COUNT = f"""() => {{
  window.ahead = window.furthest = 0;
  new MutationObserver(() => {{
    window.ahead += {PUSHED} > {RECORDED}.at(-1);
    window.furthest = Math.max(window.furthest, {PUSHED});
  }}).observe({HOST}, {{ attributes: true, attributeFilter: ["data-pushed"] }});
}}"""


def test_curves_go_on_between_two_figures_and_rest_with_the_run(visit: Visit) -> None:
    visitor = visit().open(LONG | {"seed": "11"})
    visitor.page.evaluate(COUNT)
    visitor.press("Train")
    visitor.until("() => window.ahead >= 10")
    visitor.until(f"() => {TAILS} > 0 && /^\\d+ · loss \\d/.test({NOW})")
    visitor.press("Pause")
    step = visitor.paused()
    visitor.until(f"() => {TAILS} === 0 && {NOW} === ''")
    assert 0 < visitor.page.evaluate("() => window.furthest") <= step


def test_an_earlier_step_stays_while_the_curves_go_on(visit: Visit) -> None:
    visitor = visit().open(LONG | {"seed": "12"})
    visitor.press("Train")
    visitor.until(f"() => {RECORDED}.length > 3")
    visitor.slider("newest").focus()
    visitor.page.keyboard.press("Home")
    visitor.drawn(0)
    states = visitor.chart("states")
    seen = visitor.page.evaluate(f"() => {PUSHED}")
    visitor.until(f"(seen) => {PUSHED} > seen + 100", seen)
    assert visitor.drawn() == 0 and visitor.chart("states") == states
    assert visitor.chart("loss")[2]["x"] == [0]
    visitor.press("Pause")
    visitor.status("Paused")


def test_a_stream_is_open_only_while_the_run_advances_and_is_seen(
    visit: Visit,
) -> None:
    visitor = visit()
    visitor.page.add_init_script(SOURCES)
    visitor.open(LONG | {"seed": "13"})
    assert visitor.page.evaluate("() => window.sources.length") == 0
    visitor.press("Train")
    visitor.until(f"() => {OPEN} === 1")
    visitor.page.evaluate(HIDE, True)
    visitor.until(f"() => {ENDED}")
    visitor.page.evaluate(HIDE, False)
    visitor.until(f"() => {OPEN} === 1 && {PUSHED} > 0")
    visitor.press("Pause")
    visitor.status("Paused")
    visitor.until(f"() => {ENDED}")
    visitor.press("Train")
    visitor.until(f"() => {OPEN} === 1")
    visitor.page.get_by_role("link", name="How we know").click()
    visitor.until(f"() => {HOST} === null && {ENDED}")


def test_the_page_follows_where_the_stream_does_not_get_through(visit: Visit) -> None:
    visitor = visit()
    visitor.page.route(re.compile(r"/live/\w+\?after="), lambda route: route.abort())
    visitor.open(LONG | {"seed": "14"})
    visitor.press("Train")
    visitor.until(f"() => {RECORDED}.length > 8 && {RECORDED}.at(-1) > 100")
    visitor.press("Pause")
    visitor.paused()
    assert visitor.page.evaluate(f"() => {PUSHED}") == -1
    blocked = "net::ERR_FAILED"  # the browser's own line on what the test blocks
    assert all(blocked in error for error in visitor.errors)
    visitor.errors.clear()
