"""Eigenvalues, against numpy's and against weights whose eigenvalues are known."""

import numpy as np
import pytest
import torch
from layers import random_cell, rnn

from explorer.cells import CELLS
from explorer.dynamics.spectra import eigenvalues, state_eigenvalues
from explorer.step_map import StepMap


def test_eigenvalues_are_numpys_the_largest_first():
    matrices = np.random.default_rng(0).standard_normal((3, 2, 5, 5))
    found = eigenvalues(matrices)
    assert found.shape == (3, 2, 5) and (np.diff(np.abs(found)) <= 1e-12).all()
    expected = np.linalg.eigvals(matrices)
    for one, other in zip(found.reshape(6, 5), expected.reshape(6, 5), strict=True):
        np.testing.assert_allclose(np.sort(one), np.sort(other), atol=1e-9)


def test_a_rotation_that_shrinks_has_a_pair_on_a_circle():
    rotation = 0.9 * np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    found = state_eigenvalues(rnn(rotation), np.zeros((1, 2)), np.zeros(1))
    np.testing.assert_allclose(np.abs(found), 0.9)
    np.testing.assert_allclose(np.sort(np.angle(found)), [[-1, 1]])


def test_a_matrix_that_is_not_finite_has_no_eigenvalues_and_harms_no_other():
    matrices = np.stack([np.full((2, 2), np.inf), np.diag([1.0, 3.0])])
    found = eigenvalues(matrices)
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1], [3, 1])


@pytest.mark.parametrize("name", CELLS.names())
def test_each_state_has_as_many_eigenvalues_as_the_state_has_entries(name):
    cell = random_cell(name)
    step_map, x = StepMap(cell), torch.ones(4, 1, 2).double()
    states = step_map.unroll(x)[1:, 0]
    found = state_eigenvalues(cell, states, x[0, 0])
    assert found.shape == (4, step_map.size)
    traces = step_map.jacobians(states, x[0, 0]).diagonal(dim1=1, dim2=2).sum(1)
    np.testing.assert_allclose(found.sum(axis=1), traces, atol=1e-9)
