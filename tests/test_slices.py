"""Training in slices: bit for bit what one go would be, whatever happens."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import exploding, small
from safetensors.torch import load

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.optimisers import OPTIMISERS
from explorer.slices import WEIGHT_BYTES, Record, Slice, train_slice, weights_every
from explorer.training import (
    RECORDS,
    on_schedule,
    record_every,
)

FOREVER = 1e9


FOREVER = 1e9


@pytest.fixture(autouse=True)
def _subnormal_numbers_again():
    """Training flushes subnormal numbers on its thread; other tests want them."""
    yield
    torch.set_flush_denormal(False)


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
        {"changes": [(7, 0.1, None), (20, 1e-3, 1e-3)]},
    ],
    ids=["three layers", "clipped", "identity", "changed"],
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


@given(st.integers(1, 20_000), st.integers(100, 6_000_000))
@settings(deadline=None, max_examples=60)
def test_weights_are_recorded_at_records_and_within_their_bytes(steps, size):
    config = RunConfig(steps=steps)
    every = weights_every(config, size)
    assert every % record_every(config) == 0
    late = sum(on_schedule(step, every) for step in range(every, steps + 1))
    assert late <= max(1, WEIGHT_BYTES // size)


@pytest.mark.parametrize("goal", [13, 30])
def test_a_slice_that_tells_of_its_updates_makes_the_same_ones(goal):
    heard: list[tuple[int, float, float, float | None]] = []
    config = small()
    quiet = train_slice(config, None, goal, FOREVER)
    told = train_slice(config, None, goal, FOREVER, lambda *news: heard.append(news))
    assert state_of(told.checkpoint) == state_of(quiet.checkpoint)
    assert [*map(numbers_of, told.records)] == [*map(numbers_of, quiet.records)]
    assert [step for step, *_ in heard] == list(range(goal + 1))
    recorded = [news for news in heard if news[3] is not None]
    assert recorded == [(r.step, r.loss, r.grad_norm, r.metric) for r in told.records]


def test_a_run_that_diverges_tells_only_of_what_was_finite():
    heard: list[int] = []
    found = train_slice(exploding(), None, 200, FOREVER, lambda s, *_: heard.append(s))
    assert found.status == "diverged"
    assert heard == list(range(found.step))
