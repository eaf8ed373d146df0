"""The guess to beat, against the same guess made over many samples."""

import math

import pytest
import torch

from explorer.tasks import TASKS, Task

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
]


def guess(task: Task, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the answers (time, batch, output) of someone without memory."""
    shape = (task.seq_len, inputs.shape[1], len(task.output_names))
    name = type(task).__module__.rpartition(".")[2]
    if name == "adding":
        return torch.ones(shape, dtype=torch.float64)
    if name == "sine":  # the best multiple of what is read now, by least squares
        x, y = inputs.flatten(), targets.flatten()
        return (x @ y) / (x @ x) * inputs
    return torch.zeros(shape, dtype=torch.float64)


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
    assert {name for name, _ in CASES} == set(TASKS.names()) - {"sunspots"}


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
