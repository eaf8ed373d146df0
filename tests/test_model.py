"""A whole network and its trace, against loops in NumPy and finite differences."""

import numpy as np
import pytest
import torch
from torch import Tensor

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.model import EVALUATION, INITIAL_WEIGHTS, Model, seeded, trace
from explorer.tasks import Batch

HIDDEN, LAYERS, TIME, BATCH = 3, 2, 5, 2
TASKS = {
    "adding": {},
    "delayed_recall": {"symbols": 3},
    "flip_flop": {"bits": 2, "pulse": 0.3},
}


def config(task: str = "adding", cell: str = "lstm", **settings) -> RunConfig:
    defaults = {
        "seq_len": TIME,
        "hidden_size": HIDDEN,
        "num_layers": LAYERS,
        "init": CELLS[cell].initialisations[0],
        "seed": 5,
    }
    return RunConfig(
        task=task, cell=cell, task_params=TASKS[task], **defaults | settings
    )


def batch_of(run: RunConfig) -> Batch:
    return run.build_task().sample(BATCH, seeded(run.seed, EVALUATION))


def weights_of(run: RunConfig) -> dict[str, Tensor]:
    return Model(run).state_dict()


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def numpy_step(run: RunConfig, w: dict, x, h, c):
    """Return h and c after one time step, written from the papers' equations."""

    def f(a):  # the functions themselves are tested against NumPy elsewhere
        return ACTIVATIONS[run.activation].function(torch.from_numpy(a)).numpy()

    a = x @ w["weight_ih"].T + w["bias_ih"]
    b = h @ w["weight_hh"].T + w["bias_hh"]
    if run.cell == "rnn":
        return f(a + b), c
    if run.cell == "lstm":
        i, forget, g, o = np.split(a + b, 4, axis=1)
        c = sigmoid(forget) * c + sigmoid(i) * f(g)
        return sigmoid(o) * f(c), c
    (a_r, a_z, a_n), (b_r, b_z, b_n) = np.split(a, 3, axis=1), np.split(b, 3, axis=1)
    z = sigmoid(a_z + b_z)
    n = f(a_n + sigmoid(a_r + b_r) * b_n)
    return (1 - z) * n + z * h, c


def numpy_run(run: RunConfig, weights: dict, inputs, nudge=None):
    """Unroll in NumPy; return outputs and states {name: [layer][t]}.

    `nudge` is (name, layer, t, array): the array is added to that state at that time
    step, so that whatever is computed from the state afterwards feels it.
    """
    w = {name: tensor.double().numpy() for name, tensor in weights.items()}
    sequence, states = list(inputs), {"h": [], "c": []}
    for layer in range(run.num_layers):
        own = {n.split(".")[2]: v for n, v in w.items() if f"layers.{layer}." in n}
        h = c = np.zeros((inputs.shape[1], run.hidden_size))
        hidden, cells = [], []
        for t, x in enumerate(sequence):
            h, c = numpy_step(run, own, x, h, c)
            if nudge is not None and nudge[1:3] == (layer, t):
                h = h + nudge[3] if nudge[0] == "h" else h
                if nudge[0] == "c":  # h_t = o tanh(c_t) feels it at once
                    gate = h / np.tanh(c)
                    c = c + nudge[3]
                    h = gate * np.tanh(c)
            hidden.append(h)
            cells.append(c)
        states["h"].append(hidden)
        states["c"].append(cells)
        sequence = hidden
    outputs = np.stack(sequence) @ w["readout.weight"].T + w["readout.bias"]
    return outputs, states


def numpy_losses(run: RunConfig, outputs, targets):
    if run.task == "flip_flop":
        return ((outputs - targets) ** 2).mean((0, 2))
    last = outputs[-1]
    if run.task == "adding":
        return ((last - targets) ** 2).mean(1)
    right = last[np.arange(len(targets)), targets]
    return np.log(np.exp(last).sum(1)) - right


# The other cells are held to their equations by `checks/equations.py`.
WRITTEN = ("rnn", "lstm", "gru")
RUNS = [(task, cell) for task in TASKS for cell in WRITTEN]
each_run = pytest.mark.parametrize(("task", "cell"), RUNS)


@each_run
def test_a_trace_holds_what_an_unroll_in_numpy_finds(task, cell):
    run = config(task, cell)
    batch, weights = batch_of(run), weights_of(run)
    found = trace(run, weights, batch)
    outputs, states = numpy_run(run, weights, batch.inputs.double().numpy())
    np.testing.assert_allclose(found.outputs, outputs, atol=1e-12)
    assert set(found.states) == set(CELLS[cell].states)
    for name, values in found.states.items():
        np.testing.assert_allclose(values, np.array(states[name]), atol=1e-12)
    losses = numpy_losses(run, outputs, batch.targets.numpy())
    np.testing.assert_allclose(found.losses, losses, atol=1e-12)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize("cell", WRITTEN)
def test_the_activation_stands_where_the_equations_have_it(cell, activation):
    run = config("flip_flop", cell, activation=activation)
    batch, weights = batch_of(run), weights_of(run)
    outputs, _ = numpy_run(run, weights, batch.inputs.double().numpy())
    found = trace(run, weights, batch)
    np.testing.assert_allclose(found.outputs, outputs, atol=1e-12)
    fast = Model(run).double()(batch.inputs.double()).detach()
    np.testing.assert_allclose(fast, outputs, atol=1e-12)


