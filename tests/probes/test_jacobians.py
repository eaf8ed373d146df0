"""Jacobians along a sequence, against backpropagation through the sequence."""

import numpy as np
import pytest
import torch
from layers import random_cell, random_inputs

from explorer.cells import CELLS
from explorer.probes.jacobians import state_jacobians


@pytest.mark.parametrize("name", CELLS.names())
def test_their_product_is_the_derivative_of_the_end_by_the_beginning(name):
    cell, inputs = random_cell(name), random_inputs(6)
    found = state_jacobians(cell, inputs)
    begin = {n: v.clone() for n, v in cell.initial_state(1).items()}
    start = {n: begin[n].requires_grad_() for n in found.names}
    state = begin | start
    for x in torch.tensor(inputs):
        state, _ = cell.step(x[None], state)
    end = torch.cat([state[n] for n in found.names], 1)[0]
    rows = [
        torch.cat(
            torch.autograd.grad(
                entry, start.values(), retain_graph=True, materialize_grads=True
            ),
            1,
        )[0]
        for entry in end
    ]
    product = np.linalg.multi_dot(found.whole[::-1])
    np.testing.assert_allclose(product, torch.stack(rows), rtol=1e-9, atol=1e-12)


def test_the_block_of_h_is_cut_out_of_the_whole():
    found = state_jacobians(random_cell("lstm"), random_inputs(5))
    assert found.names == ("h", "c") and found.whole.shape == (5, 8, 8)
    np.testing.assert_array_equal(found.hidden, found.whole[:, :4, :4])


def test_a_cell_that_does_not_read_h_has_no_block_of_it():
    assert state_jacobians(random_cell("lru"), random_inputs(5)).hidden is None


@pytest.mark.parametrize("last", [1, 3, 5, 9])
def test_only_the_last_steps_are_differentiated_where_that_is_wanted(last):
    cell, inputs = random_cell("gru"), random_inputs(5)
    every = state_jacobians(cell, inputs).whole
    some = state_jacobians(cell, inputs, last).whole
    np.testing.assert_allclose(some, every[-last:], atol=1e-13)


def test_an_rnns_jacobian_is_the_slope_times_the_weights():
    cell, inputs = random_cell("rnn", "tanh"), random_inputs(5)
    found = state_jacobians(cell, inputs)
    hidden = cell.sequence(torch.tensor(inputs)[:, None])[:, 0].detach().numpy()
    weights = cell.get_parameter("weight_hh").detach().numpy()
    expected = (1 - hidden**2)[:, :, None] * weights
    np.testing.assert_allclose(found.whole, expected, rtol=1e-12)
