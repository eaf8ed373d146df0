"""Every view of every task, in both languages, and the numbers in its words."""

import json
import re
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from explorer.batches import TRACED
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.fields import numbers
from explorer.history import initial_snapshot, scores_of
from explorer.probes.gradients import state_gradient_norms
from explorer.tasks import TASKS
from explorer.texts import LANGUAGES, Language
from explorer.views import VIEWS, Scene, View
from explorer.views._view import spread

HAN = re.compile("[\u4e00-\u9fff]")
MOST_BYTES = 400_000
"""Of one picture: a page may send it several times a second."""


@cache
def scene(task: str = "adding", **settings: Any) -> Scene:
    """Return what there is to see of a small untrained run."""
    small = {"hidden_size": 5, "seed": 1} | settings
    config = RunConfig(task=task, seq_len=shortest(task), **small)
    first = initial_snapshot(config)
    steps = np.array([0, 1, 2, 4])
    loss, metric = first.loss * 0.9**steps, np.full(4, first.metric)
    scores = scores_of(config, first.weights)
    return Scene(
        config,
        steps,
        loss,
        metric,
        2,
        first.trace(),
        scores,
        grad_norm=first.grad_norm * 2.0 ** (1 - steps),
        weights=first.weights,
    )


TOLD = {
    name: [task for task in TASKS if VIEWS[name]().applies(RunConfig(task=task))]
    for name in VIEWS
}
"""View's name -> the tasks of which it has something to show."""
PAIRS = [(name, task) for name, tasks in TOLD.items() for task in tasks]


def shortest(task: str) -> int:
    """Return a length that keeps the test fast, within the task's bounds."""
    bounds = numbers(TASKS[task])["seq_len"]
    return int(min(max(bounds.minimum, 12), bounds.maximum))


def blown_up(task: str) -> Scene:
    """Return a run whose weights have run off to infinity."""
    whole = scene(task, num_layers=2)

    def broken(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: np.full_like(array, np.nan) for name, array in arrays.items()}

    trace = replace(
        whole.trace,
        outputs=np.full_like(whole.trace.outputs, np.inf),
        states=broken(whole.trace.states),
        gates=broken(whole.trace.gates),
        gradients=broken(whole.trace.gradients),
    )
    nothing = np.full(4, np.nan)
    weights = {n: torch.full_like(w, torch.nan) for n, w in whole.weights.items()}
    return replace(
        whole,
        step=4,  # not the step of `scene`, of which results may be kept
        loss=nothing,
        metric=nothing,
        grad_norm=nothing,
        trace=trace,
        weights=weights,
    )


def offers(view: View, config: RunConfig) -> list[dict[str, str]]:
    """Return every combination of what a view lets the reader choose."""
    choices = view.choices(config)
    values = product(*(choice.values for choice in choices))
    names = [choice.name for choice in choices]
    return [dict(zip(names, chosen, strict=True)) for chosen in values]


