"""What is known of a run: before anybody trained it, on its way, and at its end."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load

from explorer.batches import traced_batch
from explorer.config import RunConfig
from explorer.history import history, initial_snapshot, trace_at
from explorer.model import trace
from explorer.slices import train_slice
from explorer.store import Store
from explorer.training import train

CONFIG = RunConfig(
    task="adding", seq_len=8, hidden_size=4, batch_size=4, steps=600, seed=3
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store; nothing here depends on the kind of database."""
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    yield store
    store.close()


def advance(store: Store, goal: int, seconds: float = 60.0) -> None:
    """Train towards `goal` in one slice of some seconds and save it."""
    run = store.open_run(CONFIG)
    store.set_goal(run.key, goal)
    store.renew_lease(run.key, "ann", 60)
    claim = store.claim_next("here", 60)
    assert claim is not None
    assert store.save_slice(claim, train_slice(CONFIG, claim.checkpoint, goal, seconds))


@pytest.fixture
def between(store: Store, monkeypatch: pytest.MonkeyPatch) -> int:
    """Train to step 11, whose weights are only in the checkpoint; return the step."""
    monkeypatch.setattr("explorer.slices.WEIGHT_BYTES", 1)  # too few to keep many
    advance(store, 10)
    advance(store, 600, seconds=0)  # which makes one update, off the schedule
    return 11


def test_a_run_that_nobody_has_trained_is_known_at_step_0(store: Store) -> None:
    known = history(store, CONFIG)
    first = initial_snapshot(CONFIG)
    assert known.weight_steps == [0]
    assert known.records.step.tolist() == [0]
    assert known.records.loss.tolist() == [first.loss]
    assert known.records.metric.tolist() == [first.metric]
    assert trace_at(store, CONFIG, 0).outputs.shape[0] == CONFIG.seq_len
    assert store.run(CONFIG.key) is None, "looking at a run must not store it"


def test_a_run_that_was_opened_but_not_trained_is_known_at_step_0(store: Store) -> None:
    store.open_run(CONFIG)
    assert history(store, CONFIG).weight_steps == [0]


def test_a_trained_run_has_the_records_of_its_training(store: Store) -> None:
    advance(store, 600)
    known, alone = history(store, CONFIG), list(train(CONFIG))
    assert known.records.step.tolist() == [snapshot.step for snapshot in alone]
    assert known.records.loss.tolist() == [snapshot.loss for snapshot in alone]
    assert known.weight_steps[0] == 0 and known.weight_steps[-1] == 600
    assert known.weight_steps == sorted(set(known.weight_steps))


def test_every_step_with_weights_shows_the_network_as_it_was_then(
    store: Store,
) -> None:
    advance(store, 600)
    steps = history(store, CONFIG).weight_steps
    alone = {snapshot.step: snapshot for snapshot in train(CONFIG)}
    for step in (steps[0], steps[len(steps) // 2], steps[-1]):
        shown, expected = trace_at(store, CONFIG, step), alone[step].trace()
        np.testing.assert_array_equal(shown.outputs, expected.outputs)
        np.testing.assert_array_equal(shown.gradients["h"], expected.gradients["h"])


def test_the_newest_step_comes_from_the_checkpoint(store: Store, between: int) -> None:
    assert store.weights(CONFIG.key, between) is None
    assert history(store, CONFIG).weight_steps[-1] == between
    checkpoint = store.checkpoint(CONFIG.key)
    assert checkpoint is not None
    weights = {
        name.removeprefix("model."): value
        for name, value in load(checkpoint[1]).items()
        if name.startswith("model.")
    }
    expected = trace(CONFIG, weights, traced_batch(CONFIG))
    shown = trace_at(store, CONFIG, between)
    np.testing.assert_array_equal(shown.outputs, expected.outputs)


def test_a_step_that_was_not_recorded_is_told_as_such(
    store: Store, between: int
) -> None:
    for missing in (between - 2, between + 1, 599):
        with pytest.raises(LookupError, match=f"step {missing} "):
            trace_at(store, CONFIG, missing)


def test_no_step_but_0_is_known_of_a_run_that_is_not_stored(store: Store) -> None:
    with pytest.raises(LookupError, match="step 5 "):
        trace_at(store, CONFIG, 5)
