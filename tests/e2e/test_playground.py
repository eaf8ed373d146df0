"""From a pick to a trained network, in a real browser."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.browser

PLOT = "document.querySelector(`[data-panel=${name}] .live-plot`)"
SMALL = {"lang": "en", "seq_len": "10", "hidden_size": "8", "batch_size": "16"}
PATHS = "trajectories"
BASELINE = 1 / 6  # the loss of a guess in the adding problem
LENGTH = 10  # time steps of its sequences
PANELS = {"loss", "gradients", "trajectories", "answer", "states"}
OWN_TEXT = "To be, or not to be: 这是一个问题。 \U0001f600\n" * 20
READS = {"lang": "en", "task": "characters", "seq_len": "10", "hidden_size": "8"}
READS |= {"steps": "3", "batch_size": "8"}
CARDS = """(wanted) => JSON.stringify(wanted) === JSON.stringify(
  [...document.querySelectorAll(".live-card")].map((c) => c.dataset.panel).sort())"""
Visit = Callable[..., Any]

COUNT_REDRAWS = f"""(names) => {{
  window.redraws = 0;
  for (const name of names) {PLOT}.on("plotly_react", () => (window.redraws += 1));
}}"""
# The points of the trajectories that can be seen, the heads left out.
SEEN_POINTS = f"""(name) => {{
  let seen = 0;
  for (const trace of {PLOT}.querySelectorAll(".scatterlayer > .trace")) {{
    if (!trace.__data__[0].trace.meta?.until) continue;
    for (const point of trace.querySelectorAll("path.point")) {{
      seen += point.style.display !== "none";
    }}
  }}
  return seen;
}}"""
WIDEST = """() => Math.max(
  document.documentElement.scrollWidth,
  ...[...document.querySelectorAll(".live-card, .live-bar, .live-slider")].map(
    (part) => part.getBoundingClientRect().right))"""


def test_the_loss_falls_below_the_baseline_and_pause_stops_it(trained: Any) -> None:
    steps, loss = trained.curve
    assert loss[0] > BASELINE > BASELINE / 2 > min(loss[-10:])
    guess = trained.chart("loss")[0]
    assert guess["y"] == pytest.approx([BASELINE] * 2, rel=1e-3)
    assert steps == sorted(set(steps)) and steps[-1] < 20_000
    assert trained.query["cell"] == "lstm" and trained.query["seq_len"] == "10"


def test_all_five_pictures_follow_the_training_step_and_come_back(
    trained: Any,
) -> None:
    newest, shown = trained.drawn(), trained.charts()
    assert shown.keys() == PANELS
    trained.slider("newest").focus()
    trained.page.keyboard.press("Home")
    trained.drawn(0)
    untrained = trained.charts()
    assert all(untrained[name] != data for name, data in shown.items())
    assert untrained["loss"][2]["x"] == [0]
    assert trained.page.locator("[data-slider=newest] output").inner_text() == "0"
    trained.press("Newest")
    trained.drawn(newest)
    assert trained.charts() == shown


def test_time_moves_the_trajectories_in_the_browser_alone(trained: Any) -> None:
    all_points = trained.page.evaluate(SEEN_POINTS, "trajectories")
    sequences = all_points // LENGTH
    assert all_points == sequences * LENGTH > LENGTH
    before = trained.sent
    trained.slider("play").focus()
    for key, points in (("Home", 1), ("ArrowRight", 2), ("ArrowRight", 3), ("End", 10)):
        trained.page.keyboard.press(key)
        want = f"(name) => ({SEEN_POINTS})(name) === {sequences * points}"
        trained.until(want, "trajectories")
    assert trained.sent == before, "the server was asked"


def test_play_goes_through_time_by_itself_and_stops_at_the_end(trained: Any) -> None:
    before = trained.sent
    all_points = trained.page.evaluate(SEEN_POINTS, "trajectories")
    trained.press("Play through time")
    trained.until(f"(name) => ({SEEN_POINTS})(name) < {all_points}", "trajectories")
    trained.page.get_by_role("button", name="Play through time").wait_for()
    assert trained.page.locator("[data-slider=play] output").inner_text() == "9 / 9"
    assert trained.sent == before, "the server was asked"


def test_a_shared_link_shows_the_same_run_to_somebody_else(
    trained: Any, visit: Visit
) -> None:
    friend = visit().open(urlsplit(trained.page.url).query)
    friend.paused()
    assert friend.curve == trained.curve
    assert friend.charts() == trained.charts()
    assert friend.query == trained.query


def test_zoom_and_hidden_traces_survive_ten_updates(trained: Any) -> None:
    page = trained.page
    box = page.locator("[data-panel=gradients] .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(
        box["x"] + 0.7 * box["width"], box["y"] + 0.45 * box["height"], steps=4
    )
    page.mouse.up()
    layout = f"(name) => {PLOT}._fullLayout.xaxis.range"
    trained.until(f"(name) => ({layout})(name)[0] > 2", "gradients")
    zoomed = page.evaluate(layout, "gradients")
    page.locator("[data-panel=gradients] .legendtoggle").nth(1).click()
    hidden = f"(name) => {PLOT}._fullData[1].visible === 'legendonly'"
    trained.until(hidden, "gradients")

    page.evaluate(COUNT_REDRAWS, ["gradients"])
    first = trained.chart("gradients")[0]["y"]
    trained.press("Train")
    trained.until("() => window.redraws >= 10")
    assert page.evaluate(layout, "gradients") == zoomed
    assert page.evaluate(hidden, "gradients")
    assert trained.chart("gradients")[0]["y"] != first
    trained.press("Pause")
    trained.paused()


def test_another_language_changes_every_word_and_no_run(trained: Any) -> None:
    (_, loss), query = trained.curve, trained.query
    language = trained.page.get_by_role("radio")
    language.get_by_text("中文").click()
    trained.until(
        f"(name) => /[一-龥]/.test({PLOT}.layout.xaxis.title.text)", "gradients"
    )
    trained.page.get_by_role("button", name="训练", exact=True).wait_for()
    titles = trained.page.locator(".live-title").all_inner_texts()
    assert len(titles) == 5
    assert all(any("一" <= letter <= "龥" for letter in title) for title in titles)
    trained.until("() => location.search.includes('lang=zh')")
    assert trained.query == query | {"lang": "zh"}
    # The slice that was computed when Pause was pressed may be new to the page.
    assert trained.curve[1][: len(loss)] == loss
    for name in ("English", "中文", "English"):  # faster than the page follows
        language.get_by_text(name).click()
    trained.page.get_by_role("button", name="Train", exact=True).wait_for()
    trained.until("() => location.search.includes('lang=en')")
    assert trained.query == query


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_needs_no_sideways_scrolling(
    trained: Any, visit: Visit, language: str
) -> None:
    screen = {"width": 390, "height": 844}
    phone = visit(viewport=screen, is_mobile=True, has_touch=True)
    phone.open(trained.query | {"lang": language})
    assert phone.page.evaluate(WIDEST) <= 390
    words = {"en": "Train", "zh": "训练"}
    button = phone.page.get_by_role("button", name=words[language], exact=True)
    box = button.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert phone.page.evaluate("() => innerWidth") == 390


def test_a_nonsense_link_says_what_was_used_instead(visit: Visit) -> None:
    visitor = visit()
    dialogs: list[str] = []
    visitor.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    nonsense = {"cell": "<img src=x onerror=alert(1)>", "hidden_size": "1e999"}
    visitor.open(SMALL | nonsense)
    said = visitor.page.get_by_test_id("stAlert").inner_text()
    assert "<img src=x onerror=alert(1)>" in said and "Used instead: lstm" in said
    assert visitor.query["cell"] == "lstm" and not dialogs


def test_two_tabs_that_press_train_see_one_run(visit: Visit) -> None:
    link = SMALL | {"steps": "40", "seed": "2"}
    tabs = [visit().open(link), visit().open(link)]
    for tab in tabs:
        tab.page.get_by_role("button", name="Train", exact=True).dispatch_event("click")
    for tab in tabs:
        tab.status("Trained")
        tab.until(f"(name) => {PLOT}.data[1].x.at(-1) === 40", "loss")
    assert tabs[0].curve == tabs[1].curve


def test_the_frame_runs_by_itself_with_its_pictures(
    frame_address: str, visit: Visit
) -> None:
    with urlopen(f"{frame_address}/app/static/live.js") as answer:
        assert answer.status == 200 and "javascript" in answer.headers["Content-Type"]
    visitor = visit(frame_address).open(SMALL | {"steps": "20"})
    visitor.press("Train")
    visitor.status("Trained")


def test_the_choices_on_a_card_are_those_that_the_run_has(visit: Visit) -> None:
    visitor = visit().open(SMALL | {"num_layers": "2"})
    offered = """() => [...document.querySelectorAll(
      "[data-panel=states] .live-choice button")].map((b) => b.innerText).join("|")"""
    layers = visitor.page.get_by_role("spinbutton", name="Layers")
    for count, buttons in (
        ("3", "hₜ|cₜ|iₜ|fₜ|oₜ|layer 3|layer 2|layer 1"),
        ("1", "hₜ|cₜ|iₜ|fₜ|oₜ"),
        ("2", "hₜ|cₜ|iₜ|fₜ|oₜ|layer 2|layer 1"),
    ):
        layers.fill(count)
        layers.press("Enter")
        visitor.until(f"(wanted) => ({offered})() === wanted", buttons)
    visitor.page.get_by_role("combobox", name="Cell").click()
    visitor.page.get_by_role("option", name="RNN · 1990", exact=True).click()
    visitor.until(f"(wanted) => ({offered})() === wanted", "layer 2|layer 1")


def test_a_pasted_text_is_learned_and_its_link_opens_for_a_friend(
    visit: Visit,
) -> None:
    visitor = visit().open(READS)
    assert visitor.page.locator(".live-card").count() == 6, "words to read among them"
    built_in = visitor.chart("readings")
    field = visitor.page.get_by_role("textbox", name="Your own text")
    field.fill(OWN_TEXT)
    field.press("Control+Enter")
    visitor.until("() => location.search.includes('text=')")
    visitor.page.get_by_text(f"{len(OWN_TEXT):,} of at most 100,000").wait_for()
    visitor.press("Train")
    visitor.status("Trained")
    visitor.drawn(3)
    assert visitor.chart("readings") != built_in
    friend = visit().open(visitor.query)
    friend.drawn(3)
    assert friend.query == visitor.query
    assert friend.charts() == visitor.charts()
    shown = friend.page.get_by_role("textbox", name="Your own text").input_value()
    assert shown == OWN_TEXT


def test_a_text_that_is_too_long_is_cut_and_a_constant_one_told(visit: Visit) -> None:
    visitor = visit().open(READS)
    field = visitor.page.get_by_role("textbox", name="Your own text")
    for text, said in (
        ("abcdefghij" * 10_050, "Only the first 100,000 of 100,500 characters"),
        ("aaaa", "fewer than two different characters"),
    ):
        field.fill(text)
        field.press("Control+Enter")
        visitor.page.get_by_text(said).wait_for()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_ready_experiment_sets_the_page_and_changes_its_cards(
    visit: Visit, width: int
) -> None:
    phone = {"is_mobile": True, "has_touch": True} if width < 500 else {}
    visitor = visit(viewport={"width": width, "height": 844}, **phone).open(SMALL)
    menu = visitor.page.get_by_role("button", name="Ready experiments")
    for experiment, cards in (
        ("A summariser: LSTM(128), Dense(1)", PANELS | {"readings", "scores"}),
        ("What came first: temporal order", PANELS),
    ):
        menu.click()
        visitor.page.get_by_text(experiment, exact=True).click()
        visitor.until(CARDS, sorted(cards))
        visitor.drawn(0)
    visitor.until("() => location.search.includes('task=temporal_order')")
    assert visitor.page.evaluate(WIDEST) <= width


def test_no_mark_of_an_earlier_task_stays_among_the_paths(visit: Visit) -> None:
    visitor = visit().open(SMALL)
    visitor.slider("play").focus()
    visitor.page.keyboard.press("ArrowLeft")  # heads are moved, not drawn anew
    visitor.until(f"(name) => {PLOT}.querySelector('.live-mark') !== null", PATHS)
    visitor.page.get_by_role("button", name="Ready experiments").click()
    visitor.page.get_by_text("What came first: temporal order", exact=True).click()
    visitor.until("() => location.search.includes('temporal_order')")
    visitor.until(f"(name) => {PLOT}.data.length > 3", PATHS)
    visitor.drawn(0)
    own = f"""(name) => [...{PLOT}.querySelectorAll(".live-mark")].every((mark) =>
      mark.style.fill ===
        mark.closest(".trace").querySelector("path.point").style.fill)"""
    visitor.until(own, PATHS)


def test_the_menu_of_activations_has_those_that_the_cell_takes(visit: Visit) -> None:
    visitor = visit().open(SMALL | {"cell": "cornn"})
    visitor.page.get_by_role("combobox", name="Activation f").click()
    options = visitor.page.get_by_role("option")
    assert options.all_inner_texts() == ["tanh", "sigmoid", "softsign"]
    visitor.page.keyboard.press("Escape")
