"""What ails a run, on runs that were really made to explode, stall and saturate."""

import dataclasses
import math
from functools import cache

import numpy as np
import pytest

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.link import from_query, to_query
from explorer.probes.cures import cured, cures
from explorer.probes.diagnosis import (
    Course,
    Exploded,
    Finding,
    Stalled,
    Units,
    Vanished,
    diagnose,
)
from explorer.slices import train_slice
from explorer.training import Diverged, Snapshot, train

SMALL = {"hidden_size": 8, "batch_size": 8}
WILD = RunConfig(
    cell="rnn",
    activation="relu",
    optimiser="sgd",
    learning_rate=10,
    clip_norm=None,
    seq_len=30,
    steps=100,
    hidden_size=16,
    batch_size=8,
)
FORGETFUL = RunConfig(cell="rnn", seq_len=100, steps=200, **SMALL)
HASTY = RunConfig(cell="rnn", seq_len=20, steps=150, learning_rate=1.0, **SMALL)
HASTY_LSTM = RunConfig(seq_len=20, steps=150, learning_rate=1.0, **SMALL)
CLIPPED_RELU = HASTY.model_copy(update={"activation": "relu"})
WELL = RunConfig(seq_len=10, hidden_size=16, batch_size=32, steps=300)


@cache
def trained(config: RunConfig) -> tuple[tuple[Snapshot, ...], Diverged | None]:
    """Return what a run recorded, and what ended it."""
    seen = []
    try:
        for snapshot in train(config):
            seen.append(snapshot)
    except Diverged as diverged:
        return tuple(seen), diverged
    return tuple(seen), None


def course(config: RunConfig) -> Course:
    snapshots, _ = trained(config)
    columns = ([getattr(s, name) for s in snapshots] for name in Course._fields)
    return Course(*columns)


def found(config: RunConfig) -> list[Finding]:
    """Return the findings on a run that is trained here."""
    snapshots, diverged = trained(config)
    message = vars(diverged) if diverged else None
    return diagnose(config, course(config), snapshots[-1].trace(), message)


def one(config: RunConfig, kind: type) -> Finding:
    (finding,) = [each for each in found(config) if isinstance(each, kind)]
    return finding


def test_a_run_that_is_well_has_no_findings() -> None:
    assert found(WELL) == []


def test_an_exploded_run_tells_the_step_and_the_norm_before() -> None:
    _, diverged = trained(WILD)
    finding, norms = one(WILD, Exploded), course(WILD).grad_norm
    assert diverged is not None and found(WILD)[0] == finding
    assert (finding.step, finding.quantity) == (diverged.step, diverged.quantity)
    assert finding.last_norm == norms[-1] > 1e10
    assert finding.usual == min(norms[0], np.median(norms))
    assert (
        finding.factor == pytest.approx(norms[-1] / norms[0]) and finding.factor > 1e9
    )


def test_what_the_store_says_of_a_diverged_run_is_enough() -> None:
    message = train_slice(WILD, None, WILD.steps, 1e9).message
    snapshots, _ = trained(WILD)
    (finding, *_) = diagnose(WILD, course(WILD), snapshots[-1].trace(), message)
    assert finding == one(WILD, Exploded)
    unknown = message | {"last_grad_norm": None}  # how the store keeps a NaN
    (finding, *_) = diagnose(WILD, course(WILD), snapshots[-1].trace(), unknown)
    assert math.isnan(finding.last_norm) and math.isnan(finding.factor)


def test_a_burst_that_clipping_survived_is_told_with_its_step() -> None:
    finding, norms = one(CLIPPED_RELU, Exploded), course(CLIPPED_RELU).grad_norm
    assert finding.quantity is None and trained(CLIPPED_RELU)[1] is None
    assert finding.step == course(CLIPPED_RELU).step[int(np.argmax(norms))]
    assert finding.last_norm == max(norms)


def test_a_simple_network_stalls_where_two_numbers_are_far_apart() -> None:
    finding = one(FORGETFUL, Stalled)
    late = [s.loss for s in trained(FORGETFUL)[0] if s.step >= 100]
    assert finding.since == 100 and finding.guess == pytest.approx(1 / 6)
    assert finding.loss == pytest.approx(np.mean(late)) and finding.loss < 0.2


def test_its_gradient_does_not_reach_the_beginning() -> None:
    finding = one(FORGETFUL, Vanished)
    norms = np.linalg.norm(trained(FORGETFUL)[0][-1].trace().gradients["h"], axis=3)
    norms = norms.mean(2)[0]
    assert finding.state == "h" and 0 < finding.ratio < 1e-10
    assert (finding.first, finding.largest) == (norms[0], norms.max())


def test_a_run_has_not_stalled_before_it_had_time_to_learn() -> None:
    short = FORGETFUL.model_copy(update={"steps": 50})
    assert not any(isinstance(finding, Stalled) for finding in found(short))


def test_units_of_a_hasty_network_are_saturated() -> None:
    finding = one(HASTY, Units)
    h = trained(HASTY)[0][-1].trace().states["h"][0]
    flat = [u for u in range(8) if (np.abs(h[..., u]) > 0.97).mean() > 0.95]
    assert (finding.kind, finding.layer, finding.name) == ("saturated", 0, "h")
    assert list(finding.units) == flat and finding.share == len(flat) / 8 > 0.5


