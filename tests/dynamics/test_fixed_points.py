"""Fixed points: solved by other means, and those of a trained flip-flop."""

import numpy as np
import pytest
import torch
from layers import random_cell, random_inputs, rnn
from scipy.optimize import brentq

from explorer.batches import evaluation_batch
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.dynamics.fixed_points import fixed_points, search_states, spread_states
from explorer.step_map import StepMap, layer_cell
from explorer.training import train

NO_INPUT = np.zeros(1)
GRID = np.linspace(-1.5, 1.5, 13)


def from_everywhere(units: int) -> np.ndarray:
    return np.stack(np.meshgrid(*[GRID] * units), axis=-1).reshape(-1, units)


def test_one_bistable_unit_rests_where_a_root_finder_says():
    found = fixed_points(rnn(np.array([[2.0]])), from_everywhere(1), NO_INPUT)
    away = brentq(lambda h: np.tanh(2 * h) - h, 0.1, 2, xtol=1e-15)
    order = found.points[:, 0].argsort()
    np.testing.assert_allclose(found.points[order, 0], [-away, 0, away], atol=1e-9)
    slopes = 2 * (1 - np.array([away, 0, away]) ** 2)
    np.testing.assert_allclose(found.eigenvalues[order, 0], slopes, rtol=1e-6)
    np.testing.assert_array_equal(found.stable[order], [True, False, True])
    np.testing.assert_array_equal(found.unstable[order], [0, 1, 0])
    assert found.fixed.all() and found.visits.sum() == len(GRID)


def test_two_units_that_inhibit_each_other_have_a_saddle_between_two_choices():
    cell = rnn(np.array([[1.2, -1.0], [-1.0, 1.2]]))
    found = fixed_points(cell, from_everywhere(2), NO_INPUT)
    away = brentq(lambda h: np.tanh(2.2 * h) - h, 0.1, 2, xtol=1e-15)
    order = found.points[:, 0].argsort()
    expected = [[-away, away], [0, 0], [away, -away]]
    np.testing.assert_allclose(found.points[order], expected, atol=1e-8)
    np.testing.assert_array_equal(found.unstable[order], [0, 1, 0])
    (direction,) = found.directions[order[1]]
    np.testing.assert_allclose(np.abs(direction), np.sqrt(0.5), rtol=1e-6)
    assert direction[0] * direction[1] < 0
    np.testing.assert_allclose(found.eigenvalues[order[1]], [2.2, 0.2], atol=1e-6)


def test_a_turning_unstable_point_is_left_along_a_real_plane():
    angle = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    found = fixed_points(rnn(1.3 * angle), from_everywhere(2), NO_INPUT)
    (point,) = np.flatnonzero(np.linalg.norm(found.points, axis=1) < 1e-6)
    assert found.unstable[point] == 2 and not found.stable[point]
    plane = found.directions[point]
    assert np.isrealobj(plane) and np.linalg.matrix_rank(plane) == 2
    np.testing.assert_allclose(np.linalg.norm(plane, axis=1), 1)


def test_a_linear_network_rests_where_a_linear_equation_says():
    cell = CELLS["rnn"](2, 5, "identity").double()
    cell.reset(torch.Generator().manual_seed(0))
    x = np.array([0.7, -0.3])
    found = fixed_points(cell, np.random.default_rng(0).normal(size=(9, 5)), x)
    weights = {n: p.detach().numpy() for n, p in cell.named_parameters()}
    driven = weights["weight_ih"] @ x + weights["bias_ih"] + weights["bias_hh"]
    expected = np.linalg.solve(np.eye(5) - weights["weight_hh"], driven)
    assert len(found.points) == 1 and found.visits[0] == 9
    np.testing.assert_allclose(found.points[0], expected, atol=1e-9)


@pytest.mark.parametrize("name", CELLS.names())
def test_a_step_leaves_every_fixed_point_of_every_cell_where_it_is(name):
    cell, x = random_cell(name), torch.tensor([[0.4, -0.2]]).double()
    step_map = StepMap(cell)
    driven = step_map.unroll(x.expand(200, 1, -1))
    starts = np.concatenate([driven[100:, 0], driven[3:20, 0]])
    found = fixed_points(cell, starts, x[0])
    assert found.points.shape[1] == step_map.size and found.fixed.any()
    for point in torch.tensor(found.points[found.fixed]):
        parts = {n: point[None, step_map.part(n)] for n in step_map.names}
        after, _ = cell.step(x, cell.initial_state(1) | parts)
        for part, value in parts.items():
            torch.testing.assert_close(after[part], value, atol=1e-9, rtol=1e-9)


