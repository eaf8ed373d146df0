"""Which sequences an update, the metric and the pictures see."""

import math

import numpy as np
import pytest
import torch
from runs import small

from explorer.batches import (
    TRACED,
    evaluation_batch,
    traced_batch,
    training_batch,
    updates_per_epoch,
)
from explorer.config import RunConfig
from explorer.model import Model
from explorer.tasks import TASKS, Batch
from explorer.tasks.adding import Adding
from explorer.training import (
    train,
)


@pytest.mark.parametrize("task", TASKS.names())
def test_the_recorded_loss_is_the_mean_over_the_batch_of_that_step(task):
    config = RunConfig(task=task, hidden_size=4, batch_size=3, steps=5)
    made = config.build_task()
    for snapshot in train(config):
        batch = training_batch(config, made, snapshot.step)
        model = Model(config)
        model.load_state_dict(snapshot.weights)
        losses = made.losses(model(batch.inputs), batch.targets)
        assert snapshot.loss == pytest.approx(losses.mean().item(), rel=1e-5)
        losses.mean().backward()
        norm = math.sqrt(sum(p.grad.square().sum() for p in model.parameters()))
        assert snapshot.grad_norm == pytest.approx(norm, rel=1e-4)


@pytest.mark.parametrize("task", [n for n in TASKS.names() if n != "sunspots"])
def test_the_metric_is_measured_on_sequences_that_are_never_trained_on(task):
    """Sunspots have a test of their own, by years."""
    config = RunConfig(task=task)
    made = config.build_task()
    drawn = made.sample(500, torch.Generator())
    if made.examples() is None and len(set(told_apart(drawn))) < 500:
        pytest.skip("a language of so few strings that chance draws them again")
    shown = set(told_apart(evaluation_batch(config)))
    for step in range(20):
        assert shown.isdisjoint(told_apart(training_batch(config, made, step)))
    if (examples := made.examples()) is not None:
        assert shown.isdisjoint(told_apart(examples))


def told_apart(batch: Batch) -> list[bytes]:
    return [sequence.numpy().tobytes() for sequence in batch.inputs.unbind(1)]


@pytest.mark.parametrize("task", TASKS.names())
def test_a_snapshot_traces_some_of_the_sequences_of_its_metric(task):
    config = RunConfig(task=task, hidden_size=4, num_layers=2, steps=1)
    *_, snapshot = train(config)
    found = snapshot.trace()
    inputs, outputs = (
        len(names) for names in (made_names(config, "input"), made_names(config, "out"))
    )
    assert found.inputs.shape == (config.seq_len, TRACED, inputs)
    assert found.outputs.shape == (config.seq_len, TRACED, outputs)
    assert found.losses.shape == (TRACED,)
    everything = [*found.states.values(), *found.gates.values()]
    for array in [*everything, *found.gradients.values()]:
        assert array.shape == (2, config.seq_len, TRACED, 4)
        assert array.dtype == np.float64 and np.isfinite(array).all()
    assert set(found.gradients) == set(found.states) == {"h", "c"}


def made_names(config: RunConfig, which: str) -> list:
    task = config.build_task()
    return task.input_names if which == "input" else task.output_names


def test_big_networks_show_fewer_sequences_but_always_one():
    big = RunConfig(seq_len=1000, hidden_size=256, num_layers=3, batch_size=1, steps=1)
    assert traced_batch(big).inputs.shape[1] == 1
    middle = RunConfig(seq_len=1000, hidden_size=128, batch_size=1, steps=1)
    assert traced_batch(middle).inputs.shape[1] == 7
    assert traced_batch(middle).targets.shape == (7, 1)


@pytest.mark.parametrize("seed", range(3))
def test_the_pictures_show_sequences_of_every_class(seed):
    config = RunConfig(task="temporal_order", seed=seed)
    assert set(traced_batch(config).targets.tolist()) == {0, 1, 2, 3}


class Counted(Adding):
    """Five examples, told apart by their targets 0 .. 4."""

    def examples(self) -> Batch:
        return Batch(torch.zeros(self.seq_len, 5, 2), torch.arange(5.0)[:, None])


def test_an_epoch_goes_through_all_examples_once_in_an_order_of_its_own():
    config, task = small(batch_size=2), Counted(seq_len=5)
    orders = []
    for epoch in range(4):
        batches = [training_batch(config, task, 3 * epoch + i) for i in range(3)]
        assert [len(batch.targets) for batch in batches] == [2, 2, 1]
        orders.append(torch.cat([batch.targets for batch in batches]).ravel().tolist())
        assert sorted(orders[-1]) == [0, 1, 2, 3, 4]
    assert len(set(map(tuple, orders))) > 1
    again = training_batch(config, task, 4).targets
    assert torch.equal(again, training_batch(config, task, 4).targets)


def test_a_task_of_fresh_sequences_has_no_epochs():
    assert updates_per_epoch(small()) is None
