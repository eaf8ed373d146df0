"""Gates: saturation counted by hand, direct paths by backpropagation."""

import numpy as np
import pytest
import torch
from layers import random_cell, random_inputs

from explorer.cells import CELLS
from explorer.probes.gates import log10_direct_path, saturation

GATED = [name for name in CELLS if CELLS[name].keep_block is not None]


def test_saturation_counts_shut_and_open_over_time_and_sequences():
    gate = np.array([[[0.05, 0.5], [0.95, 0.1]], [[0.01, 0.9], [0.2, np.nan]]])
    left, right = saturation(gate)
    np.testing.assert_allclose(left, [2 / 4, 0])
    np.testing.assert_allclose(right, [1 / 4, 0])


@pytest.mark.parametrize("name", GATED)
def test_without_recurrent_weights_only_the_direct_path_is_left(name):
    """Then the last state's derivative by its beginning is the product of the gates."""
    cell, inputs = random_cell(name), random_inputs(9)
    with torch.no_grad():
        for parameter, weights in cell.named_parameters():
            if parameter.startswith("weight_") and parameter != "weight_ih":
                weights.zero_()
    kept = cell.states[-1]
    beginning = cell.initial_state(1)
    beginning[kept] = beginning[kept].clone().requires_grad_()
    state, opened = beginning, []
    for x in torch.tensor(inputs):
        state, internals = cell.step(x[None], state)
        opened.append(internals)
    (slope,) = torch.autograd.grad(state[kept].sum(), beginning[kept])
    internals = {
        gate: torch.cat([step[gate] for step in opened]).detach().numpy()
        for gate in opened[0]
    }
    path = log10_direct_path(cell, internals)
    assert path.shape == (10, 4) and not path[0].any()
    np.testing.assert_allclose(path[-1], np.log10(np.abs(slope[0].numpy())), atol=1e-9)


@pytest.mark.parametrize(("name", "gate"), [("lstm", "f"), ("gru", "z")])
def test_the_direct_path_is_the_product_of_the_gate(name, gate):
    values = np.random.default_rng(0).random((6, 4))
    path = log10_direct_path(random_cell(name), {gate: values})
    for k in range(7):
        expected = np.log10(values[6 - k :].prod(axis=0))
        np.testing.assert_allclose(path[k], expected, atol=1e-12)


def test_a_path_through_many_shut_gates_does_not_underflow():
    path = log10_direct_path(random_cell("lstm"), {"f": np.full((500, 4), 0.1)})
    np.testing.assert_allclose(path[-1], -500)
    shut = log10_direct_path(random_cell("lstm"), {"f": np.zeros((2, 4))})
    assert (shut[1:] == -np.inf).all()


def test_a_cell_without_gates_has_no_direct_path():
    assert log10_direct_path(random_cell("rnn"), {}) is None
