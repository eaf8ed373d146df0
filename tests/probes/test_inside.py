"""Inside a cell: its numbers are the trace's, its slopes those of the loss."""

import numpy as np
import pytest
import torch

from explorer.batches import traced_batch
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.history import initial_snapshot
from explorer.model import Model
from explorer.probes.inside import inside, most_varied, values_along
from explorer.probes.perturbation import Change, replay

UNIT, WHEN = 2, 4


def network(cell, **settings):
    config = RunConfig(
        task="sine", cell=cell, seq_len=12, hidden_size=4, seed=1, **settings
    )
    first = initial_snapshot(config)
    return config, first.weights, first.trace()


def filled(pieces, numbers, t):
    """Work out a line's numbers as a reader would; only sums and products are known."""
    text = ""
    for piece in pieces:
        if isinstance(piece, dict):
            text += f"({numbers[piece['n']].values[t]!r})"
        else:
            text += piece.replace("−", "-").replace("×", "*")
    return eval(text.replace("np.float64", ""))


@pytest.mark.parametrize("cell", list(CELLS))
def test_states_and_gates_are_the_trace_s(cell):
    config, weights, trace = network(cell, num_layers=2)
    found = inside(config, weights, trace, 1, UNIT)
    seen = {n.state: n for n in found.numbers if n.state and not n.before}
    assert set(seen) == {*CELLS[cell].states, *CELLS[cell].gates}
    for name, number in seen.items():
        expected = (trace.states | trace.gates)[name][1, :, 0, UNIT]
        np.testing.assert_allclose(number.values, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("cell", list(CELLS))
def test_each_line_s_numbers_add_up_to_what_it_defines(cell):
    config, weights, trace = network(cell)
    found = inside(config, weights, trace, 0, UNIT)
    checked = 0
    for row in found.rows:
        for pieces in row.chain:
            if any(isinstance(p, list) or "over" in p for p in pieces):
                continue  # a function or a fraction is left to the tests of `step`
            value = found.numbers[row.value].values[WHEN]
            assert filled(pieces, found.numbers, WHEN) == pytest.approx(value, 1e-12)
            checked += 1
    assert checked or cell == "rnn"


@pytest.mark.parametrize("cell", list(CELLS))
def test_a_product_is_the_sum_of_its_contributions(cell):
    config, weights, trace = network(cell)
    products = [n for n in inside(config, weights, trace, 0, 1).numbers if n.product]
    assert products
    for number in products:
        total = number.product.entries @ number.product.weights
        np.testing.assert_allclose(number.values, total, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("cell", [name for name in CELLS if CELLS[name].gates])
def test_a_gate_s_slope_is_that_of_the_loss(cell):
    """Held a little higher and a little lower at time t, by replaying the sequence."""
    config, weights, trace = network(cell, num_layers=2)
    task, targets = config.build_task(), torch.from_numpy(trace.targets)[:, :1]
    gate = CELLS[cell].gates[0]
    found = inside(config, weights, trace, 0, UNIT)
    number = next(n for n in found.numbers if n.state == gate and not n.before)
    losses = []
    for size in (1e-5, -1e-5):
        change = Change(gate, UNIT, "by", size, WHEN)
        outputs = replay(config, weights, trace, change).outputs[1]
        loss = task.losses(torch.from_numpy(outputs)[:, None], targets)
        losses.append(loss.item())
    slope = (losses[0] - losses[1]) / 2e-5
    assert number.slopes[WHEN] == pytest.approx(slope, rel=1e-5, abs=1e-10)


@pytest.mark.parametrize("name", ["weight_ih", "weight_hh"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "lem", "layer_norm_lstm"])
def test_a_weight_s_slope_is_that_of_backpropagation(cell, name):
    config, weights, trace = network(cell)
    batch = traced_batch(config)
    model = Model(config)
    model.load_state_dict(weights)
    model.double()
    outputs = model(batch.inputs[:, :1].double())
    losses = config.build_task().losses(outputs, batch.targets[:, :1].double())
    losses.sum().backward()
    expected = model.cells[0].get_parameter(name).grad.numpy()
    found = inside(config, weights, trace, 0, UNIT)
    of_x = name == "weight_ih"
    rows = [
        n.product.slopes
        for n in found.numbers
        if n.product and (n.product.of == "x") == of_x
    ]
    wanted = expected[UNIT :: config.hidden_size]
    assert len(rows) == len(wanted)
    for row in rows:  # in the order of the equations, which need not be the blocks'
        assert np.abs(wanted - row).max(axis=1).min() < 1e-10


def test_a_bias_s_slope_is_that_of_the_sum_it_stands_in():
    config, weights, trace = network("lstm")
    numbers = inside(config, weights, trace, 0, UNIT).numbers
    bias = next(n for n in numbers if n.label == [["b", "f", ""]])
    gate = next(n for n in numbers if n.state == "f" and not n.before)
    expected = gate.slopes * gate.values * (1 - gate.values)
    np.testing.assert_allclose(bias.slopes, expected, rtol=1e-10)


def test_the_first_time_step_of_an_slstm_has_a_line_of_its_own():
    config, weights, trace = network("slstm")
    found = inside(config, weights, trace, 0, UNIT)
    row = next(row for row in found.rows if row.left == [["m", "t", ""]])
    assert len(row.first) == 1 and len(row.chain) == 2
    first = found.numbers[row.first[0][0]["n"]].values[0]
    assert first == found.numbers[row.value].values[0]


@pytest.mark.parametrize("what", ["x", "h", "f"])
def test_the_numbers_along_a_changed_path_are_the_replay_s(what):
    config, weights, trace = network("lstm")
    change = Change(what, 0 if what == "x" else UNIT, "to", 0.3, WHEN)
    changed = replay(config, weights, trace, change)
    inputs = trace.inputs[:, 0].copy()
    if what == "x":
        inputs[WHEN, 0] = 0.3
    held = {"f": (WHEN, UNIT, 0.3)} if what == "f" else {}
    states = {name: both[1] for name, both in changed.states.items()}
    moved = values_along(config, weights, inputs, states, 0, UNIT, held)
    numbers = inside(config, weights, trace, 0, UNIT).numbers
    assert len(moved) == len(numbers)
    for number, values in zip(numbers, moved, strict=True):
        np.testing.assert_allclose(values[:WHEN], number.values[:WHEN], atol=1e-12)
        if number.state == "c" and not number.before:
            expected = changed.states["c"][1, 0, :, UNIT]
            np.testing.assert_array_equal(values, expected)
        if number.state == "f" and not number.before and what == "f":
            assert values[WHEN] == 0.3


def test_units_are_offered_from_the_one_that_varies_most():
    config, _, trace = network("gru")
    order = most_varied(trace, 0, 3)
    spread = trace.states["h"][0, :, 0].std(axis=0)
    assert order == sorted(range(4), key=lambda k: -spread[k])[:3]
