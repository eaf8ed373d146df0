"""The whole state's map and its Jacobians, against `step` and finite differences."""

import numpy as np
import pytest
import torch
from layers import random_cell, random_inputs, seeded, stepped

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.model import Model
from explorer.step_map import StepMap, layer_cell

EVERY = [(name, f) for name in CELLS for f in CELLS[name].activations]
every_cell = pytest.mark.parametrize("name", CELLS.names())
DELTA = 1e-6


@pytest.mark.parametrize(("name", "activation"), EVERY)
def test_jacobians_equal_finite_differences_near_visited_states(name, activation):
    cell = random_cell(name, activation)
    step_map = StepMap(cell)
    inputs = torch.tensor(random_inputs(8))
    states = step_map.unroll(inputs[:, None])[3:-1, 0]
    states += 0.1 * torch.rand(states.shape, generator=seeded(3))  # off ReLU's kink
    inputs = inputs[3:]
    found = step_map.jacobians(states, inputs)
    moves = DELTA * torch.eye(step_map.size, dtype=torch.float64)
    columns = [
        (step_map(states + move, inputs) - step_map(states - move, inputs)) / 2 / DELTA
        for move in moves
    ]
    torch.testing.assert_close(
        found, torch.stack(columns, 2), atol=1e-7, rtol=1e-6, check_stride=False
    )


@every_cell
def test_unrolling_visits_the_states_that_steps_visit(name):
    cell, inputs = random_cell(name), random_inputs(6)
    step_map = StepMap(cell)
    visited = step_map.unroll(torch.tensor(inputs)[:, None])
    assert visited.shape == (7, 1, step_map.size)
    for whole, (state, _) in zip(visited[1:], stepped(cell, inputs), strict=True):
        for part in step_map.names:
            torch.testing.assert_close(whole[:, step_map.part(part)], state[part])


@every_cell
def test_the_whole_state_is_all_that_the_next_step_depends_on(name):
    cell = random_cell(name)
    step_map = StepMap(cell)
    state = stepped(cell, random_inputs(4))[-1][0]
    ignored = set(state) - set(step_map.names)
    spoiled = {n: v + 1 if n in ignored else v for n, v in state.items()}
    x = torch.ones(1, cell.input_size, dtype=torch.float64)
    for part, value in cell.step(x, state)[0].items():
        torch.testing.assert_close(cell.step(x, spoiled)[0][part], value)


def test_an_lstm_reads_h_and_c_and_an_lru_does_not_read_h():
    assert StepMap(random_cell("lstm")).names == ("h", "c")
    assert StepMap(random_cell("gru")).names == ("h",)
    lru = StepMap(random_cell("lru"))
    assert set(lru.names) == {"re", "im"} and lru.size == 8
    with pytest.raises(ValueError):
        lru.part("h")


def test_a_state_that_goes_nowhere_has_a_derivative_of_zero():
    cell = random_cell("rnn")
    with torch.no_grad():
        cell.get_parameter("weight_hh").zero_()
    step_map = StepMap(cell)
    jacobians = step_map.jacobians(step_map.start(3), torch.ones(2).double())
    assert jacobians.shape == (3, 4, 4) and not jacobians.any()


def test_many_points_are_taken_in_pieces_without_a_difference(monkeypatch):
    step_map = StepMap(random_cell("lstm"))
    states = torch.tensor(np.random.default_rng(0).standard_normal((7, 8)))
    inputs = torch.tensor(random_inputs(7))
    at_once = step_map.jacobians(states, inputs)
    monkeypatch.setattr("explorer.step_map.CHUNK", 2 * 8**2)
    torch.testing.assert_close(step_map.jacobians(states, inputs), at_once)


def test_measuring_leaves_the_cell_as_it_was():
    cell = CELLS["gru"](2, 3, "tanh")
    StepMap(cell)
    assert all(p.requires_grad and p.dtype == torch.float32 for p in cell.parameters())


def test_a_layer_of_a_run_has_its_weights_in_float64():
    config = RunConfig(task="sine", seq_len=10, cell="gru", hidden_size=5, num_layers=2)
    model = Model(config)
    layer = layer_cell(config, model.state_dict(), 1)
    for name, parameter in model.cells[1].named_parameters():
        found = layer.get_parameter(name)
        assert found.dtype == torch.float64 and not found.requires_grad
        torch.testing.assert_close(found, parameter.detach().double())
