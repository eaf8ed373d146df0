"""The unrolled network plays, and its frames show the run's own numbers."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from explorer.config import RunConfig
from explorer.views._view import beginning

pytestmark = pytest.mark.browser

LINK = {"lang": "en", "seq_len": "10", "hidden_size": "8", "batch_size": "16"}
COUNT = 10
STAGE = "document.querySelector('.unrolled')"
READY = f"() => Boolean({STAGE}?.dataset.phase)"
PLACE = f"(place) => {STAGE}.dataset.place === String(place)"
NOW = f"() => JSON.stringify({{...{STAGE}.dataset}})"
# What each frame shows, from the press of a button to the end of both passes.
FILM = f"""() => new Promise((done) => {{
  const [frames, begin] = [[], performance.now()];
  document.querySelector(".unrolled-transport select").value = "4";
  document.querySelector(".unrolled-transport select").onchange();
  document.querySelector(".unrolled-pass").click();
  const look = () => {{
    const {{ at, phase, shown, place }} = {STAGE}.dataset;
    frames.push([phase, Number(at), Number(shown), Number(place)]);
    if (Number(place) < {2 * COUNT}) requestAnimationFrame(look);
    else done(JSON.stringify({{ frames, ms: performance.now() - begin }}));
  }};
  requestAnimationFrame(() => requestAnimationFrame(look));
}})"""
ORANGE = """() => {
  const canvas = document.querySelector(".unrolled-view canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue] = data.slice(i, i + 3);
    count += red > 200 && green > 100 && green < 200 && blue < 90;
  }
  return count;
}"""
Visit = Callable[..., Any]


def expected() -> dict[tuple[str, int], float]:
    """Return what is to be shown in each phase and time step, from another trace."""
    config = RunConfig(seq_len=COUNT, hidden_size=8, batch_size=16)
    trace = beginning(config).trace
    values, slopes = (
        np.sqrt((of["h"][-1, :, 0] ** 2).sum(axis=1))
        for of in (trace.states, trace.gradients)
    )
    told = {("forward", t): values[t] for t in range(COUNT)}
    told |= {("backward", t): slopes[t] for t in range(COUNT)}
    return told | {("loss", COUNT - 1): trace.losses[0]}


def stage(visit: Visit, **more: Any) -> Any:
    visitor = visit(**more).open(LINK, "unrolled")
    visitor.until(READY)
    return visitor


def now(visitor: Any) -> dict[str, str]:
    shown: dict[str, str] = json.loads(visitor.page.evaluate(NOW))
    return shown


def test_it_plays_both_passes_and_each_frame_shows_the_run_s_numbers(
    visit: Visit, record_property: Callable[[str, object], None]
) -> None:
    visitor, numbers = stage(visit), expected()
    film = json.loads(visitor.page.evaluate(FILM))
    frames = film["frames"]
    places = [place for *_, place in frames]
    assert places == sorted(places) and places[-1] == 2 * COUNT
    assert {phase for phase, *_ in frames} == {"forward", "loss", "backward"}
    for phase, at, shown, _ in frames:
        assert shown == pytest.approx(numbers[phase, at], rel=1e-5)
    rate = 1000 * len(frames) / film["ms"]
    record_property("frames_per_second", round(rate, 1))
    print(f"unrolled: {rate:.1f} frames a second")


def test_keys_step_through_both_passes_and_light_up_what_came_back(
    visit: Visit,
) -> None:
    visitor, numbers = stage(visit), expected()
    visitor.page.locator(".unrolled-transport input").focus()
    seen = []
    for key, place in [("Home", 0), *(("ArrowRight", p) for p in range(1, 21))]:
        visitor.page.keyboard.press(key)
        visitor.until(PLACE, place)
        shown = now(visitor)
        seen.append((shown["phase"], int(shown["at"])))
        assert float(shown["shown"]) == pytest.approx(numbers[seen[-1]], rel=1e-5)
    forth = [("forward", t) for t in range(COUNT)]
    back = [("backward", t) for t in reversed(range(COUNT))]
    assert seen == [*forth, ("loss", COUNT - 1), *back]
    bright = visitor.page.evaluate(ORANGE)
    visitor.page.keyboard.press("Home")
    visitor.until(PLACE, 0)
    assert bright > 4 * visitor.page.evaluate(ORANGE) + 1000


def test_a_click_opens_a_time_step_and_both_sliders_go_together(visit: Visit) -> None:
    visitor, numbers = stage(visit), expected()
    box = visitor.page.locator(".unrolled-view canvas").bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visitor.until(f"() => {STAGE}.dataset.phase === 'forward'")
    visitor.page.locator(".unrolled-details").wait_for()
    at = int(now(visitor)["at"])
    assert 0 < at < COUNT - 1
    assert visitor.slider("play").input_value() == str(at)
    told = visitor.page.locator(".unrolled-details").inner_text()
    for phase in ("forward", "backward"):
        assert f"{numbers[phase, at]:.3g}" in told
    visitor.slider("play").focus()
    visitor.page.keyboard.press("ArrowLeft")
    visitor.until(f"(t) => {STAGE}.dataset.at === String(t)", at - 1)


def test_the_place_stays_while_the_run_trains(visit: Visit) -> None:
    visitor = visit().open(LINK | {"steps": "400", "seed": "4"}, "unrolled")
    visitor.until(READY)
    visitor.page.locator(".unrolled-transport input").focus()
    visitor.page.keyboard.press("Home")
    visitor.page.keyboard.press("ArrowRight")
    visitor.until(PLACE, 1)
    before = now(visitor)["shown"]
    visitor.press("Train")
    visitor.status("Trained")
    visitor.drawn(400)
    visitor.until(f"(before) => {STAGE}.dataset.shown !== before", before)
    assert now(visitor)["place"] == "1" and now(visitor)["phase"] == "forward"


def test_a_phone_sees_the_whole_stage_without_scrolling_sideways(visit: Visit) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
    visitor = stage(visit, **phone)
    widest = """() => Math.max(document.documentElement.scrollWidth,
      ...[...document.querySelectorAll(".unrolled, .unrolled *")].map(
        (part) => part.getBoundingClientRect().right))"""
    assert visitor.page.evaluate(widest) <= 390