def test_a_place_that_is_almost_a_fixed_point_is_told_as_a_slow_one():
    """h = tanh(h + b) with b small: a ghost near 0 of what was a fixed point at b = 0.

    With tanh(w h + b), w > 1, two roots merge and vanish as b grows past a fold.
    """
    weight = 2.0
    touch = np.sqrt(1 - 1 / weight)  # where the slope is 1: h at the fold
    fold = np.arctanh(touch) - weight * touch
    cell = rnn(np.array([[weight]]))
    with torch.no_grad():
        cell.get_parameter("bias_hh").fill_(fold - 1e-3)
    found = fixed_points(cell, from_everywhere(1), NO_INPUT)
    slow = ~found.fixed
    assert slow.sum() == 1 and found.fixed.sum() == 1
    assert found.points[slow, 0] == pytest.approx(touch, abs=0.05)
    moved = np.tanh(weight * found.points[slow, 0] + fold - 1e-3)
    speed = (moved - found.points[slow, 0]) ** 2 / 2
    np.testing.assert_allclose(found.speeds[slow], speed, rtol=1e-9)
    assert not found.stable[slow].any()


def test_a_network_that_only_grows_has_no_points_and_bad_states_are_left_out():
    cell = rnn(np.array([[1.0]]), "identity")
    with torch.no_grad():
        cell.get_parameter("bias_hh").fill_(1.0)
    found = fixed_points(cell, np.array([[0.0], [np.nan], [np.inf], [2.0]]), NO_INPUT)
    assert len(found.points) == len(found.directions) == 0
    assert found.eigenvalues.shape == (0, 1)
    nothing = fixed_points(cell, np.array([[np.nan]]), NO_INPUT)
    assert len(nothing.speeds) == len(nothing.visits) == 0


def test_a_search_in_pieces_finds_the_same(monkeypatch):
    cell, starts = rnn(np.array([[1.2, -1.0], [-1.0, 1.2]])), from_everywhere(2)
    at_once = fixed_points(cell, starts, NO_INPUT)
    monkeypatch.setattr("explorer.dynamics._minimise.HELD_AT_ONCE", 10 * 2**2)
    in_pieces = fixed_points(cell, starts, NO_INPUT)
    np.testing.assert_allclose(
        np.sort(in_pieces.points[:, 0]), np.sort(at_once.points[:, 0]), atol=1e-8
    )
    assert in_pieces.visits.sum() == at_once.visits.sum()


def test_states_to_search_from_are_visited_ones_and_middles_of_two():
    visited = random_inputs(50).reshape(25, 2, 2)
    starts = search_states(visited, 30)
    assert starts.shape == (30, 2)
    flat = visited.reshape(-1, 2)
    assert all((flat == state).all(axis=1).any() for state in starts[:15])
    middles = ((flat[:, None] + flat) / 2).reshape(-1, 2)
    for state in starts[15:]:
        assert np.abs(middles - state).max(axis=1).min() < 1e-12
    np.testing.assert_array_equal(starts, search_states(visited, 30))
    assert len(search_states(flat[:3], 100)) == 6


def test_spread_states_have_one_of_each_far_cluster_before_a_second_of_any():
    rng = np.random.default_rng(0)
    centres = 10 * np.eye(5)[:, :4]
    visited = centres[rng.integers(5, size=(60, 3))] + rng.normal(size=(60, 3, 4)) / 50
    found = spread_states(visited, 5)
    nearest = np.linalg.norm(found[:, None] - centres, axis=-1).argmin(axis=1)
    assert sorted(nearest) == [0, 1, 2, 3, 4]
    assert all((visited.reshape(-1, 4) == state).all(axis=1).any() for state in found)
    assert len(spread_states(visited[:1], 9)) == 3


def test_a_trained_flip_flop_rests_at_the_corners_of_a_cube_with_saddles_between():
    config = RunConfig(
        task="flip_flop",
        seq_len=40,
        cell="lstm",
        init="default",
        hidden_size=24,
        steps=300,
    )
    *_, trained = train(config)
    cell = layer_cell(config, trained.weights, 0)
    step_map = StepMap(cell)
    nothing = torch.zeros(1000, 1, 3, dtype=torch.float64)
    visited = step_map.unroll(evaluation_batch(config).inputs.double())
    found = fixed_points(cell, search_states(visited), np.zeros(3))

    def said(states: np.ndarray) -> np.ndarray:
        """Return the answers; the whole state is (h, c), and the readout sees h."""
        weights = {n: p.double().numpy() for n, p in trained.weights.items()}
        return states[:, :24] @ weights["readout.weight"].T + weights["readout.bias"]

    corners = said(found.points[found.stable])
    assert len(corners) == 8
    np.testing.assert_allclose(np.abs(corners), 1, atol=0.3)
    assert len(np.unique(np.sign(corners), axis=0)) == 8
    saddles = np.flatnonzero(found.fixed & (found.unstable == 1))
    assert len(saddles) >= 4
    away = 1e-3 * np.array([found.directions[saddle][0] for saddle in saddles])
    ends = [
        np.sign(said(step_map.unroll(nothing, torch.tensor(start))[-1].numpy()))
        for start in (found.points[saddles] + away, found.points[saddles] - away)
    ]
    differing = (ends[0] != ends[1]).sum(axis=1)  # each leads to two corners
    assert (differing >= 1).all() and (differing == 1).sum() >= 4
