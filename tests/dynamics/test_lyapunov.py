"""Lyapunov exponents: determinants, spectral radius, mean field, a map of one unit."""

import numpy as np
import pytest
import torch
from layers import random_cell, random_inputs, rnn

from explorer.cells import CELLS
from explorer.dynamics.lyapunov import (
    lyapunov_spectrum,
    mean_field_exponent,
    mean_log_determinant,
)
from explorer.step_map import StepMap


def random_weights(units: int, gain: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return gain / np.sqrt(units) * rng.standard_normal((units, units))


@pytest.mark.parametrize("name", CELLS.names())
def test_the_exponents_sum_to_the_mean_log_determinant(name):
    cell, inputs = random_cell(name), random_inputs(30)
    step_map = StepMap(cell)
    states = step_map.unroll(torch.tensor(inputs)[:, None])[:-1, 0]
    jacobians = step_map.jacobians(states, torch.tensor(inputs))[5:].numpy()
    _, logs = np.linalg.slogdet(jacobians)
    if np.linalg.matrix_rank(jacobians).min() < step_map.size:
        logs[:] = -np.inf  # only rounding keeps such a determinant from being 0
    found = lyapunov_spectrum(cell, inputs, transient=5)
    assert found.exponents.shape == (step_map.size,)
    assert (found.exponents[1:] <= found.exponents[:-1]).all()
    assert found.exponents.sum() == pytest.approx(logs.mean(), rel=1e-6, abs=1e-9)


def test_the_mean_log_determinant_is_numpys_over_more_steps_than_are_held_at_once():
    cell, inputs = random_cell("gru"), random_inputs(150)
    step_map = StepMap(cell)
    states = step_map.unroll(torch.tensor(inputs)[:, None])[:-1, 0]
    jacobians = step_map.jacobians(states, torch.tensor(inputs))[7:].numpy()
    expected = np.linalg.slogdet(jacobians)[1].mean()
    assert mean_log_determinant(cell, inputs, 7) == pytest.approx(expected, rel=1e-9)


def test_at_rest_below_gain_one_they_are_the_logarithms_of_the_eigenvalues():
    weights = random_weights(32, 0.8)
    found = lyapunov_spectrum(rnn(weights), np.zeros((1500, 1)), transient=500)
    expected = np.sort(np.log(np.abs(np.linalg.eigvals(weights))))[::-1]
    assert found.exponents[0] == pytest.approx(expected[0], abs=0.01)
    np.testing.assert_allclose(found.exponents, expected, atol=0.02)


@pytest.mark.parametrize("gain", [2.0, 3.0])
def test_above_gain_one_a_large_network_is_near_the_mean_field_value(gain):
    units = 100
    start = np.random.default_rng(1).standard_normal(units)
    inputs = np.zeros((300, 1))
    found = [
        lyapunov_spectrum(rnn(random_weights(units, gain, seed)), inputs, start, 50)
        for seed in range(2)
    ]
    largest = np.mean([spectrum.exponents[0] for spectrum in found])
    assert largest > 0
    assert largest == pytest.approx(mean_field_exponent(gain), abs=0.05)


def test_the_mean_field_value_solves_its_equations_by_another_quadrature():
    z, weights = np.polynomial.hermite_e.hermegauss(120)
    weights /= weights.sum()
    for gain in (1.2, 2.0):
        q = 0.5
        for _ in range(2000):
            q = weights @ np.tanh(gain * np.sqrt(q) * z) ** 2
        slopes = weights @ np.cosh(gain * np.sqrt(q) * z) ** -4.0
        expected = np.log(gain**2 * slopes) / 2
        assert mean_field_exponent(gain) == pytest.approx(expected, abs=1e-6)
    assert mean_field_exponent(0.5) == pytest.approx(np.log(0.5))
    assert mean_field_exponent(1.0) == 0


def test_one_unit_at_its_fixed_point_has_the_logarithm_of_the_slope():
    found = lyapunov_spectrum(rnn(np.array([[2.0]])), np.zeros((300, 1)), [0.5], 100)
    h = 0.5
    for _ in range(300):
        h = np.tanh(2 * h)
    assert found.exponents[0] == pytest.approx(np.log(2 * (1 - h**2)), abs=1e-9)
    assert found.growth.shape == (200, 1)


def test_a_direction_that_is_lost_has_minus_infinity():
    found = lyapunov_spectrum(rnn(np.diag([0.5, 0.0])), np.zeros((20, 1)))
    np.testing.assert_allclose(found.exponents, [np.log(0.5), -np.inf])


@pytest.mark.parametrize("transient", [0, 7])
def test_fewer_decompositions_give_the_same_exponents(transient):
    cell, inputs = random_cell("gru"), random_inputs(200)
    each = lyapunov_spectrum(cell, inputs, transient=transient)
    some = lyapunov_spectrum(cell, inputs, transient=transient, every=3)
    np.testing.assert_allclose(some.exponents, each.exponents, rtol=1e-9)
    assert len(each.growth) == 200 - transient > len(some.growth)


@pytest.mark.parametrize(("transient", "every"), [(-1, 1), (10, 1), (11, 1), (0, 0)])
def test_a_transient_that_leaves_nothing_is_refused(transient, every):
    with pytest.raises(ValueError):
        lyapunov_spectrum(
            rnn(np.eye(2)), np.zeros((10, 1)), transient=transient, every=every
        )
