"""Input gradients, recurrence and unit ranking, each by another way to the numbers."""

import numpy as np
import pytest
import torch

from explorer.batches import traced_batch
from explorer.config import RunConfig
from explorer.model import Model, trace
from explorer.probes.gradients import input_gradients
from explorer.probes.ranking import unit_ranking
from explorer.probes.recurrence import recurrence
from explorer.tasks import Batch

CONFIGS = [
    RunConfig(task=task, seq_len=12, cell=cell, hidden_size=5, num_layers=layers)
    for task, cell, layers in (
        ("adding", "lstm", 1),
        ("flip_flop", "gru", 2),
        ("delayed_recall", "rnn", 1),
        ("parity", "lru", 1),
    )
]
each_config = pytest.mark.parametrize("config", CONFIGS, ids=lambda c: c.task)


def in_double(config: RunConfig) -> tuple[Model, Batch]:
    batch = traced_batch(config)
    targets = batch.targets
    targets = targets.double() if targets.is_floating_point() else targets
    return Model(config).double(), Batch(batch.inputs.double(), targets)


@each_config
def test_input_gradients_equal_finite_differences(config):
    model, batch = in_double(config)
    task = config.build_task()
    found = input_gradients(config, Model(config).state_dict(), traced_batch(config))
    assert found.shape == batch.inputs.shape and found.dtype == np.float64
    for t in (0, config.seq_len // 2, config.seq_len - 1):
        for channel in range(found.shape[2]):
            move = torch.zeros_like(batch.inputs)
            move[t, :, channel] = 1e-6
            with torch.no_grad():
                losses = [
                    task.losses(model(batch.inputs + sign * move), batch.targets)
                    for sign in (1, -1)
                ]
            slope = (losses[0] - losses[1]) / 2e-6
            np.testing.assert_allclose(found[t, :, channel], slope, atol=1e-8)


@each_config
def test_a_units_cost_is_the_loss_of_a_readout_that_sees_its_mean(config):
    weights = Model(config).state_dict()
    recorded = trace(config, weights, traced_batch(config))
    ranking = unit_ranking(config, weights["readout.weight"].numpy(), recorded)
    model, batch = in_double(config)
    task, hidden = config.build_task(), batch.inputs
    with torch.no_grad():
        for cell in model.cells:
            hidden = cell.sequence(hidden)
        usual = task.losses(model.readout(hidden), batch.targets).mean()
        for unit in range(5):
            without = hidden.clone()
            without[..., unit] = hidden[..., unit].mean()
            loss = task.losses(model.readout(without), batch.targets).mean()
            assert ranking.costs[unit] == pytest.approx(float(loss - usual), abs=1e-12)
    assert (np.diff(ranking.costs[ranking.order]) <= 0).all()
    assert sorted(ranking.order) == list(range(5))


def test_recurrence_is_the_distance_between_any_two_states():
    hidden = np.random.default_rng(0).standard_normal((9, 4))
    found = recurrence(hidden)
    for t, state in enumerate(hidden):
        distances = np.linalg.norm(hidden - state, axis=1)
        np.testing.assert_allclose(found[t], distances, rtol=1e-12)


def test_small_distances_between_large_states_are_kept():
    hidden = np.full((2, 3), 1e8)
    hidden[1, 0] += 1e-4
    assert recurrence(hidden)[0, 1] == pytest.approx(hidden[1, 0] - hidden[0, 0])
