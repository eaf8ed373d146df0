"""Products of Jacobians: closed forms, 400 digits, and the theorem's ceiling."""

import mpmath
import numpy as np
import pytest
from layers import random_cell, random_inputs, rnn

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.probes.jacobians import state_jacobians
from explorer.probes.products import (
    log10_ceiling,
    log10_product_norms,
    log10_singular_values,
    spread_lags,
)

RNG = np.random.default_rng(0)


def orthogonal(units: int) -> np.ndarray:
    return np.linalg.qr(RNG.standard_normal((units, units)))[0]


def with_many_digits(jacobians: np.ndarray) -> list[float]:
    with mpmath.workdps(400):
        product = mpmath.eye(jacobians.shape[1])
        for jacobian in jacobians:
            product = mpmath.matrix(jacobian.tolist()) * product
        values = mpmath.svd_r(product, compute_uv=False)
        return [float(mpmath.log10(value)) for value in values]


def test_an_orthogonal_linear_network_keeps_every_direction_for_1000_steps():
    cell = rnn(orthogonal(16), "identity")
    jacobians = state_jacobians(cell, np.zeros((1000, 1))).whole
    lags = spread_lags(1000, 5)
    assert np.abs(log10_singular_values(jacobians, lags)).max() < 1e-12
    assert np.abs(log10_product_norms(jacobians, lags)).max() < 1e-12


def test_powers_of_a_symmetric_matrix_are_right_far_beyond_float64():
    basis, rates = orthogonal(6), np.array([1.5, -1.0, 0.9, 0.5, -0.1, 0.01])
    jacobians = np.tile(basis @ np.diag(rates) @ basis.T, (300, 1, 1))
    lags = np.array([0, 1, 7, 300])  # up to a ratio of 10^653
    expected = lags[:, None] * np.log10(np.abs(rates))
    found = log10_singular_values(jacobians, lags)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    norms = log10_product_norms(jacobians, lags)
    np.testing.assert_allclose(norms, expected[:, 0], atol=1e-9)


@pytest.mark.parametrize("spread", [0.1, 1.0])
def test_random_products_agree_with_400_digits(spread):
    scales = 1 - spread * RNG.random((60, 6))
    jacobians = scales[:, :, None] * RNG.standard_normal((60, 6, 6)) / 2
    lags = np.array([5, 60])
    found = log10_singular_values(jacobians, lags)
    for row, lag in zip(found, lags, strict=True):
        expected = with_many_digits(jacobians[60 - lag :])
        np.testing.assert_allclose(row, expected, atol=1e-6)


def test_products_that_hardly_part_their_directions_agree_with_400_digits():
    jacobians = np.array([orthogonal(8) * (1 + 0.1 * RNG.random(8)) for _ in range(60)])
    found = log10_singular_values(jacobians, np.array([60]))
    np.testing.assert_allclose(found[0], with_many_digits(jacobians), atol=1e-9)


def test_directions_that_stay_together_far_below_the_largest_are_nearly_right():
    mixed = orthogonal(7)
    jacobians = []
    for _ in range(60):
        block = np.zeros((7, 7))
        block[0, 0] = 1.5
        block[1:, 1:] = 0.3 * orthogonal(6) * (1 + 0.1 * RNG.random(6))
        jacobians.append(mixed @ block @ mixed.T)
    found = log10_singular_values(np.array(jacobians), np.array([60]))[0]
    expected = with_many_digits(np.array(jacobians))
    assert expected[0] - expected[1] > 35
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_norms_underflow_neither_at_1e_minus_400_nor_overflow_at_1e_plus_400():
    shrinking, lags = np.tile(0.1 * orthogonal(5), (400, 1, 1)), np.array([400])
    assert log10_product_norms(shrinking, lags)[0] == pytest.approx(-400)
    assert log10_product_norms(100 * shrinking, lags)[0] == pytest.approx(400)


def test_a_direction_that_is_cut_off_has_minus_infinity_and_the_others_their_value():
    dead = np.tile(np.diag([0.5, 0.0, 0.2]), (9, 1, 1))
    found = log10_singular_values(dead, np.array([9]))
    expected = [9 * np.log10(0.5), 9 * np.log10(0.2), -np.inf]
    np.testing.assert_allclose(found[0], expected)
    nothing = np.zeros((9, 3, 3))
    assert (log10_singular_values(nothing, np.array([9])) == -np.inf).all()
    assert (log10_product_norms(nothing, np.array([9])) == -np.inf).all()


def test_only_lags_that_reach_what_is_not_finite_are_lost():
    jacobians = np.tile(np.eye(3), (10, 1, 1))
    jacobians[4, 0, 0] = np.nan
    lags = np.array([0, 5, 6, 10])
    for found in (
        log10_product_norms(jacobians, lags),
        log10_singular_values(jacobians, lags)[:, 0],
    ):
        np.testing.assert_array_equal(np.isnan(found), [False, False, True, True])
        np.testing.assert_allclose(found[:2], 0, atol=1e-12)


@pytest.mark.parametrize("activation", CELLS["rnn"].activations)
def test_no_product_passes_the_ceiling(activation):
    cell = random_cell("rnn", activation)
    lags = np.arange(31)
    norms = log10_product_norms(state_jacobians(cell, random_inputs(30)).whole, lags)
    ceiling = log10_ceiling(cell, lags)
    weights = cell.get_parameter("weight_hh").detach().numpy()
    largest = np.linalg.svd(weights)[1].max() * ACTIVATIONS[activation].gamma
    np.testing.assert_allclose(ceiling, lags * np.log10(largest))
    assert (norms <= ceiling + 1e-9).all()
    assert norms[0] == pytest.approx(0, abs=1e-12)


def test_a_linear_network_of_equal_singular_values_reaches_the_ceiling():
    cell, lags = rnn(0.8 * orthogonal(5), "identity"), np.arange(21)
    norms = log10_product_norms(state_jacobians(cell, np.zeros((20, 1))).whole, lags)
    np.testing.assert_allclose(norms, log10_ceiling(cell, lags), atol=1e-12)


@pytest.mark.parametrize("name", sorted(set(CELLS.names()) - {"rnn"}))
def test_other_cells_have_no_such_ceiling(name):
    assert log10_ceiling(random_cell(name), np.arange(3)) is None


def test_a_network_without_recurrent_weights_lets_nothing_pass_a_step():
    ceiling = log10_ceiling(rnn(np.zeros((2, 2))), np.arange(3))
    np.testing.assert_array_equal(ceiling, [0, -np.inf, -np.inf])


def test_lags_are_spread_from_none_to_all():
    np.testing.assert_array_equal(spread_lags(3), [0, 1, 2, 3])
    lags = spread_lags(200)
    assert len(lags) == 20 and lags[0] == 0 and lags[-1] == 200
