"""The gradients' page in a real browser: three cells at once, both sliders."""

import pytest
from conftest import SMALL

pytestmark = pytest.mark.browser
RUN = SMALL | {"steps": "60", "seed": "7"}


def test_one_press_trains_three_cells_and_their_lines_say_how_far_they_are(visit):
    visitor = visit().open(RUN, "gradients")
    chart = (
        "document.querySelector('[data-panel=gradient_trio] .live-plot').data"
        ".filter((line) => line.line.dash !== 'dash')"
    )
    assert visitor.page.evaluate(f"{chart}.every((l) => l.name.includes('untrained'))")
    visitor.press("Train all three")
    visitor.until(f"() => {chart}.every((line) => line.name.endsWith('step 60'))")
    visitor.status("Trained")
    # The gradient of every recorded step arrives by itself, a few with each drawing.
    rows = (
        "document.querySelector('[data-panel=gradient_history] .live-plot').data[0].y"
    )
    visitor.until(f"() => {rows}.length >= 30")
    assert visitor.drawn() == 60


def test_the_cursor_of_a_lag_stands_where_the_time_slider_does(visit):
    visitor = visit().open(RUN | {"seed": "8"}, "gradients")
    visitor.slider("play").fill("7")
    visitor.until(  # t = 7 of 0 … 9: two steps back
        "() => { const plot = document.querySelector("
        "'[data-panel=jacobian_product] .live-plot');"
        "const cursor = plot.querySelector('.live-cursor');"
        "const axis = plot._fullLayout.xaxis;"
        "const x = new DOMMatrix(getComputedStyle(cursor).transform).e - axis._offset;"
        "return !cursor.hidden && Math.abs(axis.p2d(x) - 2) < 0.05; }"
    )
