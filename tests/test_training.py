"""The training loop: slices, schedules, divergence, and that networks do learn."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load

from explorer.batches import TRACED, traced_batch
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.model import TRAINING_BATCHES, Model, seeded
from explorer.optimisers import OPTIMISERS
from explorer.slices import WEIGHT_BYTES, Record, Slice, train_slice, weights_every
from explorer.tasks import TASKS
from explorer.training import (
    RECORDS,
    Diverged,
    Training,
    on_schedule,
    record_every,
    train,
)

FOREVER = 1e9


@pytest.fixture(autouse=True)
def _subnormal_numbers_again():
    """Training flushes subnormal numbers on its thread; other tests want them."""
    yield
    torch.set_flush_denormal(False)


def small(**given) -> RunConfig:
    defaults = {
        "task": "adding",
        "seq_len": 5,
        "hidden_size": 4,
        "batch_size": 3,
        "steps": 30,
        "learning_rate": 0.01,
    }
    return RunConfig(**defaults | given)


def sliced(config: RunConfig, plan: list[tuple[int, float]]) -> list[Slice]:
    """Train in slices: the plan's (goal, seconds) and then one update at a time."""
    slices: list[Slice] = []
    checkpoint, plan = None, list(plan)
    while not slices or slices[-1].status == "training":
        goal, seconds = plan.pop(0) if plan else (config.steps, 0.0)
        slices.append(train_slice(config, checkpoint, goal, seconds))
        checkpoint = slices[-1].checkpoint
    return slices


def numbers_of(record: Record) -> tuple[float, ...]:
    """Return what must not depend on how a run was cut."""
    return record.step, record.loss, record.metric, record.grad_norm


def state_of(checkpoint: bytes) -> dict[str, bytes]:
    """Return a checkpoint's tensors as bytes, without the seconds it took."""
    tensors = load(checkpoint)
    tensors["progress"] = tensors["progress"][:1]
    return {name: tensor.numpy().tobytes() for name, tensor in tensors.items()}


def assert_equal_runs(slices: list[Slice], whole: Slice) -> None:
    records: dict[int, Record] = {}
    for part in slices:
        for record in part.records:
            before = records.setdefault(record.step, record)
            assert numbers_of(before) == numbers_of(record)
            if before.weights is None:
                records[record.step] = record
    for record in whole.records:
        same = records[record.step]
        assert numbers_of(same) == numbers_of(record)
        if record.weights is not None:
            assert same.weights == record.weights
    assert state_of(slices[-1].checkpoint) == state_of(whole.checkpoint)


@pytest.mark.parametrize("optimiser", list(OPTIMISERS))
@pytest.mark.parametrize("cell", CELLS.names())
def test_a_sliced_run_equals_an_unsliced_one_bit_for_bit(cell, optimiser):
    config = small(cell=cell, optimiser=optimiser)
    whole = train_slice(config, None, config.steps, FOREVER)
    slices = sliced(config, [(3, FOREVER), (4, 0.0), (11, FOREVER), (20, 0.002)])
    assert len(slices) > 10 and whole.status == slices[-1].status == "done"
    assert [record.step for record in whole.records] == list(range(31))
    assert_equal_runs(slices, whole)


@pytest.mark.parametrize(
    "given",
    [
        {"task": "sunspots", "clip_norm": None, "num_layers": 3, "activation": "gelu"},
        {"task": "flip_flop", "clip_norm": 1e-3, "cell": "gru", "num_layers": 2},
        {"task": "delayed_recall", "cell": "rnn", "init": "identity"},
    ],
    ids=["three layers", "clipped", "identity"],
)
def test_other_settings_can_be_sliced_too(given):
    config = small(seq_len=8, **given)
    whole = train_slice(config, None, config.steps, FOREVER)
    assert_equal_runs(sliced(config, [(7, FOREVER), (9, 0.0)]), whole)


def test_a_run_with_gaps_in_its_records_can_be_sliced():
    config = small(steps=2 * RECORDS + 11)
    whole = train_slice(config, None, config.steps, FOREVER)
    steps = [record.step for record in whole.records]
    assert 3 not in steps and {0, 1, 2, 4, config.steps} <= set(steps)
    plan = [(goal, FOREVER) for goal in range(17, config.steps, 17)]
    assert_equal_runs(sliced(config, plan), whole)


