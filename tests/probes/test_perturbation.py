"""Perturbations: nothing before, the asked value then, and the Jacobians after."""

import numpy as np
import pytest
import torch

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.history import initial_snapshot
from explorer.probes.perturbation import (
    Change,
    distances,
    predicted_distances,
    replay,
)
from explorer.step_map import StepMap, layer_cell

WHEN = 5


def network(cell, **settings):
    config = RunConfig(
        task="adding", cell=cell, seq_len=12, hidden_size=5, seed=1, **settings
    )
    first = initial_snapshot(config)
    return config, first.weights, first.trace()


def replayed(cell, change, **settings):
    config, weights, trace = network(cell, **settings)
    return trace, replay(config, weights, trace, change)


CHANGES = [
    ("x", Change("x", 0, "by", 1.0, WHEN)),
    ("h", Change("h", 2, "to", 0.75, WHEN, layer=1)),
    ("gate", Change("gate", 1, "to", 0.0, WHEN, layer=0)),
    ("last state", Change("last state", 3, "by", -1.0, WHEN, layer=0)),
]


def meant(change, cell):
    """Name one of the cell's own gates or states."""
    kind = CELLS[cell]
    names = {"gate": kind.gates[:1] or ("h",), "last state": kind.states[-1:]}
    (what, *_) = names.get(change.what, (change.what,))
    return Change(
        what, change.index, change.how, change.amount, change.when, change.layer
    )


@pytest.mark.parametrize("change", [c for _, c in CHANGES], ids=[n for n, _ in CHANGES])
@pytest.mark.parametrize("cell", list(CELLS))
def test_only_what_comes_after_changes(cell, change):
    change = meant(change, cell)
    trace, found = replayed(cell, change, num_layers=2)
    for name, both in found.states.items():
        np.testing.assert_array_equal(both[0, :, :WHEN], both[1, :, :WHEN])
        np.testing.assert_array_equal(
            both[0, :, :WHEN], trace.states[name][:, :WHEN, 0]
        )
        np.testing.assert_allclose(both[0], trace.states[name][:, :, 0], atol=1e-12)
        if change.layer:  # what lies below never hears of it
            np.testing.assert_array_equal(both[0, 0], both[1, 0])
    np.testing.assert_array_equal(found.outputs[0, :WHEN], found.outputs[1, :WHEN])
    moved = any(
        np.abs(both[1] - both[0]).max() > 1e-9 for both in found.states.values()
    )
    spared = cell == "slstm" and change.what in "mc"
    assert moved or spared


@pytest.mark.parametrize("what", ["x", "h", "gate"])
@pytest.mark.parametrize("cell", list(CELLS))
def test_a_change_of_nothing_changes_nothing_at_all(cell, what):
    change = meant(Change(what, 1, "by", 0.0, WHEN), cell)
    _, found = replayed(cell, change, num_layers=2)
    for both in found.states.values():
        np.testing.assert_array_equal(both[0], both[1])


def test_a_state_has_the_asked_value_right_after_its_time_step():
    _, found = replayed("gru", Change("h", 2, "to", 0.75, WHEN))
    before, after = found.states["h"][:, 0, WHEN]
    assert after[2] == 0.75 == found.became and found.was == before[2]
    np.testing.assert_array_equal(np.delete(before, 2), np.delete(after, 2))


def test_a_gate_has_the_asked_value_in_its_time_step():
    """With f shut and i open, an LSTM's c is what it would write alone."""
    change = Change("f", 2, "to", 0.0, WHEN)
    trace, found = replayed("lstm", change)
    gates = {name: gate[0, WHEN, 0, 2] for name, gate in trace.gates.items()}
    assert found.was == pytest.approx(gates["f"]) and found.became == 0
    written = found.states["c"][1, 0, WHEN, 2]
    assert written == pytest.approx(gates["i"] * gates["g"], rel=1e-12)


def test_an_input_is_changed_as_if_it_had_come_that_way():
    """The same as running a changed sequence from its beginning."""
    change = Change("x", 0, "by", 1.0, WHEN)
    config, weights, trace = network("lem")
    found = replay(config, weights, trace, change)
    inputs = torch.tensor(trace.inputs[:, :1])
    inputs[WHEN, 0, 0] += 1
    cell = layer_cell(config, weights, 0)
    expected = cell.loop(inputs)[:, 0].numpy()
    np.testing.assert_allclose(found.states["h"][1, 0], expected, atol=1e-12)


@pytest.mark.parametrize("cell", list(CELLS))
def test_small_changes_go_the_way_of_the_jacobians(cell):
    """And the prediction is their product, however large the change."""
    config, weights, trace = network(cell)
    layer = StepMap(layer_cell(config, weights, 0))
    name = layer.names[0]
    visited = layer.unroll(torch.tensor(trace.inputs[:, :1]))
    jacobians = layer.jacobians(visited[:-1, 0], torch.tensor(trace.inputs[:, 0]))
    for size in (1e-6, 2.0):
        change = Change(name, 1, "by", size, WHEN)
        found = replay(config, weights, trace, change)
        if cell == "lru":
            break  # its h is no part of the state that goes on
        push = torch.zeros(layer.size, dtype=torch.float64)
        push[layer.part(name)][1] = size
        for t in range(WHEN + 1, 12):
            push = jacobians[t] @ push
        if "h" not in layer.names:
            continue
        expected = push[layer.part("h")].norm().item()
        predicted = predicted_distances(config, weights, trace, change)
        assert predicted[0, -1] == pytest.approx(expected, rel=1e-8)
        if size < 1e-3:
            real = distances(found.states)[0, -1]
            assert real == pytest.approx(expected, rel=1e-3, abs=1e-14)


@pytest.mark.parametrize("what", ["f", "i", "h", "x"])
def test_the_prediction_is_the_slope_of_the_replay(what):
    amounts = []
    for size in (1e-5, -1e-5):
        _, found = replayed("lstm", Change(what, 1, "by", size, WHEN), num_layers=2)
        amounts.append(found.states["h"][1])
    slope = np.linalg.norm(amounts[0] - amounts[1], axis=-1) / 2e-5
    small = Change(what, 1, "by", 1.0, WHEN)
    config, weights, trace = network("lstm", num_layers=2)
    predicted = predicted_distances(config, weights, trace, small)
    np.testing.assert_allclose(predicted, slope, atol=1e-7)
    short = predicted_distances(config, weights, trace, small, most=3)
    np.testing.assert_array_equal(short[:, : WHEN + 3], predicted[:, : WHEN + 3])
    assert np.isnan(short[:, WHEN + 3 :]).all()


def test_weights_that_are_not_numbers_can_be_replayed():
    config, weights, trace = network("lstm")
    broken = {name: torch.full_like(w, torch.nan) for name, w in weights.items()}
    found = replay(config, broken, trace, Change("f", 1, "to", 0.0, WHEN))
    assert np.isnan(found.outputs[1, WHEN:]).all()
