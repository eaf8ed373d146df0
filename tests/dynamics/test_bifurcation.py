"""Long-run values over a gain, against a plain loop and a root finder."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from layers import random_cell, rnn
from scipy.optimize import brentq

from explorer.cells import CELLS
from explorer.dynamics.bifurcation import bifurcation
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