def test_a_notebook_resumes_where_a_checkpoint_was_made():
    config = small()
    checkpoint = train_slice(config, None, 12, FOREVER).checkpoint
    whole, rest = list(train(config)), list(train(config, checkpoint))
    assert [s.step for s in rest] == list(range(12, 31))
    for one, other in zip(whole[12:], rest, strict=True):
        assert (one.loss, one.metric) == (other.loss, other.metric)
        assert all(torch.equal(one.weights[n], other.weights[n]) for n in one.weights)
    seconds = [s.seconds for s in rest]
    assert seconds == sorted(seconds) and seconds[0] > 0


def test_one_update_is_a_slice_whose_goal_is_the_next_step():
    config = small(steps=2000)
    checkpoint = train_slice(config, None, 5, FOREVER).checkpoint
    found = train_slice(config, checkpoint, 6, FOREVER)
    assert (found.step, found.status, found.message) == (6, "training", None)
    assert found.records[-1].step == 6 and found.records[-1].weights is not None


def test_a_slice_without_time_still_makes_an_update_and_a_record():
    config, checkpoint = small(steps=2000), None
    for step in range(1, 6):
        found = train_slice(config, checkpoint, config.steps, 0.0)
        assert found.step == step and found.records
        checkpoint = found.checkpoint


def test_a_slice_beyond_its_goal_changes_nothing():
    config = small()
    done = train_slice(config, None, 30, FOREVER)
    again = train_slice(config, done.checkpoint, 30, FOREVER)
    assert again.status == "done" and again.step == 30
    assert state_of(again.checkpoint) == state_of(done.checkpoint)


def exploding() -> RunConfig:
    return small(
        task="flip_flop",
        cell="rnn",
        activation="identity",
        optimiser="sgd",
        learning_rate=10.0,
        clip_norm=None,
        seq_len=30,
        steps=200,
    )


def test_a_loss_that_is_not_finite_stops_training_and_keeps_what_came_before():
    found = train_slice(exploding(), None, 200, FOREVER)
    assert found.status == "diverged" and found.step < 200
    last = found.records[-1]
    quantity = found.message.pop("quantity")
    assert quantity in ("loss", "grad_norm")
    assert found.message == {"step": found.step, "last_grad_norm": last.grad_norm}
    assert [r.step for r in found.records] == list(range(found.step))
    assert all(math.isfinite(r.loss + r.grad_norm) for r in found.records)
    assert found.records[0].weights is not None


def test_a_notebook_hears_of_divergence_at_the_same_step():
    found, seen = train_slice(exploding(), None, 200, FOREVER), []
    with pytest.raises(Diverged) as caught:
        for snapshot in train(exploding()):
            seen.append(snapshot.step)
    assert caught.value.step == found.step == len(seen)
    told = ("step", "quantity", "last_grad_norm")
    assert {name: getattr(caught.value, name) for name in told} == found.message
    assert str(caught.value.step) in str(caught.value)


@pytest.mark.parametrize(
    ("readout", "quantity"), [(1e25, "loss"), (1e18, "grad_norm"), (1.0, None)]
)
def test_divergence_names_the_quantity_that_overflowed(readout, quantity):
    training = Training(small())
    with torch.no_grad():
        training.model.readout.weight.fill_(readout)
        training.model.readout.bias.fill_(readout)
    if quantity is None:
        assert next(training.run(30)).step == 0
        return
    with pytest.raises(Diverged) as caught:
        next(training.run(30))
    assert (caught.value.step, caught.value.quantity) == (0, quantity)
    assert math.isnan(caught.value.last_grad_norm)


@pytest.mark.parametrize("task", TASKS.names())
def test_the_recorded_loss_is_the_mean_over_the_batch_of_that_step(task):
    config = RunConfig(task=task, hidden_size=4, batch_size=3, steps=5)
    made = config.build_task()
    for snapshot in train(config):
        generator = seeded(config.seed, TRAINING_BATCHES, snapshot.step)
        batch = made.sample(3, generator)
        model = Model(config)
        model.load_state_dict(snapshot.weights)
        losses = made.losses(model(batch.inputs), batch.targets)
        assert snapshot.loss == pytest.approx(losses.mean().item(), rel=1e-5)
        losses.mean().backward()
        norm = math.sqrt(sum(p.grad.square().sum() for p in model.parameters()))
        assert snapshot.grad_norm == pytest.approx(norm, rel=1e-4)


