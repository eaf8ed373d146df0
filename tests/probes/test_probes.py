"""The probes, each against another way to the same numbers."""

import numpy as np
import pytest

from explorer.config import RunConfig
from explorer.history import initial_snapshot
from explorer.probes.gradients import state_gradient_norms
from explorer.probes.trajectories import (
    facing,
    principal_basis,
    principal_components,
    seen_along,
)

RNG = np.random.default_rng(0)
# Stretched, so that no two components carry the same variance.
STATES = RNG.standard_normal((12, 5, 7)) * np.arange(1, 8) + 3


def test_gradient_norms_are_euclidean_over_units_and_averaged_over_sequences() -> None:
    config = RunConfig(task="adding", seq_len=9, cell="lstm", hidden_size=5)
    trace = initial_snapshot(config).trace()
    norms = state_gradient_norms(trace)
    assert norms.keys() == {"h", "c"}
    for name, gradient in trace.gradients.items():
        expected = np.sqrt(np.square(gradient).sum(axis=-1)).mean(axis=-1)
        assert norms[name].shape == (1, 9)
        np.testing.assert_allclose(norms[name], expected, rtol=1e-12)


def by_svd(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points (N, 3) of any sign and the share of the variance, (3,)."""
    flat = states.reshape(-1, states.shape[-1])
    left, values, _ = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    return (left * values)[:, :3], (values**2 / (values**2).sum())[:3]


def test_points_and_variances_are_those_of_a_singular_value_decomposition() -> None:
    paths = principal_components(STATES)
    points, explained = by_svd(STATES)
    assert paths.points.shape == (12, 5, 3)
    flat = paths.points.reshape(-1, 3)
    np.testing.assert_allclose(np.abs(flat), np.abs(points), atol=1e-9)
    np.testing.assert_allclose(paths.explained, explained, rtol=1e-9)


@pytest.mark.parametrize("units", [1, 2])
def test_components_that_too_few_units_cannot_have_are_zero(units: int) -> None:
    paths = principal_components(STATES[..., :units])
    assert (paths.points[..., units:] == 0).all()
    assert (paths.explained[units:] == 0).all()
    assert paths.explained.sum() == pytest.approx(1)


def test_states_that_never_move_have_no_variance_to_explain() -> None:
    paths = principal_components(np.full((4, 3, 5), 0.25))
    assert (paths.points == 0).all() and (paths.explained == 0).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_state_that_is_not_finite_leaves_nothing_to_draw(value: float) -> None:
    states = STATES.copy()
    states[3, 2, 1] = value
    paths = principal_components(states)
    assert np.isnan(paths.points).all() and (paths.explained == 0).all()


def test_states_whose_squares_no_float_holds_have_components_all_the_same() -> None:
    hidden = np.random.default_rng(0).normal(size=(20, 3, 4))
    small, huge = principal_components(hidden), principal_components(hidden * 1e200)
    np.testing.assert_allclose(huge.explained, small.explained)
    np.testing.assert_allclose(huge.points, small.points * 1e200)


def test_paths_run_towards_the_positive_side() -> None:
    for states in (STATES, -STATES, STATES[::-1]):
        points = principal_components(states).points
        assert ((points[-1] - points[0]).mean(axis=0) > 0).all()


def test_paths_that_come_back_are_turned_all_the_same() -> None:
    there_and_back = np.concatenate([STATES, STATES[::-1]])
    basis = principal_basis(there_and_back)
    assert basis is not None
    largest = np.abs(basis.directions).argmax(axis=0)
    assert (basis.directions[largest, range(3)] > 0).all()


def test_other_states_are_seen_along_the_basis_of_these() -> None:
    basis, others = principal_basis(STATES), STATES[:, :2] ** 2
    seen = seen_along(others, basis)
    assert basis is not None
    flat = others.reshape(-1, 7) - basis.centre
    np.testing.assert_allclose(seen.points.reshape(-1, 3), flat @ basis.directions)
    shares = (flat @ basis.directions).var(axis=0) / flat.var(axis=0).sum()
    np.testing.assert_allclose(seen.explained, shares)


def test_a_basis_is_turned_to_face_another_and_spans_the_same() -> None:
    basis = principal_basis(STATES)
    assert basis is not None
    flipped = basis._replace(directions=basis.directions * [-1, 1, -1])
    nearby = principal_basis(STATES + 0.01 * RNG.standard_normal(STATES.shape))
    assert nearby is not None
    turned = facing(nearby, flipped).directions
    np.testing.assert_array_equal(np.abs(turned), np.abs(nearby.directions))
    assert (np.diagonal(turned.T @ flipped.directions) > 0.9).all()
    assert facing(basis, None) is basis
