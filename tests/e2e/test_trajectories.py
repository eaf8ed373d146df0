"""The page of trajectories in a real browser: a unit, a span, a text, the sliders."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
RUN = {"lang": "en", "task": "dyck", "seq_len": "12", "cell": "gru", "hidden_size": "8"}
RUN |= {"batch_size": "8", "steps": "20", "seed": "2"}
PLOT = "document.querySelector(`[data-panel=${name}] .live-plot`)"
BAND = """(unit) => {
  const band = document.querySelector("[data-panel=sorted_states] .live-band");
  return !band.hidden && band.style.transform; }"""
UNIT = f"(name) => {PLOT}.data[0].meta.unit"


def over(page: Any, panel: str, x: float, y: float) -> tuple[float, float]:
    """Return a place within a chart, in parts of its width and height."""
    plot = page.locator(f"[data-panel={panel}] .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def test_a_unit_that_is_clicked_stands_out_everywhere(visit: Visit) -> None:
    visitor = visit(viewport={"width": 1440, "height": 1400}).open(RUN, "trajectories")
    page = visitor.page
    rows = visitor.chart("sorted_states")[0]["y"]
    before = visitor.sent
    page.mouse.move(*over(page, "sorted_states", 0.5, 4.5 / 8))
    visitor.until(BAND)
    assert visitor.sent == before, "the server was asked"
    page.mouse.down()
    page.mouse.up()
    wanted = f"([name, unit]) => ({UNIT})(name) === unit"
    visitor.until(wanted, ["unit", int(rows[4])])
    assert page.locator("[data-panel=unit] select").input_value() == "clicked"


def test_a_span_is_chosen_by_dragging_over_it(visit: Visit) -> None:
    visitor = visit(viewport={"width": 1440, "height": 1400}).open(RUN, "trajectories")
    page = visitor.page
    page.mouse.move(*over(page, "span_match", 3.6 / 12.2, 0.5))
    page.mouse.down()
    page.mouse.move(*over(page, "span_match", 6.6 / 12.2, 0.6), steps=3)
    page.mouse.up()
    framed = f"(name) => {PLOT}.layout.shapes[0].x0 === 2.5"
    visitor.until(framed, "span_match")
    assert page.evaluate(f"(name) => {PLOT}.layout.shapes[0].x1", "span_match") == 6.5
    pressed = page.locator("[data-panel=span_match] [aria-pressed=true]").first
    assert pressed.inner_text() == "drawn"


def test_both_sliders_move_all_pictures_and_the_text(visit: Visit) -> None:
    visitor = visit(viewport={"width": 1440, "height": 1400}).open(RUN, "trajectories")
    page = visitor.page
    visitor.press("Train")
    visitor.status("Trained")
    visitor.drawn(20)
    pictures = ("state_space", "sorted_states", "unit", "recurrence_plot")
    trained = {name: visitor.chart(name) for name in pictures}
    visitor.slider("newest").focus()
    page.keyboard.press("Home")
    visitor.drawn(0)
    assert all(visitor.chart(name) != data for name, data in trained.items())
    before = visitor.sent
    page.locator(".text-word").nth(5).click()
    visitor.until("() => document.querySelectorAll('.text-later').length === 6")
    assert page.locator("[data-slider=play] output").inner_text() == "5 / 11"
    page.locator(".text-body").press("ArrowRight")
    visitor.until("() => document.querySelectorAll('.text-later').length === 5")
    assert visitor.sent == before, "the server was asked"
