"""The training loop: resumption, schedules, divergence, and that networks do learn."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import exploding, small

from explorer.config import RunConfig
from explorer.model import Model
from explorer.optimisers import OPTIMISERS
from explorer.slices import train_slice
from explorer.training import (
    RECORDS,
    Diverged,
    Training,
    on_schedule,
    record_every,
    train,
)

FOREVER = 1e9


FOREVER = 1e9


@pytest.fixture(autouse=True)
def _subnormal_numbers_again():
    """Training flushes subnormal numbers on its thread; other tests want them."""
    yield
    torch.set_flush_denormal(False)


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


def assert_bit_for_bit(one, other):
    assert (one.step, one.loss, one.metric) == (other.step, other.loss, other.metric)
    assert all(torch.equal(w, other.weights[n]) for n, w in one.weights.items())


@pytest.mark.parametrize("optimiser", list(OPTIMISERS))
def test_a_fork_is_its_parent_up_to_the_change_and_another_run_after_it(optimiser):
    parent = small(optimiser=optimiser)
    fork = small(optimiser=optimiser, changes=[(12, 0.03, 0.01)])
    whole, forked = list(train(parent)), list(train(fork))
    for one, other in zip(whole[:13], forked[:13], strict=True):
        assert_bit_for_bit(one, other)
    assert all(
        one.loss != other.loss
        for one, other in zip(whole[13:], forked[13:], strict=True)
    )


@pytest.mark.parametrize("optimiser", list(OPTIMISERS))
def test_a_fork_from_its_parent_s_checkpoint_is_the_fork_from_the_beginning(optimiser):
    fork = small(optimiser=optimiser, changes=[(12, 0.03, 0.01), (20, 0.003, None)])
    checkpoint = train_slice(fork.parent, None, 20, FOREVER).checkpoint
    whole, rest = list(train(fork)), list(train(fork, checkpoint))
    assert [s.step for s in rest] == list(range(20, 31))
    for one, other in zip(whole[20:], rest, strict=True):
        assert_bit_for_bit(one, other)


def test_updates_go_by_the_change_in_force():
    config = small(
        optimiser="sgd", clip_norm=1e-3, changes=[(2, 0.1, 2e-3), (4, 0.2, None)]
    )
    snapshots = list(train(config))
    for before, after in itertools.pairwise(snapshots[:6]):
        moved = math.sqrt(
            sum(
                (after.weights[n] - w).double().square().sum()
                for n, w in before.weights.items()
            )
        )
        _, rate, clip_norm = config.in_force(before.step)
        norm = min(before.grad_norm, math.inf if clip_norm is None else clip_norm)
        assert moved == pytest.approx(rate * norm, rel=2e-3)


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
