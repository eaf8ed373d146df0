"""Long-run values over a gain, against a plain loop and a root finder."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from layers import random_cell, rnn
from scipy.optimize import brentq

from explorer.cells import CELLS
from explorer.dynamics.bifurcation import (
    bifurcation,
    largest_exponents,
    random_network,
)
from explorer.dynamics.lyapunov import lyapunov_spectrum
from explorer.step_map import StepMap

SCALED = [n for n in CELLS if hasattr(random_cell(n), "weight_hh")]
X = np.array([0.3, -0.5])


@pytest.mark.parametrize("name", SCALED)
def test_all_gains_at_once_are_each_gain_alone(name):
    cell, gains = random_cell(name), np.array([0.5, 1.0, 1.7])
    step_map = StepMap(cell)
    starts = step_map.unroll(torch.ones(2, 3, 2).double())[-1]
    starts = starts + 0.1 * torch.arange(3)[:, None]
    found = bifurcation(cell, gains, X, starts, transient=6, kept=3)
    assert found.values.shape == (3, 3, 3, step_map.size)
    for gain, values in zip(gains, found.values, strict=True):
        scaled = deepcopy(cell)
        with torch.no_grad():
            scaled.get_parameter("weight_hh").mul_(gain)
        inputs = torch.tensor(X).expand(9, 3, -1)
        visited = StepMap(scaled).unroll(inputs, starts)
        np.testing.assert_allclose(values, visited[-3:], atol=1e-9)


def test_one_unit_leaves_zero_for_two_values_as_the_gain_passes_one():
    found = bifurcation(
        rnn(np.array([[1.0]])), np.array([0.5, 1.5, 2.0]), [0.0], [[0.5], [-0.5]]
    )
    for gain, values in zip(found.gains, found.values, strict=True):
        away = 0.0
        if gain > 1:
            away = brentq(lambda h, g=gain: np.tanh(g * h) - h, 0.1, 2)
        np.testing.assert_allclose(values[:, 0, 0], away, atol=1e-8)
        np.testing.assert_allclose(values[:, 1, 0], -away, atol=1e-8)


def test_a_negative_weight_gives_a_cycle_of_two():
    found = bifurcation(rnn(np.array([[-1.0]])), np.array([2.0]), [0.0], [[0.5]])
    values = found.values[0, :, 0, 0]
    np.testing.assert_allclose(values[2:], values[:-2], atol=1e-9)
    assert (values[1:] * values[:-1] < 0).all()


@pytest.mark.parametrize("name", sorted(set(CELLS.names()) - set(SCALED)))
def test_cells_without_recurrent_weights_are_refused(name):
    cell = random_cell(name)
    starts = np.zeros((1, StepMap(cell).size))
    with pytest.raises(ValueError, match="weight_hh"):
        bifurcation(cell, np.ones(1), X, starts)


@pytest.mark.parametrize("gain", [0.7, 2.5])
def test_the_exponent_of_a_neighbour_is_the_first_of_the_spectrum(gain):
    units, network = 10, random_network(10, seed=3)
    start = np.random.default_rng(0).standard_normal(units)
    found = largest_exponents(network, [gain], np.zeros(1), start[None], 60, 120)
    scaled = deepcopy(network)
    with torch.no_grad():
        scaled.get_parameter("weight_hh").mul_(gain)
    spectrum = lyapunov_spectrum(scaled, np.zeros((180, 1)), start, 60)
    assert found.shape == (1, 1)
    assert found[0, 0] == pytest.approx(spectrum.exponents[0], abs=0.02)


def test_one_unit_has_the_logarithm_of_its_slope_as_exponent_at_every_gain():
    gains = np.array([0.5, 1.5, 2.0])
    cell = rnn(np.array([[1.0]]))
    found = largest_exponents(cell, gains, [0.0], [[0.5]], 400, 50)
    rests = bifurcation(cell, gains, [0.0], [[0.5]], 400, 1).values[:, 0, 0, 0]
    slopes = gains / np.cosh(gains * rests) ** 2
    np.testing.assert_allclose(found[:, 0], np.log(slopes), atol=1e-6)


def test_a_random_network_is_the_same_for_the_same_seed_and_has_variance_one_by_n():
    weights = [
        random_network(200, seed).get_parameter("weight_hh").detach().numpy()
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.allclose(weights[0], weights[2])
    assert weights[0].var() == pytest.approx(1 / 200, rel=0.05)
    network = random_network(3, 0)
    after, _ = network.step(
        torch.ones(1, 1).double(), {"h": torch.zeros(1, 3).double()}
    )
    assert not after["h"].any()  # no bias, and its input is ignored
