"""The views of the gradients' page: what they take from a run, and how much at once."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from explorer.batches import traced_batch
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.history import initial_snapshot
from explorer.model import trace
from explorer.probes.gradients import state_gradient_norms
from explorer.probes.jacobians import state_jacobians
from explorer.step_map import layer_cell
from explorer.tasks import Batch
from explorer.texts import LANGUAGES
from explorer.training import train
from explorer.views import VIEWS, Scene
from explorer.views._lags import lags_of
from explorer.views._view import SHOWN, beginning
from explorer.views.clipping import Clipping
from explorer.views.gradient_history import (
    MOST_NEW,
    MOST_ROWS,
    GradientHistory,
    coarse_first,
    wanted_steps,
)
from explorer.views.gradient_trio import GradientTrio, trio, with_cell
from explorer.views.input_saliency import message_times

SMALL = {"seq_len": 12, "hidden_size": 4, "batch_size": 4, "steps": 20}


def trained(seed: int, **settings: object) -> list[Scene]:
    """Return a small run at each of its 21 steps, and how each leads to the others."""
    config = RunConfig(**SMALL | {"seed": seed} | settings)
    snapshots = {shot.step: shot for shot in train(config)}
    visits: list[int] = []

    def visit(other: RunConfig, step: int) -> Scene:
        if other != config:
            return beginning(other)
        visits.append(step)
        return scene(step)

    def scene(step: int) -> Scene:
        steps = [s for s in snapshots if s <= step]
        return Scene(
            config=config,
            steps=np.array(steps),
            loss=np.array([snapshots[s].loss for s in steps]),
            metric=np.array([snapshots[s].metric for s in steps]),
            step=step,
            trace=snapshots[step].trace(),
            grad_norm=np.array([snapshots[s].grad_norm for s in steps]),
            weights=snapshots[step].weights,
            weight_steps=tuple(snapshots),
            visit=visit,
        )

    scenes = [scene(step) for step in snapshots]
    scenes[0].once("visits", lambda: visits)
    return scenes


# The gradient over training ---------------------------------------------------------


def test_the_history_fills_up_from_drawing_to_drawing_and_nothing_twice() -> None:
    first, *_, last = trained(seed=501)
    visits, view = first.once("visits", list), GradientHistory()
    for drawing in range(1, 1 + -(-20 // MOST_NEW)):
        now = replace(last)  # another drawing of the same step
        rows = view.figure(now, "en", {})["data"][0]["y"]
        known = min(1 + MOST_NEW * drawing, 21)
        assert len(rows) == known and view.complete(now) == (known == 21)
    assert sorted(visits) == list(range(20))


def test_a_row_of_the_history_is_the_gradient_of_its_step() -> None:
    scenes, view = trained(seed=502), GradientHistory()
    while not view.complete(now := replace(scenes[-1])):
        pass
    heat = view.figure(now, "en", {"state": "c"})["data"][0]
    for row, step in zip(heat["z"], heat["y"], strict=True):
        norms = state_gradient_norms(scenes[step].trace)["c"][0]
        np.testing.assert_allclose(row, np.log10(norms), atol=0.051)


def test_the_steps_of_the_history_are_few_and_stay_while_more_are_recorded() -> None:
    scene = beginning(RunConfig(**SMALL))
    for count in (1, 38, 39, 150, 151, 4000):
        steps = tuple(7 * n for n in range(count))
        wanted = wanted_steps(replace(scene, weight_steps=steps))
        assert len(wanted) <= MOST_ROWS and {wanted[0], steps[-1]} <= {*wanted}
        earlier = wanted_steps(replace(scene, weight_steps=steps[: count // 2 or 1]))
        if count // 2 > MOST_ROWS:
            assert {*wanted[:-1]} & {*range(earlier[-1])} <= {*earlier}


def test_the_first_rows_are_spread_over_the_whole_of_training() -> None:
    order = coarse_first(range(33))
    assert sorted(order) == list(range(33))
    assert sorted(order[:5]) == [0, 8, 16, 24, 32]


# Three cells ------------------------------------------------------------------------


@pytest.mark.parametrize("cell", list(CELLS))
def test_every_run_has_its_trio_and_its_own_cell_is_among_them(cell: str) -> None:
    config = RunConfig(**SMALL | {"cell": cell})
    found = trio(config)
    assert {"rnn", "lstm", "gru", cell} == {*found}
    assert found[cell] == config


def test_a_cell_begins_as_the_run_does_where_it_can() -> None:
    config = RunConfig(**SMALL | {"init": "chrono"})
    assert with_cell(config, "gru").init == "chrono"
    assert with_cell(config, "rnn").init == RunConfig(cell="rnn").init
    kept = RunConfig(**SMALL | {"init": "orthogonal", "init_value": 2.0})
    assert with_cell(kept, "rnn").init_value == 2.0
    forget = RunConfig(**SMALL | {"init": "forget", "init_value": 3.0})
    assert with_cell(forget, "rnn").init_value is None


def drawn(scene: Scene) -> dict[str, dict]:
    """Return the lines of the trio by name."""
    return {
        line["name"]: line for line in GradientTrio().figure(scene, "en", {})["data"]
    }


def test_the_three_see_the_same_sequences_and_one_axis_holds_their_gradients() -> None:
    scene = beginning(RunConfig(**SMALL))
    others = [scene.of(config) for config in trio(scene.config).values()]
    for other in others:
        np.testing.assert_array_equal(other.trace.inputs, scene.trace.inputs)
    lines = [line for name, line in drawn(scene).items() if "by c" not in name]
    for line, other in zip(lines, others, strict=True):
        expected = state_gradient_norms(other.trace)["h"][0]
        np.testing.assert_allclose(line["y"], expected, rtol=1e-3)


def test_an_lstm_has_a_dashed_line_of_its_colour_by_its_memory() -> None:
    scene = beginning(RunConfig(**SMALL))
    lines = drawn(scene)
    by_memory, own = lines["LSTM, by c"], lines["LSTM, chrono, untrained"]
    expected = state_gradient_norms(scene.trace)["c"][0]
    np.testing.assert_allclose(by_memory["y"], expected, rtol=1e-3)
    assert by_memory["line"] == own["line"] | {"dash": "dash"}
    assert len({line["line"]["color"] for line in lines.values()}) == 3


def test_a_trained_cell_is_not_compared_with_untrained_ones() -> None:
    scene, view = trained(seed=503)[7], GradientTrio()
    assert list(drawn(scene)) == [
        "RNN, torch's default, untrained",
        "LSTM, chrono, untrained",
        "LSTM, by c",
        "GRU, chrono, untrained",
    ]
    words = view.how_to_read(scene)
    assert "before training; press Train all three" in words.en
    assert "都在训练之前；请按“三个一起训练”" in words.zh


@pytest.mark.parametrize(
    ("reached", "step", "words"),
    [
        ((9, 9), 7, "all at the step shown"),
        ((5, 6), 5, "all at step 5, the last that all have reached"),
        ((6, 0), 0, "before training"),
    ],
)
def test_the_three_are_compared_at_the_last_step_that_all_have_reached(
    reached: tuple[int, int], step: int, words: str
) -> None:
    scene = trained(seed=503)[7]
    ends = dict(zip(("rnn", "gru"), reached, strict=True))

    def visit(other: RunConfig, wanted: int) -> Scene:
        stands = min(wanted, ends.get(other.cell, 20))
        return replace(beginning(other), step=stands, visit=visit)

    shown = replace(scene, visit=visit)
    said = "untrained" if step == 0 else f"step {step}"
    names = [name for name in drawn(shown) if "by c" not in name]
    assert len(names) == 3 and all(name.endswith(said) for name in names)
    assert words in GradientTrio().how_to_read(shown).en


# Lags -------------------------------------------------------------------------------


def test_the_norm_over_lags_is_that_of_the_product_of_a_layer_s_jacobians() -> None:
    scene = beginning(RunConfig(**SMALL | {"cell": "gru", "num_layers": 2}))
    below = scene.trace.states["h"][0][:, SHOWN]
    cell = layer_cell(scene.config, dict(scene.weights), 1)
    product = np.eye(4)
    found = lags_of(scene, 1)
    norms = dict(zip(found.lags.tolist(), found.values[:, 0], strict=True))
    for k, jacobian in enumerate(state_jacobians(cell, below).whole[::-1], start=1):
        product = product @ jacobian
        expected = np.log10(np.linalg.norm(product, 2))
        assert norms[k] == pytest.approx(expected, abs=1e-9)


def test_the_ceiling_lies_above_the_norm_and_only_the_rnn_has_one() -> None:
    found = lags_of(beginning(RunConfig(**SMALL | {"cell": "rnn"})), 0)
    assert found.ceiling is not None and found.direct is None
    assert (found.values[:, 0] <= found.ceiling + 1e-9).all()
    assert lags_of(beginning(RunConfig(**SMALL)), 0).ceiling is None


def test_the_direct_path_is_the_product_of_the_forget_gates() -> None:
    scene = beginning(RunConfig(**SMALL))
    found, gates = lags_of(scene, 0), scene.trace.gates["f"][0, :, SHOWN]
    assert found.direct is not None
    expected = np.log10(np.prod(gates[-3:], axis=0))
    np.testing.assert_allclose(found.direct[3], expected, rtol=1e-9)


def test_a_large_state_is_followed_over_fewer_steps() -> None:
    config = RunConfig(cell="lstm", hidden_size=128, seq_len=200, batch_size=1)
    found = lags_of(beginning(config), 0)
    assert found.reach < 200 and len(found.lags) < 10 and found.length == 200


# Inputs and clipping ----------------------------------------------------------------


def test_the_message_is_where_the_marks_are() -> None:
    adding = beginning(RunConfig(**SMALL))
    marks = np.flatnonzero(adding.trace.inputs[:, SHOWN, 1])
    assert message_times(adding) == marks.tolist() and len(marks) == 2
    order = beginning(RunConfig(**SMALL | {"task": "temporal_order"}))
    symbols = order.trace.inputs[:, SHOWN].argmax(axis=1)
    expected = np.flatnonzero(np.isin(symbols, order.task.message_symbols))
    assert message_times(order) == expected.tolist() and len(expected) == 2


def test_saliency_is_the_change_of_the_loss_with_the_input() -> None:
    scene, small, t = beginning(RunConfig(**SMALL)), 1e-5, 5
    figure = VIEWS["input_saliency"]().figure(scene, "en", {})
    lower = [line for line in figure["data"] if line.get("yaxis") == "y2"]
    batch = traced_batch(scene.config)
    losses = []
    for sign in (1, -1):
        inputs = batch.inputs.double()
        inputs[t, SHOWN, 0] += sign * small
        moved = Batch(inputs, batch.targets)
        losses.append(trace(scene.config, dict(scene.weights), moved).losses[SHOWN])
    slope = abs(losses[0] - losses[1]) / (2 * small)
    assert lower[0]["y"][t] == pytest.approx(slope, rel=2e-3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_clipping_counts_the_gradients_longer_than_the_norm(language: str) -> None:
    scene = trained(seed=504, clip_norm=0.5)[-1]
    clipped = int((scene.grad_norm > 0.5).sum())
    words = Clipping().describe(scene, {}).to(language)
    assert f"{clipped} " in words and "21" in words and "0.5" in words
    scale = Clipping().figure(scene, "en", {})["data"][2]["y"]
    expected = np.minimum(1, 0.5 / scene.grad_norm)
    np.testing.assert_allclose(scale, expected, rtol=1e-3)


def test_the_words_for_the_cliff_tell_where_each_descent_ends() -> None:
    scene, view = beginning(RunConfig(**SMALL)), VIEWS["cliff"]()
    words = view.describe(scene, {}).en
    assert "Without clipping" in words and "w = 6" in words
    assert view.describe(scene, {"function": "tanh"}).en != words


def test_weights_that_are_not_numbers_are_said_to_be_none() -> None:
    first = initial_snapshot(RunConfig(**SMALL | {"cell": "rnn", "seed": 505}))
    nothing = {n: torch.full_like(w, torch.nan) for n, w in first.weights.items()}
    scene = replace(beginning(first.config), weights=nothing)
    broken = {"h": np.full_like(scene.trace.gradients["h"], np.nan)}
    scene = replace(scene, trace=replace(scene.trace, gradients=broken))
    said = partial(VIEWS["jacobian_product"]().figure, scene, "en", {})
    notes = [note["text"] for note in said()["layout"]["annotations"]]
    assert "not finite from k = 1 on" in notes
    assert "not finite" in VIEWS["gradient_history"]().describe(scene, {}).en
    assert "step 0: not finite" in GradientTrio().describe(scene, {}).en
    assert "not finite" in VIEWS["input_saliency"]().describe(scene, {}).en
