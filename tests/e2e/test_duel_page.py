"""The page of duels in a real browser: a link opened elsewhere shows the same."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
PAIR = {"lang": "en", "seq_len": "8", "hidden_size": "4", "batch_size": "4"}
PAIR |= {"steps": "60", "duel": ";cell:rnn", "seeds": "2"}
CURVES = """() => { const all = [...document.querySelectorAll(
  "[data-panel^=duel_] .live-plot")];
  return all.length === 4 && all.every((plot) => plot.data?.length) &&
    JSON.stringify(all.map((plot) => plot.data)); }"""
MEDIANS = """() => document.querySelector("[data-panel=duel_steps] .live-plot")
  ?.data?.filter((t) => t.line.width > 2 && t.x.at(-1) === 60).length === 2"""
WIDEST = """() => Math.max(...[...document.querySelectorAll(
  ".live-card, .live-plot .main-svg, .stMain p, .duel-card, .duel-frame")].map(
    (part) => part.getBoundingClientRect().right))"""


def test_a_duel_link_opened_elsewhere_shows_the_same_curves(visit: Visit) -> None:
    first = visit().open(PAIR, "duel")
    first.press("Train all")
    first.status("Trained")
    first.until(MEDIANS)
    assert first.query.items() >= PAIR.items()
    other = visit().open(first.query, "duel")
    other.until(MEDIANS)
    assert other.until(CURVES) == first.until(CURVES)
    names = other.page.locator(".duel-card > b")
    assert names.all_inner_texts() == ["LSTM, chrono", "RNN, torch's default"]


def test_on_a_phone_nothing_is_wider_than_the_screen(visit: Visit) -> None:
    phone = visit(viewport={"width": 390, "height": 844}).open(PAIR, "duel")
    phone.page.locator("[data-testid=stVegaLiteChart] :is(svg, canvas)").nth(
        1
    ).wait_for()
    assert phone.page.evaluate(WIDEST) <= 390
