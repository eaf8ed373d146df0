"""The words and choices of the page of dynamics, against what is measured elsewhere."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from explorer.config import RunConfig
from explorer.history import initial_snapshot
from explorer.step_map import StepMap, layer_cell
from explorer.views import VIEWS, Scene
from explorer.views._layer import (
    MOST_DESCENTS,
    descents,
    held_input,
    input_choice,
    layer_of,
    resting,
)


def scene(**settings: Any) -> Scene:
    config = RunConfig(**{"seed": 1, "hidden_size": 5} | settings)
    first = initial_snapshot(config)
    one = np.ones(1)
    return Scene(config, one, one, one, 0, first.trace(), weights=dict(first.weights))


def plane(**settings: Any) -> Scene:
    small = {"task": "flip_flop", "seq_len": 12, "cell": "rnn", "hidden_size": 2}
    return scene(**small | {"init": "default"} | settings)


def moved(state: np.ndarray, shown: Scene) -> np.ndarray:
    """Apply one step under no input with numpy alone."""
    weights = {n: w.double().numpy() for n, w in shown.weights.items()}
    bias = weights["layers.0.bias_ih"] + weights["layers.0.bias_hh"]
    return np.tanh(state @ weights["layers.0.weight_hh"].T + bias)


def test_the_orbit_begins_where_the_start_was_dropped_and_follows_the_equations():
    shown = plane()
    figure = VIEWS["phase_portrait"]().figure(shown, "en", {"start": "0.25,-0.125"})
    orbit = np.array(figure["orbit"], dtype=float)
    np.testing.assert_allclose(orbit[0], [0.25, -0.125])
    state = orbit[0]
    for place in range(1, 20):
        state = moved(state, shown)
        np.testing.assert_allclose(orbit[place], state, atol=2e-4)


def test_the_arrows_are_what_one_step_does():
    shown = plane()
    figure = VIEWS["phase_portrait"]().figure(shown, "en", {})
    state = np.array([figure["first"][10], figure["second"][30]])
    drawn = [figure["flow"][k][30][10] for k in (0, 1)]
    np.testing.assert_allclose(drawn, moved(state, shown) - state, atol=2e-3)


@pytest.mark.parametrize(
    "start", ["", "1", "a,b", "nan,0", "inf,0", "1,2,3", "1e999,0"]
)
def test_a_start_that_makes_no_sense_is_the_usual_one(start):
    view, shown = VIEWS["phase_portrait"](), plane()
    assert view.figure(shown, "en", {"start": start}) == view.figure(shown, "en", {})


def test_a_start_beyond_the_plane_is_kept_at_its_edge():
    figure = VIEWS["phase_portrait"]().figure(plane(), "en", {"start": "99,-99"})
    edge = [figure["first"][-1], figure["second"][0]]
    np.testing.assert_allclose(figure["orbit"][0], edge, rtol=1e-3)


@pytest.mark.parametrize(
    ("cell", "hidden", "there"),
    [("gru", 2, True), ("lstm", 1, True), ("lstm", 2, False), ("rnn", 3, False)],
)
def test_a_state_of_two_numbers_has_a_portrait_and_others_a_link_to_one(
    cell, hidden, there
):
    shown = scene(task="sine", seq_len=12, cell=cell, hidden_size=hidden)
    figure = VIEWS["phase_portrait"]().figure(shown, "en", {})
    assert ("orbit" in figure) == there
    if not there:
        assert figure["links"] and "hidden_size=" in figure["links"][0][1]
        assert str(StepMap(layer_of(shown, {}).cell).size) in figure["hint"]


def test_the_held_input_is_zero_the_mean_or_a_symbol():
    values, symbols = plane(), scene(task="temporal_order", seq_len=20)
    np.testing.assert_array_equal(held_input(values, {}), np.zeros(3))
    mean = held_input(values, {"input": "mean"})
    np.testing.assert_allclose(mean, values.trace.inputs.mean(axis=(0, 1)))
    choice = input_choice(symbols.config)
    offered = {name: text.en for name, text in choice.values.items()}
    assert "X" in offered.values() and "Y" in offered.values()
    name = next(name for name, text in offered.items() if text == "X")
    held = held_input(symbols, {"input": name})
    assert symbols.task.input_names[int(np.argmax(held))].en == "X"
    assert held.sum() == 1


def test_an_upper_layer_gets_the_mean_of_what_it_got_under_the_symbol():
    shown = scene(task="parity", seq_len=12, num_layers=2)
    held = held_input(shown, {"layer": "1", "input": "symbol1"})
    below = shown.trace.states["h"][0]
    when = shown.trace.inputs[..., 1] == 1
    np.testing.assert_allclose(held, below[when].mean(axis=0))


def test_large_states_are_searched_from_fewer_places():
    assert descents(2) == descents(64) == MOST_DESCENTS
    assert descents(512) < descents(128) < MOST_DESCENTS


def test_a_step_leaves_the_fixed_points_where_they_are():
    shown = plane(hidden_size=6)
    found = resting(shown, {})
    assert found is not None and found.fixed.any()
    for point in found.points[found.fixed]:
        np.testing.assert_allclose(moved(point, shown), point, atol=1e-9)
    words = VIEWS["fixed_points"]().describe(shown, {}).en
    assert f"{found.stable.sum()} stable" in words


@pytest.mark.parametrize(
    ("language", "said", "hint"),
    [("en", "the state drifts on", "at time t"), ("zh", "没有找到不动点", "t 时刻")],
)
def test_a_state_that_drifts_on_is_said_to_have_no_fixed_point(language, said, hint):
    shown = plane(cell="rnn", activation="relu")
    with torch.no_grad():  # h′ = relu(h + 1): it grows by 1 a step, for ever
        for name, weight in shown.weights.items():
            if "readout" not in name:
                weight.zero_()
            if name == "layers.0.weight_hh":
                weight.copy_(torch.eye(2))
            if name == "layers.0.bias_ih":
                weight.fill_(1.0)
    shown = replace(shown, step=3)  # not that of which results may be kept
    points = VIEWS["fixed_points"]().figure(shown, language, {})["layout"]
    assert said in points["annotations"][0]["text"].replace("<br>", "")
    plane_ = VIEWS["eigenvalues"]().figure(shown, language, {})["layout"]
    words = " ".join(note["text"] for note in plane_["annotations"])
    assert said in words and hint in words and "0 p" not in words


def test_the_words_for_the_eigenvalues_are_those_of_the_jacobian():
    shown = plane(hidden_size=6)
    found = resting(shown, {})
    point = found.points[np.argmax(found.visits)]
    weights = shown.weights["layers.0.weight_hh"].double().numpy()
    jacobian = (1 - moved(point, shown) ** 2)[:, None] * weights
    largest = np.abs(np.linalg.eigvals(jacobian)).max()
    if len(found.points) == 1:
        words = VIEWS["eigenvalues"]().describe(shown, {}).en
        assert f"is {largest:.3g} (" in words


def test_the_sum_of_the_exponents_is_told_beside_the_mean_log_determinant():
    words = VIEWS["lyapunov"]().describe(plane(), {}).en
    total, volume = words.split("sum ")[1].rstrip(".").split(", mean log|det J| ")
    assert total == volume and float(total.replace("−", "-")) < 0


def test_only_an_rnn_has_its_own_weights_scaled():
    view = VIEWS["bifurcation"]()
    own = view.figure(plane(), "en", {"network": "run"})
    assert own != view.figure(plane(), "en", {})
    assert view.choices(plane(cell="gru").config) == []
    assert "unit 1 of 2" in str(own) or "unit 2 of 2" in str(own)


def test_at_gain_one_the_run_s_own_network_is_what_is_followed():
    shown = plane()
    figure = VIEWS["bifurcation"]().figure(shown, "en", {"network": "run"})
    density = figure["data"][0]
    column = density["x"].index(1.0)
    visited = [
        y for y, row in zip(density["y"], density["z"], strict=True) if row[column]
    ]
    state = np.zeros(2)
    for _ in range(500):
        state = moved(state, shown)
    cell = layer_cell(shown.config, dict(shown.weights), 0)
    assert cell.hidden_size == 2
    assert min(abs(visited[0] - value) for value in state) < 0.02