@each_run
def test_the_gradient_by_every_state_equals_finite_differences(task, cell):
    run, eps = config(task, cell), 1e-5
    batch, weights = batch_of(run), weights_of(run)
    inputs, targets = batch.inputs.double().numpy(), batch.targets.numpy()
    found = trace(run, weights, batch).gradients

    def losses(name, layer, t, unit, by):
        nudge = np.zeros((BATCH, HIDDEN))
        nudge[:, unit] = by
        outputs, _ = numpy_run(run, weights, inputs, (name, layer, t, nudge))
        return numpy_losses(run, outputs, targets)

    assert set(found) == set(CELLS[cell].states)
    for name, gradients in found.items():
        assert gradients.shape == (LAYERS, TIME, BATCH, HIDDEN)
        for layer, t, unit in np.ndindex(LAYERS, TIME, HIDDEN):
            up, down = (losses(name, layer, t, unit, by) for by in (eps, -eps))
            expected = (up - down) / (2 * eps)
            np.testing.assert_allclose(
                gradients[layer, t, :, unit], expected, atol=1e-9, rtol=1e-5
            )


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_an_rnn_with_any_activation_has_the_gradient_of_finite_differences(activation):
    run = config("flip_flop", "rnn", activation=activation)
    model, batch = Model(run).double(), batch_of(run)
    inputs, targets = batch.inputs.double(), batch.targets.double()

    def loss() -> Tensor:
        return run.build_task().losses(model(inputs), targets).mean()

    parameters = dict(model.named_parameters())
    gradients = torch.autograd.grad(loss(), list(parameters.values()))
    eps = 1e-5
    for (name, parameter), gradient in zip(parameters.items(), gradients, strict=True):
        flat = parameter.detach().view(-1)
        expected = torch.empty_like(flat)
        for i in range(len(flat)):
            value = flat[i].item()
            flat[i] = value + eps
            up = loss().item()
            flat[i] = value - eps
            down = loss().item()
            flat[i] = value
            expected[i] = (up - down) / (2 * eps)
        torch.testing.assert_close(
            gradient.view(-1), expected, atol=1e-8, rtol=1e-5, msg=name
        )


def test_a_state_that_the_loss_does_not_depend_on_has_no_gradient():
    """The top layer's h at the last time step is all that the readout sees of it."""
    run = config("adding", "lstm", num_layers=1)
    last = trace(run, weights_of(run), batch_of(run)).gradients
    assert last["h"][0, -1].all() and last["c"][0, -1].all()
    feed_forward = {
        name: torch.zeros_like(w) if "weight_hh" in name else w
        for name, w in weights_of(config("adding", "rnn", num_layers=1)).items()
    }
    run = config("adding", "rnn", num_layers=1)
    gradients = trace(run, feed_forward, batch_of(run)).gradients["h"][0]
    assert gradients[-1].all() and not gradients[:-1].any()


@pytest.mark.parametrize("cell", CELLS.names())
def test_gates_and_classes_have_one_value_a_time_step(cell):
    run = config("delayed_recall", cell)
    batch = batch_of(run)
    found = trace(run, weights_of(run), batch)
    for name, gate in found.gates.items():
        assert gate.shape == (LAYERS, TIME, BATCH, HIDDEN)
        assert gate.dtype == np.float64 and np.isfinite(gate).all()
        assert name not in CELLS[cell].gates or ((gate >= 0) & (gate <= 1)).all()
    assert (found.classes == batch.targets.numpy()).all()
    assert found.classes.shape == (TIME, BATCH)


@pytest.mark.parametrize("cell", CELLS.names())
def test_the_trace_and_the_training_network_say_the_same(cell):
    run = config("flip_flop", cell)
    model, batch = Model(run), batch_of(run)
    found = trace(run, model.state_dict(), batch)
    outputs = model(batch.inputs).detach().numpy()
    np.testing.assert_allclose(found.outputs, outputs, atol=1e-5)


def test_a_trace_leaves_the_recorded_weights_alone():
    run = config()
    weights = weights_of(run)
    before = {name: tensor.clone() for name, tensor in weights.items()}
    trace(run, weights, batch_of(run))
    assert all(torch.equal(weights[name], before[name]) for name in before)
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}


def test_the_seed_decides_the_initial_weights_and_nothing_else_does():
    torch.manual_seed(1)
    first = weights_of(config())
    torch.manual_seed(2)
    again = weights_of(config(learning_rate=0.5, steps=7, optimiser="sgd"))
    other = weights_of(config(seed=6))
    for name in first:
        assert torch.equal(first[name], again[name])
        assert not torch.equal(first[name], other[name])


def test_layers_begin_with_different_weights():
    weights = weights_of(config(num_layers=3))
    first, second, third = (weights[f"layers.{i}.weight_hh"] for i in range(3))
    assert not torch.equal(first, second) and not torch.equal(second, third)


def test_random_streams_never_meet():
    """Such as those of (seed 1, step 0) and (seed 0, step 1)."""
    places = [(s, u, t) for s in range(4) for u in range(3) for t in range(4)]
    drawn = {
        torch.rand(1, generator=seeded(*p), dtype=torch.float64).item() for p in places
    }
    assert len(drawn) == len(places)
    again = seeded(0, INITIAL_WEIGHTS, 0).initial_seed()
    assert again == seeded(0, INITIAL_WEIGHTS).initial_seed()


def test_flushing_subnormal_numbers_does_not_change_a_trace():
    run = config("adding", "rnn", seq_len=200, hidden_size=8, num_layers=1)
    batch, weights = batch_of(run), weights_of(run)
    try:
        torch.set_flush_denormal(False)
        plain = trace(run, weights, batch).gradients["h"]
        torch.set_flush_denormal(True)
        flushed = trace(run, weights, batch).gradients["h"]
    finally:
        torch.set_flush_denormal(False)
    np.testing.assert_array_equal(plain, flushed)
    least = np.abs(plain[0, 0]).max()
    assert 0 < least < 1e-38, "below what float32 could show"