def test_gates_of_a_hasty_lstm_are_stuck_on_either_side() -> None:
    gates = trained(HASTY_LSTM)[0][-1].trace().gates
    stuck = [f for f in found(HASTY_LSTM) if isinstance(f, Units)]
    assert {"shut", "open"} <= {finding.kind for finding in stuck}
    for finding in stuck:
        if finding.kind in ("shut", "open"):
            gate = gates[finding.name][finding.layer][..., list(finding.units)]
            out = gate < 0.1 if finding.kind == "shut" else gate > 0.9
            assert (out.mean((0, 1)) > 0.95).all()


def test_a_gate_that_keeps_is_no_illness() -> None:
    config = RunConfig(init="forget", init_value=6.0, seq_len=12, **SMALL)
    kept = trained(config.model_copy(update={"steps": 1}))[0][0].trace()
    assert (kept.gates["f"] > 0.9).all()
    start = Course([0], [1.0], [1.0])
    assert diagnose(config, start, kept) == []
    wasted = dataclasses.replace(kept, gates=kept.gates | {"f": 0 * kept.gates["f"]})
    (finding,) = diagnose(config, start, wasted)
    assert (finding.kind, finding.name, finding.share) == ("shut", "f", 1.0)


def test_units_of_a_relu_network_that_say_nothing_any_more_are_dead() -> None:
    (finding,) = [f for f in found(CLIPPED_RELU) if isinstance(f, Units)]
    h = trained(CLIPPED_RELU)[0][-1].trace().states["h"][0]
    assert finding.kind == "dead" and finding.share > 0.5
    assert not h[..., list(finding.units)].any()
    alive = set(range(8)) - set(finding.units)
    assert all(h[..., unit].any() for unit in alive)


def test_a_trace_that_is_not_finite_is_no_reason_to_fail() -> None:
    trace = trained(WELL)[0][-1].trace()

    def broken(arrays):
        return {name: np.full_like(a, np.nan) for name, a in arrays.items()}

    ruined = dataclasses.replace(
        trace,
        states=broken(trace.states),
        gates=broken(trace.gates),
        gradients=broken(trace.gradients),
    )
    nothing = Course([0, 1], [np.nan, np.nan], [np.nan, np.inf])
    assert diagnose(WELL, nothing, ruined) == []


SICK = [
    Exploded(3, "loss", 1e9, 1.0, 1e9),
    Stalled(100, 0.17, 0.1667),
    Stalled(100, 1.7, 0.1667),
    Vanished("h", 1e-20, 1.0, 1e-20),
    Units("saturated", 0, "h", (1,), 0.5),
    Units("shut", 0, "f", (1,), 0.5),
    Units("dead", 0, "h", (1,), 0.5),
]


@pytest.mark.parametrize("cell", list(CELLS))
def test_every_cell_takes_the_cures_that_it_is_offered(cell: str) -> None:
    config = RunConfig(cell=cell, clip_norm=None)
    for finding in SICK:
        for cure in cures(config, finding):
            other, problems = from_query(_without_start(config) | cure)
            assert not problems and other != config
            assert cured(config, cure) == other
            assert all(to_query(other)[name] == cure[name] for name in cure)


def _without_start(config: RunConfig) -> dict[str, str]:
    own = to_query(config)
    own.pop("init_value", None)
    return own


def test_the_cure_that_the_textbook_names_comes_first() -> None:
    assert cures(WILD, SICK[0])[0] == {"clip_norm": "1"}
    assert {"learning_rate": "0.01"} in cures(WILD, SICK[0])
    assert cures(RunConfig(init="default"), SICK[1])[0] == {"init": "chrono"}
    assert cures(FORGETFUL, SICK[1])[0]["cell"] == "lstm"
    assert cures(FORGETFUL, SICK[2])[0] == {"learning_rate": "0.001"}
    assert cures(WILD, SICK[6])[0] == {"activation": "leaky_relu"}


def test_clipping_does_cure_the_run_that_exploded() -> None:
    other = cured(WILD, {"clip_norm": "1"})
    slower = cured(other, {"learning_rate": "0.01"})
    assert slower is not None and trained(slower)[1] is None


def test_a_run_that_exploded_at_once_is_cured_by_its_first_cure() -> None:
    hasty = WILD.model_copy(update={"optimiser": "adam"})
    at_once = Exploded(1, "loss", 3.3, 3.3, 1.0)  # no leap that clipping could cut
    first = cures(hasty, at_once)[0]
    assert first == {"learning_rate": "0.01"}
    other = cured(hasty, first)
    assert other is not None and trained(hasty)[1] is not None
    assert trained(other)[1] is None


def test_a_fork_is_cured_from_its_beginning() -> None:
    fork = WILD.changed(50, 0.1, 1.0)
    other = cured(fork, {"clip_norm": "1"})
    assert other is not None and other.changes == () and other.clip_norm == 1.0


def test_what_a_run_has_already_is_no_cure() -> None:
    assert cured(WELL, {"clip_norm": "1"}) is None
    assert cured(WILD, {"init": "chrono"}) is None
