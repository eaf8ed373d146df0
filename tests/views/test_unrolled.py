"""The unrolled network's data are the trace's own numbers."""

from base64 import b64decode
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.figures._theme import number
from explorer.tasks import IGNORE
from explorer.views import VIEWS, Scene
from explorer.views._view import beginning

VIEW = VIEWS["unrolled"]()
PER_STEP = [("flip_flop", "curves"), ("copying", "marks"), ("summarisation", "marks")]


@cache
def scene(task: str = "adding", **settings: Any) -> Scene:
    small = {"hidden_size": 6, "seq_len": 12, "seed": 3} | settings
    return beginning(RunConfig(task=task, **small))


def figure(shown: Scene, **chosen: str) -> dict[str, Any]:
    return VIEW.figure(shown, "en", chosen)


def plane(text: str, kind: str, units: int) -> np.ndarray:
    return np.frombuffer(b64decode(text), kind).reshape(-1, units)


@pytest.mark.parametrize("cell", ["lstm", "rnn", "slstm", "lem", "lru"])
def test_states_and_norms_are_the_trace_s(cell: str) -> None:
    shown = scene(cell=cell, num_layers=2)
    drawn = figure(shown, sequence="2", layer="0")
    assert [state["name"] for state in drawn["states"]] == list(CELLS[cell].states)
    for state in drawn["states"]:
        values = shown.trace.states[state["name"]][0, :, 2]
        slopes = shown.trace.gradients[state["name"]][0, :, 2]
        sent = plane(state["values"], "<f4", 6)
        np.testing.assert_array_equal(sent, values.astype(np.float32))
        for sent, exact in (("norms", values), ("gradients", slopes)):
            size = np.sqrt((exact**2).sum(axis=1))
            np.testing.assert_allclose(state[sent], size, rtol=1e-5)
    assert drawn["loss"] == pytest.approx(shown.trace.losses[2], rel=1e-5)


def test_a_unit_is_as_bright_as_its_gradient_on_the_scale_that_is_told() -> None:
    shown = scene(cell="rnn")
    drawn = figure(shown)
    (state,), scale = drawn["states"], drawn["scale"]
    exact = np.abs(shown.trace.gradients["h"][0, :, 0])
    part = (np.log10(exact) - scale["bottom"]) / (scale["top"] - scale["bottom"])
    sent = (plane(state["levels"], "u1", 6) - 1.0) / 254
    np.testing.assert_allclose(sent, part.clip(0, 1), atol=0.003)
    assert 10.0 ** scale["top"] >= max(state["gradients"])


@pytest.mark.parametrize("cell", list(CELLS))
def test_gates_are_told_by_their_mean_and_the_one_that_keeps_is_marked(
    cell: str,
) -> None:
    shown = scene(cell=cell)
    gates = figure(shown)["gates"]
    assert [gate["name"] for gate in gates] == list(CELLS[cell].gates)
    kept = [gate["name"] for gate in gates if gate["keeps"]]
    assert kept == [
        name for name in CELLS[cell].gates if name == CELLS[cell].keep_block
    ]
    for gate in gates:
        exact = shown.trace.gates[gate["name"]][0, :, 0]
        np.testing.assert_allclose(gate["mean"], exact.mean(axis=1), rtol=1e-3)
        low, high = np.array(gate["low"]), np.array(gate["high"])
        assert (exact.min(axis=1) <= low * 1.01).all() and (low <= high).all()


def test_a_long_run_is_thinned_to_its_ends_and_says_so() -> None:
    shown = scene(seq_len=400, hidden_size=80)
    drawn = figure(shown)
    times, units = drawn["times"], drawn["units"]
    assert (times[0], times[-1], units[0], units[-1]) == (0, 399, 0, 79)
    exact = shown.trace.states["h"][0, :, 0][np.ix_(times, units)]
    sent = plane(drawn["states"][0]["values"], "<f4", len(units))
    np.testing.assert_array_equal(sent, exact.astype(np.float32))
    assert drawn["note"] == (
        f"drawn: {len(units)} of 80 units, {len(times)} of 400 time steps"
    )
    assert figure(scene())["note"] == ""


def test_a_lower_layer_says_that_others_lie_between_it_and_the_loss() -> None:
    shown = scene(num_layers=3)
    assert figure(shown, layer="0")["note"].startswith("2 more above this layer")
    assert figure(shown)["note"] == ""


def test_an_answer_at_the_end_is_in_words() -> None:
    shown = scene()
    answers = figure(shown, sequence="1")["answers"]
    assert answers["target"] == f"target {number(shown.trace.targets[1, 0])}"
    assert answers["answer"] == f"network {number(shown.trace.outputs[-1, 1, 0])}"
    named = figure(scene("temporal_order"))["answers"]
    likeliest = int(scene("temporal_order").trace.outputs[-1, 0].argmax())
    name = scene("temporal_order").task.output_names[likeliest].en
    assert named["answer"] == f"network {name}"
    right = likeliest == int(scene("temporal_order").trace.targets[0])
    assert named["right"] is right


@pytest.mark.parametrize(("task", "kind"), PER_STEP)
def test_answers_on_the_way_are_those_of_the_sequence(task: str, kind: str) -> None:
    shown = scene(task, seq_len=24)
    answers = figure(shown)["answers"]
    assert answers["kind"] == kind
    targets = shown.trace.targets[:, 0]
    if kind == "marks":
        asked = np.array(answers["targets"]) >= 0
        np.testing.assert_array_equal(asked, targets != IGNORE)
        np.testing.assert_array_equal(
            np.array(answers["targets"])[asked], targets[asked]
        )
        return
    sent = plane(answers["answers"], "<f4", len(answers["names"]))
    np.testing.assert_allclose(sent, shown.trace.outputs[:, 0], rtol=1e-6)


def test_symbols_are_those_that_are_read_and_the_message_stands_out() -> None:
    shown = scene("temporal_order")
    read = figure(shown)["inputs"]
    assert read["shown"] == shown.trace.inputs[:, 0].argmax(axis=1).tolist()
    assert read["bold"] == list(shown.task.message_symbols or [])
    assert len(read["colours"]) == len(read["names"])


def test_the_words_are_the_loss_and_the_gradient_at_both_ends() -> None:
    shown = scene(cell="lstm")
    words = VIEW.describe(shown, {"sequence": "1"}).en
    assert words.startswith(f"Sequence 2: loss {number(shown.trace.losses[1])}.")
    for name in ("h", "c"):
        slopes = np.linalg.norm(shown.trace.gradients[name][0, :, 1], axis=1)
        told = f"|∂L/∂{name}|: {number(slopes[0])} at the first time step, "
        assert told + f"{number(slopes[-1])} at the last." in words


def test_a_run_that_blew_up_is_said_to_have_and_infinite_norms_are_left_out() -> None:
    shown = scene(cell="rnn")
    states = {"h": np.full_like(shown.trace.states["h"], np.inf)}
    broken = replace(shown, trace=replace(shown.trace, states=states))
    drawn = figure(broken)
    assert "blew up" in drawn["note"]
    assert drawn["states"][0]["norms"] == [None] * 12
    assert not np.isfinite(plane(drawn["states"][0]["values"], "<f4", 6)).any()
