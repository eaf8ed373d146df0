"""A run is changed in mid-run, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
LONG = {"lang": "en", "seq_len": "10", "hidden_size": "8", "batch_size": "16"}
LONG |= {"steps": "20000"}
MARKS = (
    "(document.querySelector('[data-panel=loss] .live-plot')?.layout?.shapes ?? [])"
    ".map((shape) => shape.x0)"
)


def test_a_fork_goes_on_from_its_parent_and_leads_back_to_it(visit: Visit) -> None:
    visitor = visit().open(LONG | {"seed": "21"})
    visitor.press("Train")
    visitor.until("() => document.querySelector('.st-key-fork_open')")
    parent = visitor.query
    visitor.press("Change from here")
    rate_field = visitor.page.get_by_label("Learning rate").last
    for _ in range(5):  # the page may be drawn anew between two keys
        rate_field.fill("0.002")
        rate_field.press("Enter")
        visitor.page.wait_for_timeout(300)
        if rate_field.input_value() == "0.002":
            break
    visitor.page.locator(".st-key-fork button:visible").click()
    visitor.until("() => new URLSearchParams(location.search).has('changes')")
    step, rate, clip_norm = visitor.query["changes"].split(":")
    assert int(step) > 0 and (rate, clip_norm) == ("0.002", "1")
    visitor.until(f"(step) => {MARKS}[0] === step", int(step))
    visitor.press("Pause")
    visitor.paused()
    steps, _ = visitor.curve
    assert steps[0] == 0 and steps[-1] >= int(step)
    visitor.page.locator(".st-key-parent button:visible").click()
    visitor.until("() => !new URLSearchParams(location.search).has('changes')")
    assert visitor.query == parent
    visitor.paused()
