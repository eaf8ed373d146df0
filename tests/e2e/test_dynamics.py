"""The page of dynamics in a real browser: a start is dragged, and Python answers."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from explorer.config import RunConfig
from explorer.dynamics.phase_portrait import orbit
from explorer.history import initial_snapshot
from explorer.step_map import layer_cell

pytestmark = pytest.mark.browser

PLANE = {
    "lang": "en",
    "task": "flip_flop",
    "bits": "1",
    "seq_len": "20",
    "cell": "rnn",
    "init": "default",
    "hidden_size": "2",
}
CARD = "[data-panel=phase_portrait]"
START = f"{CARD} .portrait-start"
SAID = f"document.querySelector('{CARD} .portrait-said')?.textContent"
DOTS = f"document.querySelector('{CARD} .portrait-dots path')?.getAttribute('d')"
SWEPT = f"(count) => {DOTS}?.split('M').length - 1 === count && {DOTS}"
Visit = Callable[..., Any]


def spots(path: str) -> np.ndarray:
    """Return the pixels of dots drawn as M x,y h0."""
    return np.array(
        [
            [float(v) for v in dot.split("h")[0].split(",")]
            for dot in path.split("M")
            if dot
        ]
    )


def test_a_dragged_start_shows_no_orbit_until_the_exact_one_is_there(
    visit: Visit,
) -> None:
    visitor = visit().open(PLANE, page="dynamics")
    page = visitor.page
    page.locator(CARD).scroll_into_view_if_needed()
    before = spots(visitor.until(SWEPT, 151))
    box = page.locator(START).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y - 40, steps=4)
    visitor.until(f"() => {SAID} === '…'")
    assert page.evaluate(DOTS) == "M0,0"
    page.mouse.up()
    visitor.until(f"() => {SAID} !== '…'")
    after = spots(visitor.until(SWEPT, 151))
    np.testing.assert_allclose(after[0] - before[0], [-120, -40], atol=2)

    # The same orbit computed here, laid over the drawn one by its affine map.
    ends = json.loads(
        page.evaluate(
            f"JSON.stringify({SAID}.match(/from \\((.*?)\\)/)[1].split(', '))"
        )
    )
    config = RunConfig(
        task="flip_flop",
        task_params={"bits": 1},
        seq_len=20,
        cell="rnn",
        init="default",
        hidden_size=2,
    )
    cell = layer_cell(config, initial_snapshot(config).weights, 0)
    begin = np.array([float(end.replace("−", "-")) for end in ends])
    exact = orbit(cell, np.zeros(1), begin, 150)
    for axis in (0, 1):
        fit = np.polyfit(exact[:, axis], after[:, axis], 1)
        drawn = np.polyval(fit, exact[:, axis])
        np.testing.assert_allclose(after[:, axis], drawn, atol=6)


def test_arrow_keys_move_the_start_too(visit: Visit) -> None:
    visitor = visit().open(PLANE, page="dynamics")
    before = spots(visitor.until(SWEPT, 151))
    visitor.page.locator(START).focus()
    for _ in range(5):
        visitor.page.keyboard.press("ArrowLeft")
    visitor.until(f"() => {SAID} === '…'")
    visitor.until(f"() => {SAID} !== '…'")
    after = spots(visitor.until(SWEPT, 151))
    assert after[0][0] < before[0][0] and abs(after[0][1] - before[0][1]) < 1


def test_where_there_is_no_plane_a_link_leads_to_one(visit: Visit) -> None:
    visitor = visit().open(PLANE | {"cell": "lstm", "hidden_size": "8"}, "dynamics")
    visitor.page.get_by_role("link", name="GRU, H = 2").click()
    visitor.until("() => location.search.includes('cell=gru')")
    visitor.until(SWEPT, 151)
    assert visitor.query["hidden_size"] == "2" and visitor.query["task"] == "flip_flop"
