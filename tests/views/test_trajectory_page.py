"""The page of trajectories: what its pictures show, and the numbers in their words."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from explorer.config import RunConfig
from explorer.history import initial_snapshot
from explorer.probes.spans import alike
from explorer.views import VIEWS, Scene
from explorer.views._view import beginning


@cache
def scene(task: str = "temporal_order", **settings: Any) -> Scene:
    """Return a small untrained run."""
    small = {"hidden_size": 6, "seed": 3, "seq_len": 20}
    return beginning(RunConfig(task=task, **(small | settings)))


def trained(amount: float) -> Scene:
    """Return a run that can be visited at step 4, where all states are scaled."""
    start = scene()
    first = initial_snapshot(start.config)

    def visit(config: RunConfig, step: int) -> Scene:
        weights = {k: w * (1 + amount * (step == 4)) for k, w in first.weights.items()}
        shown = replace(first, weights=weights)
        return replace(here, step=step, trace=shown.trace(), weights=weights)

    here = replace(start, weight_steps=(0, 4), visit=visit)
    return here


def drawn(name: str, shown: Scene, **chosen: str) -> dict[str, Any]:
    """Return a picture in English."""
    return VIEWS[name]().figure(shown, "en", chosen)


def points(figure: dict[str, Any]) -> np.ndarray:
    """Return the points of the thin lines."""
    line = figure["data"][0]
    pairs = zip(line["x"], line["y"], strict=True)
    return np.array([pair for pair in pairs if pair[0] is not None])


def test_an_earlier_step_is_seen_along_the_newest_step_s_components() -> None:
    run = trained(4.0)
    newest = run.at(4).trace.states["h"][-1].reshape(-1, 6)
    values, directions = np.linalg.eigh(np.cov(newest.T))
    hidden = run.trace.states["h"][-1].transpose(1, 0, 2).reshape(-1, 6)
    expected = (hidden - newest.mean(axis=0)) @ directions[:, [-1, -2]]
    found = points(drawn("state_space", run))
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-3)
    assert values[-1] > 1.05 * values[-2]  # or the test would be of a coin's side


def test_the_axes_stay_whichever_step_is_shown() -> None:
    run, view = trained(4.0), VIEWS["state_space"]()
    shown = drawn("state_space", run.at(4))
    assert view.describe(run, {}) != view.describe(run.at(4), {})
    again = drawn("state_space", replace(run, step=2, trace=run.at(4).trace))
    np.testing.assert_allclose(points(again), points(shown))


def test_two_units_that_were_clicked_are_the_axes() -> None:
    run, hidden = scene(), scene().trace.states["h"][-1]
    figure = drawn("state_space", run, axes="clicked", clicked="5,2")
    titles = [figure["layout"][f"{a}axis"]["title"]["text"] for a in "xy"]
    assert titles == ["h of unit 5", "h of unit 2"]
    expected = hidden[..., [5, 2]].transpose(1, 0, 2).reshape(-1, 2)
    np.testing.assert_allclose(points(figure), expected, atol=1e-3)


@pytest.mark.parametrize("nonsense", ["", "99", "-1", "1e3", "²", "a,b", "9" * 5000])
def test_a_click_that_makes_no_sense_counts_for_nothing(nonsense: str) -> None:
    for name in ("state_space", "unit"):
        chosen = {"axes": "clicked", "unit": "clicked"}
        usual = drawn(name, scene(), **chosen)
        assert drawn(name, scene(), **chosen, clicked=nonsense) == usual


def test_right_and_wrong_answers_are_told_and_coloured() -> None:
    run, view = scene(), VIEWS["state_space"]()
    right = run.trace.outputs[-1].argmax(axis=-1) == run.trace.targets
    figure = drawn("state_space", run, colour="right")
    names = [t["name"] for t in figure["data"] if t.get("name")]
    assert set(names) == {"right", "wrong"}
    words = view.describe(run, {}).en
    assert f"right at {right.sum()} of {len(right)} answers" in words


def test_rows_in_order_keep_their_own_numbers() -> None:
    run, hidden = scene(), scene().trace.states["h"][-1, :, 0]
    for order in ("peak", "alike", "answer", "number"):
        rows = drawn("sorted_states", run, order=order)["data"][0]
        assert sorted(map(int, rows["y"])) == list(range(6))
        expected = hidden[:, [int(unit) for unit in rows["y"]]].T
        np.testing.assert_allclose(rows["z"], expected, atol=2e-3)
    peaks = np.abs(hidden).argmax(axis=0)
    rows = drawn("sorted_states", run, order="peak")["data"][0]
    assert (np.diff(peaks[[int(unit) for unit in rows["y"]]]) >= 0).all()


def test_only_the_top_layer_has_an_order_by_what_it_says_to_the_answer() -> None:
    run = scene(num_layers=2)
    figure = drawn("sorted_states", run, order="answer", layer="0")
    assert figure["data"][0]["y"] == [*"012345"]
    assert "only the top layer" in figure["layout"]["annotations"][1]["text"]


def test_the_unit_that_varies_most_is_drawn_first_and_a_clicked_one_on_demand() -> None:
    run, hidden = scene(cell="gru"), scene(cell="gru").trace.states["h"][-1]
    most = int(hidden.var(axis=(0, 1)).argmax())
    first = drawn("unit", run)["data"]
    assert {line["meta"]["unit"] for line in first} == {most}
    clicked = drawn("unit", run, unit="clicked", clicked="4")["data"]
    lines = [line for line in clicked if "yaxis" not in line]
    np.testing.assert_allclose(lines[-1]["y"], hidden[:, 0, 4], atol=1e-3)
    gates = {line["name"]: line["y"] for line in clicked if "yaxis" in line}
    assert gates.keys() == {"rₜ", "zₜ", "nₜ"}
    expected = run.trace.gates["z"][-1, :, 0, 4]
    np.testing.assert_allclose(gates["zₜ"], expected, atol=1e-3)


def test_a_span_that_was_drawn_is_matched_and_framed() -> None:
    run, hidden = scene(), scene().trace.states["h"][-1]
    figure = drawn("span_match", run, span="drawn", drawn="4-7")
    frame = figure["layout"]["shapes"][0]
    assert (frame["x0"], frame["x1"]) == (3.5, 7.5)
    best = alike(hidden, 0, 4, 7, count=6).best
    labels = figure["layout"]["yaxis2"]["ticktext"]
    assert len(labels) == 1 + len(best)
    assert f"seq. {best[0].sequence + 1}, t = {best[0].start}" in labels[1]
    assert labels[1].startswith(f"{best[0].likeness:.2f}")


@pytest.mark.parametrize("nonsense", ["", "7", "7-4", "-1-3", "a-b", "30-40", "1-2-3"])
def test_a_span_that_makes_no_sense_is_the_usual_one(nonsense: str) -> None:
    usual = drawn("span_match", scene())
    assert drawn("span_match", scene(), span="drawn", drawn=nonsense) == usual


def test_a_drawn_span_ends_with_the_sequence() -> None:
    figure = drawn("span_match", scene(), span="drawn", drawn="17-400")
    assert figure["layout"]["shapes"][0]["x1"] == 19.5


def test_the_words_for_the_recurrence_are_its_largest_distance_and_its_ends() -> None:
    hidden = scene().trace.states["h"][-1, :, 0]
    apart = np.linalg.norm(hidden[:, None] - hidden, axis=-1)
    words = VIEWS["recurrence_plot"]().describe(scene(), {}).en
    assert f"at most {apart.max():.3g}; from the first" in words
    assert f"to the last {apart[0, -1]:.3g}." in words


def test_a_text_wears_the_values_of_the_unit_that_was_clicked() -> None:
    run = scene("dyck")
    figure = drawn("coloured_text", run, unit="clicked", clicked="1")
    symbols = run.trace.inputs[:, 0].argmax(axis=-1)
    assert figure["words"] == [run.task.input_names[s].en for s in symbols]
    values = run.trace.states["h"][-1, :, 0, 1]
    shares = np.array(figure["values"]) * float(figure["ends"][2])
    np.testing.assert_allclose(shares, values, atol=6e-3)


def test_only_what_is_read_as_a_text_has_one() -> None:
    view = VIEWS["coloured_text"]()
    told = {"characters", "summarisation", "translation", "dyck", "copying"}
    for name in ("adding", "temporal_order", "sine", *told):
        assert view.applies(RunConfig(task=name)) == (name in told)