@pytest.mark.parametrize(
    ("clip_norm", "cell"), [(None, "gru"), (1e-3, "gru"), (1e3, "lstm")]
)
def test_an_update_descends_along_the_clipped_gradient(clip_norm, cell):
    config = small(optimiser="sgd", clip_norm=clip_norm, cell=cell, steps=2)
    before, after, _ = train(config)
    change = math.sqrt(
        sum((after.weights[n] - w).square().sum() for n, w in before.weights.items())
    )
    norm = before.grad_norm if clip_norm is None else min(clip_norm, before.grad_norm)
    assert change == pytest.approx(config.learning_rate * norm, rel=1e-3)


def test_the_four_optimisers_are_four_different_ones():
    ends = {}
    for name in OPTIMISERS:
        *_, last = train(small(optimiser=name))
        ends[name] = last.weights["readout.weight"].sum().item()
    assert len(set(ends.values())) == len(OPTIMISERS)


def test_earlier_snapshots_keep_their_weights_while_training_goes_on():
    config = small()
    snapshots = list(train(config))
    initial = Model(config).state_dict()
    for name, tensor in snapshots[0].weights.items():
        assert torch.equal(tensor, initial[name])
    assert not torch.equal(
        snapshots[1].weights["readout.weight"], initial["readout.weight"]
    )


@pytest.mark.parametrize("task", [n for n in TASKS.names() if n != "sunspots"])
def test_the_metric_is_measured_on_sequences_that_are_never_trained_on(task):
    """Real data has a test of its own, by years."""
    config = RunConfig(task=task)
    shown = {tuple(s.flatten().tolist()) for s in traced_batch(config).inputs.unbind(1)}
    for step in range(20):
        generator = seeded(config.seed, TRAINING_BATCHES, step)
        trained = config.build_task().sample(32, generator).inputs
        assert not shown & {tuple(s.flatten().tolist()) for s in trained.unbind(1)}


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


def test_every_so_many_steps_are_recorded_and_the_powers_of_two_before():
    recorded = [step for step in range(41) if on_schedule(step, 10)]
    assert recorded == [0, 1, 2, 4, 8, 10, 20, 30, 40]
    assert [s for s in range(6) if on_schedule(s, 1)] == [0, 1, 2, 3, 4, 5]


@given(st.integers(1, 20_000))
@settings(deadline=None, max_examples=60)
def test_a_run_of_any_length_has_a_bounded_number_of_records(steps):
    every = record_every(RunConfig(steps=steps))
    recorded = sum(on_schedule(step, every) for step in range(steps + 1))
    assert min(steps + 1, RECORDS) <= recorded <= 2 * RECORDS + 16


@given(st.integers(1, 20_000), st.integers(100, 6_000_000))
@settings(deadline=None, max_examples=60)
def test_weights_are_recorded_at_records_and_within_their_bytes(steps, size):
    config = RunConfig(steps=steps)
    every = weights_every(config, size)
    assert every % record_every(config) == 0
    late = sum(on_schedule(step, every) for step in range(every, steps + 1))
    assert late <= max(1, WEIGHT_BYTES // size)


def learned(**settings) -> tuple[float, float]:
    """Return the metric at the end and that of guessing."""
    config = RunConfig(**settings)
    *_, last = train(config)
    return last.metric, config.build_task().baseline().metric


@pytest.mark.parametrize(("cell", "steps"), [("lstm", 500), ("gru", 500)])
def test_a_gated_network_learns_to_add(cell, steps):
    error, guess = learned(task="adding", seq_len=10, cell=cell, steps=steps)
    assert error < guess / 10


def test_a_simple_network_learns_to_go_on_with_a_wave():
    error, guess = learned(
        task="sine", cell="rnn", seq_len=30, steps=300, learning_rate=0.005
    )
    assert error < guess / 2


def test_a_gated_network_learns_the_order_of_symbols():
    accuracy, guess = learned(task="temporal_order", seq_len=20, steps=300)
    assert guess == 0.25 and accuracy > 0.95


@pytest.mark.parametrize("seed", range(3))
def test_the_pictures_show_sequences_of_every_class(seed):
    config = RunConfig(task="temporal_order", seed=seed)
    assert set(traced_batch(config).targets.tolist()) == {0, 1, 2, 3}