def check(view: View, figure: dict[str, Any]) -> None:
    """Hold a figure to what the page needs: plotly knows it, JSON can carry it."""
    assert len(json.dumps(figure, allow_nan=False)) < MOST_BYTES
    if view.drawing == "plotly":
        go.Figure(figure)
        assert figure["data"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_every_view_draws_every_task(name: str, task: str, language: Language) -> None:
    shown, view = scene(task, num_layers=2), VIEWS[name]()
    for chosen in offers(view, shown.config):
        check(view, view.figure(shown, language, chosen))


@pytest.mark.parametrize("cell", list(CELLS))
@pytest.mark.parametrize("name", list(VIEWS))
def test_every_view_draws_every_cell(name: str, cell: str) -> None:
    shown, view = scene(TOLD[name][0], cell=cell, hidden_size=1), VIEWS[name]()
    for chosen in offers(view, shown.config):
        check(view, view.figure(shown, "en", chosen))
    assert view.describe(shown, {}).en


@pytest.mark.parametrize("name", list(VIEWS))
def test_a_run_that_blew_up_can_still_be_drawn(name: str) -> None:
    shown, view = blown_up(TOLD[name][0]), VIEWS[name]()
    for chosen in offers(view, shown.config):
        check(view, view.figure(shown, "zh", chosen))
    assert view.describe(shown, {}).zh


@pytest.mark.parametrize("name", list(VIEWS))
def test_titles_captions_and_choices_are_in_both_languages(name: str) -> None:
    view, config = VIEWS[name](), scene(TOLD[name][0], num_layers=3).config
    titles = [choice.title for choice in view.choices(config)]
    for text in (view.title, view.caption, *titles):
        assert HAN.search(text.zh) and not HAN.search(text.en)


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_every_picture_is_told_in_words_in_both_languages(name: str, task: str) -> None:
    words = VIEWS[name]().describe(scene(task, num_layers=2), {})
    assert re.search(r"\d", words.en) and HAN.search(words.zh)
    assert not HAN.search(words.en)
    numbers = re.compile(r"\d[\d.e%+-]*\d|\d")
    assert sorted(numbers.findall(words.en)) == sorted(numbers.findall(words.zh))


@pytest.mark.parametrize("name", list(VIEWS))
def test_a_choice_that_is_not_on_offer_falls_back_to_the_first(name: str) -> None:
    shown, view = scene(TOLD[name][-1], num_layers=2), VIEWS[name]()
    nonsense = {choice.name: "9" for choice in view.choices(shown.config)}
    assert view.figure(shown, "en", nonsense) == view.figure(shown, "en", {})


def test_the_layer_that_is_chosen_is_the_one_that_is_drawn() -> None:
    shown, view = scene("sine", num_layers=2, hidden_size=4), VIEWS["states"]()
    for layer, number in (("0", 0), ("1", 1)):
        figure = view.figure(shown, "en", {"layer": layer, "state": "c"})
        drawn = np.array(figure["data"][0]["z"], dtype=float)
        expected = shown.trace.states["c"][number, :, 0].T
        np.testing.assert_allclose(drawn, expected, atol=2e-3)


def test_the_words_for_the_loss_are_the_newest_record_and_the_baseline() -> None:
    shown = replace(scene(), loss=np.array([4, 3, 2, 1.25]), metric=np.ones(4) / 8)
    words = VIEWS["loss"]().describe(shown, {})
    assert "After 4 updates: training loss 1.25," in words.en
    assert "mean squared error 0.125; always 1: 0.167." in words.en
    assert "均方误差 0.125；总答 1：0.167" in words.zh


def test_the_words_for_the_gradient_are_its_ends_in_the_top_layer() -> None:
    shown = scene(num_layers=2)
    norms = state_gradient_norms(shown.trace)["h"][1]
    words = VIEWS["gradients"]().describe(shown, {}).en
    assert f"{norms[0]:.3g} at the first" in words
    assert f"{norms[-1]:.3g} at the last" in words


@pytest.mark.parametrize(("size", "reach"), [(0.01, 0.01), (0.5, 1.0), (1.2, 1.2)])
def test_the_colours_of_small_states_suit_the_data(size: float, reach: float) -> None:
    shown = scene("adding", cell="antisymmetric")
    states = {"h": np.full_like(shown.trace.states["h"], size)}
    shown = replace(shown, trace=replace(shown.trace, states=states))
    heat = VIEWS["states"]().figure(shown, "en", {})["data"][0]
    assert (heat["zmin"], heat["zmax"]) == (-reach, reach)


def test_the_words_for_the_states_are_their_number_and_range() -> None:
    shown = scene()
    hidden = shown.trace.states["h"][-1, :, 0]
    words = VIEWS["states"]().describe(shown, {}).en
    assert words.startswith("h: 5 units over 12 time steps")
    assert f"{hidden.min():.2g} to {hidden.max():.2g}" in words


def test_the_words_for_the_paths_are_their_number_and_the_plane_s_share() -> None:
    shown = scene()
    flat = shown.trace.states["h"][-1].reshape(-1, 5)
    variances = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False) ** 2
    words = VIEWS["trajectories"]().describe(shown, {}).en
    assert words.startswith(f"Paths of {TRACED} sequences over 12 time steps")
    assert f"{variances[:2].sum() / variances.sum():.0%}" in words


def test_the_words_for_a_value_are_target_and_answer() -> None:
    shown = scene("adding")
    target, answer = shown.trace.targets[0, 0], shown.trace.outputs[-1, 0, 0]
    words = VIEWS["answer"]().describe(shown, {}).en
    assert words == f"Target {target:.3g}, the network's answer {answer:.3g}."


def test_the_words_for_a_class_are_the_right_one_and_its_probability() -> None:
    shown = scene("temporal_order")
    logits, target = shown.trace.outputs[-1, 0], int(shown.trace.targets[0])
    share = np.exp(logits[target]) / np.exp(logits).sum()
    words = VIEWS["answer"]().describe(shown, {}).en
    assert shown.task.output_names[target].en in words and f"{share:.0%}" in words


def test_the_words_for_a_series_are_its_mean_error() -> None:
    shown = scene("sine")
    error = np.abs(shown.trace.outputs[:, 0] - shown.trace.targets[:, 0]).mean()
    assert f": {error:.3g}." in VIEWS["answer"]().describe(shown, {}).en


def test_the_words_follow_the_state_and_the_dimensions_that_are_chosen() -> None:
    shown = scene(num_layers=2)
    cell = shown.trace.states["c"][0, :, 0]
    words = VIEWS["states"]().describe(shown, {"state": "c", "layer": "0"}).en
    assert words.startswith("c: ") and f"{cell.max():.2g}" in words
    assert (
        "first 3 components"
        in VIEWS["trajectories"]().describe(shown, {"dims": "3d"}).en
    )


def test_the_gradient_is_said_to_vanish_only_where_the_loss_is_at_the_end() -> None:
    view = VIEWS["gradients"]()
    assert "vanishes" in view.how_to_read(scene("adding")).en
    assert "adds to the gradient" in view.how_to_read(scene("sine")).en


def test_the_last_state_is_among_those_that_are_drawn() -> None:
    assert spread(100, 50)[[0, -1]].tolist() == [0, 99]
    assert len(spread(1000, 300)) == 300 and spread(5, 50).tolist() == [0, 1, 2, 3, 4]
