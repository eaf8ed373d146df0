"""The guess to beat, against the same guess made over many samples."""

import math

import pytest
import torch

from explorer.tasks import TASKS, Task
from tests.tasks.oracles import reber

COUNT = 8000
CASES = [
    ("adding", {"seq_len": 4}),
    ("adding", {"seq_len": 100}),
    ("temporal_order", {"seq_len": 30}),
    ("delayed_recall", {"seq_len": 5, "symbols": 2}),
    ("delayed_recall", {"seq_len": 5, "symbols": 7}),
    ("flip_flop", {"seq_len": 20, "pulse": 0.02}),
    ("flip_flop", {"seq_len": 20, "pulse": 0.5, "bits": 1}),
    *[
        ("sine", {"seq_len": 40, "horizon": horizon, "noise": noise})
        for horizon in (1, 4, 9, 20)
        for noise in (0.0, 0.5)
    ],
    ("copying", {"seq_len": 21, "copied": 10, "symbols": 8}),
    ("copying", {"seq_len": 30, "copied": 1, "symbols": 2}),
    ("temporal_order_3", {"seq_len": 30}),
    ("parity", {"seq_len": 8}),
    ("parity_final", {"seq_len": 8}),
    ("embedded_reber", {"seq_len": 8}),
    ("embedded_reber", {"seq_len": 20}),
    ("dyck", {"seq_len": 4}),
    ("dyck", {"seq_len": 31, "kinds": 4, "deepest": 3}),
    ("anbn", {"seq_len": 40, "longest": 2}),
    ("anbn", {"seq_len": 45, "longest": 20}),
    ("mackey_glass", {"seq_len": 40, "horizon": 3}),
    ("mackey_glass", {"seq_len": 40, "horizon": 30}),
    ("lorenz", {"seq_len": 40, "horizon": 5}),
    ("narma", {"seq_len": 40}),
]


def log_shares(targets: torch.Tensor, count: int) -> torch.Tensor:
    """Return the logarithm of how often each class occurs, -50 for never."""
    return torch.bincount(targets.flatten(), minlength=count).double().log().clamp(-50)


def guess(task: Task, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the answers (time, batch, output) of someone without memory."""
    shape = (task.seq_len, inputs.shape[1], len(task.output_names))
    name = type(task).__module__.rpartition(".")[2]
    said = torch.zeros(shape, dtype=torch.float64)
    if name == "adding":
        return said + 1
    if name == "sine":  # the best multiple of what is read now, by least squares
        x, y = inputs.flatten(), targets.flatten()
        return (x @ y) / (x @ x) * inputs
    if name in ("mackey_glass", "lorenz"):
        return inputs
    if name == "copying":  # blanks, and any of the others when it is their turn
        blank = torch.zeros(shape[2]).double()
        blank[-1] = 99.0
        said[: -task.copied], said[-task.copied :] = blank, -blank
    if name == "dyck":
        said += log_shares(targets, shape[2])
    if name == "anbn":  # the letter that is read tells how often each one follows
        letter = inputs.argmax(2)
        for read in range(2):
            said[letter == read] = log_shares(targets[letter == read], 2)
    if name == "embedded_reber":
        said = reber(inputs.argmax(2), knows_all=False)
    return said


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_guessing_over_many_samples_reaches_what_the_baseline_says(name, parameters):
    task = TASKS[name](**parameters)
    batch = task.sample(COUNT, torch.Generator().manual_seed(0))
    inputs, targets = batch.inputs.double(), batch.targets
    targets = targets.double() if targets.is_floating_point() else targets
    outputs = guess(task, inputs, targets)
    baseline = task.baseline()
    losses = task.losses(outputs, targets)
    error = 5 * losses.std().item() / math.sqrt(COUNT) + 1e-9
    assert losses.mean().item() == pytest.approx(baseline.loss, abs=error)
    assert task.metric(outputs, targets) == pytest.approx(baseline.metric, rel=0.05)


def test_every_generated_task_is_guessed_here():
    generated = {name for name in TASKS if TASKS[name].family != "application"}
    assert {name for name, _ in CASES} == generated - {"sunspots"}


@pytest.mark.parametrize("horizon", [1, 4, 9])
def test_no_other_multiple_of_the_present_beats_the_sine_baseline(horizon):
    task = TASKS["sine"](seq_len=40, horizon=horizon)
    inputs, targets = task.sample(COUNT, torch.Generator().manual_seed(1))
    multiples = [step / 50 for step in range(-50, 51)]
    losses = [task.losses(a * inputs, targets).mean().item() for a in multiples]
    assert min(losses) == pytest.approx(task.baseline().loss, rel=0.02)


def test_always_one_is_the_best_constant_for_adding():
    task = TASKS["adding"](seq_len=10)
    targets = task.sample(COUNT, torch.Generator().manual_seed(0)).targets
    assert targets.mean().item() == pytest.approx(1.0, abs=0.02)
    assert targets.var().item() == pytest.approx(task.baseline().loss, rel=0.05)
