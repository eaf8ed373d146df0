"""Inside the cell: what a reader asks for, and the change that both cards show."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from test_views import scene

from explorer.figures.cell_equations import MOST_NUMBERS
from explorer.probes.perturbation import Change
from explorer.views import VIEWS, perturb
from explorer.views._change import asked, asked_last, in_words
from explorer.views._view import beginning

SENSELESS = [
    "",
    "h",
    "h:9:by:1:3:0",
    "h:-1:by:1:3:0",
    "h:1:by:1:12:0",
    "h:1:by:1:3:1",
    "h:1:by:nan:3:0",
    "h:1:by:1e9:3:0",
    "h:1:at:1:3:0",
    "q:1:by:1:3:0",
    "h:one:by:1:3:0",
    "x:7:by:1:3:0",
]


def test_a_change_is_read_as_it_is_asked_for():
    shown = scene("adding")
    found = asked(shown.config, shown.task, "f:4:to:0.5:11:0")
    assert found == Change("f", 4, "to", 0.5, 11, 0)


@pytest.mark.parametrize("text", SENSELESS)
def test_a_change_that_makes_no_sense_is_none(text):
    shown = scene("adding")
    assert asked(shown.config, shown.task, text) is None
    for name in ("cell_equations", "perturb"):
        drawn = VIEWS[name]().figure(shown, "en", {"edit": text, "change": text})
        assert drawn == VIEWS[name]().figure(shown, "en", {})


def test_the_change_that_was_asked_for_last_is_shown_in_both_cards():
    shown = scene("adding")
    older, newer = "h:1:by:1:3:0@100", "c:2:to:0:5:0@200"
    for chosen in (
        {"edit": older, "change": newer},
        {"edit": newer, "change": older},
    ):
        found = asked_last(shown.config, shown.task, chosen)
        assert found == Change("c", 2, "to", 0.0, 5)
        assert VIEWS["perturb"]().figure(shown, "en", chosen)["change"]["what"] == "c"
        equations = VIEWS["cell_equations"]().figure(shown, "en", chosen)
        assert equations["change"]["when"] == 5
    undone = {"edit": "@300", "change": newer}
    assert VIEWS["cell_equations"]().figure(shown, "en", undone)["change"] is None


def test_before_the_change_the_numbers_are_the_same():
    shown = scene("adding")
    chosen = {"change": "f:1:to:0:6:0@1", "unit": "1"}
    numbers = VIEWS["cell_equations"]().figure(shown, "en", chosen)["numbers"]
    moved = [n for n in numbers if n["v"] != n["w"]]
    assert moved
    for number in moved:
        assert number["v"][:6] == number["w"][:6]


@pytest.mark.parametrize(
    "unit", ["9", "-1", "", "two", "٣", "0000000001234", "0" * 5000]
)
def test_a_unit_that_is_not_there_is_the_one_that_varies_most(unit):
    shown = scene("adding")
    view = VIEWS["cell_equations"]()
    spread = shown.trace.states["h"][0, :, 0].std(axis=0)
    assert view.figure(shown, "en", {"unit": unit})["unit"] == spread.argmax()


def test_of_a_long_sequence_a_window_around_the_asked_time_step_is_sent():
    config = scene("adding").config.model_copy(
        update={"seq_len": 1000, "hidden_size": 16}
    )
    shown, view = beginning(config), VIEWS["cell_equations"]()
    for t, around in ((999, {}), (400, {"around": "400"}), (0, {"around": "0"})):
        drawn = view.figure(shown, "en", around)
        assert drawn["from"] <= t <= drawn["to"] < 1000
        lengths = {len(n["v"]) for n in drawn["numbers"]} - {1}
        assert lengths == {drawn["to"] - drawn["from"] + 1}
        sent = sum(len(n["v"]) + len(n["d"]) for n in drawn["numbers"])
        assert sent <= MOST_NUMBERS


def test_the_framed_row_is_the_unit_that_the_equations_show():
    shown = scene("adding")
    shapes = VIEWS["weight_matrices"]().figure(shown, "en", {"unit": "3"})["layout"][
        "shapes"
    ]
    assert len(shapes) == 4 and {s["y0"] for s in shapes} == {2.5}
    readout = {"unit": "3", "part": "readout"}
    (column,) = VIEWS["weight_matrices"]().figure(shown, "en", readout)["layout"][
        "shapes"
    ]
    assert (column["x0"], column["x1"]) == (2.5, 3.5)


def test_the_weights_are_the_network_s():
    shown = scene("adding")
    data = VIEWS["weight_matrices"]().figure(shown, "en", {"part": "in"})["data"]
    together = np.vstack([heat["z"] for heat in data])
    expected = shown.weights["layers.0.weight_ih"].numpy()
    np.testing.assert_allclose(together, expected, atol=2e-3)


def test_the_words_for_a_change_are_what_was_and_what_became():
    shown = scene("adding")
    words = VIEWS["perturb"]().describe(shown, {"change": "h:2:to:0.75:5:0@1"}).en
    was = shown.trace.states["h"][0, 5, 0, 2]
    assert "set to 0.75 at t = 5" in words and "to 0.75." in words
    assert f"{was:.3g}".replace("-", "−") in words


def test_a_change_is_replayed_and_predicted_once_for_all_who_look(monkeypatch):
    counted = []
    for name in ("replay", "predicted_distances"):
        compute = getattr(perturb, name)
        monkeypatch.setattr(
            perturb, name, lambda *a, f=compute: counted.append(f) or f(*a)
        )
    shown, chosen = scene("adding", seed=77), {"change": "h:1:by:0.25:3:0@1"}
    for again in (shown, replace(shown)):
        VIEWS["perturb"]().figure(again, "en", chosen)
        VIEWS["perturb"]().describe(again, chosen)
    assert len(counted) == 2


def test_of_a_large_network_the_card_says_how_far_the_prediction_goes():
    config = scene("adding").config
    large = config.model_copy(update={"hidden_size": 256, "seq_len": 500})
    shown, view = beginning(large), VIEWS["perturb"]()
    chosen = {"change": "x:0:by:1:10:0@1"}
    drawn = view.figure(shown, "en", chosen)
    (line,) = drawn["distances"]
    known = [t for t, y in zip(drawn["times"], line["linear"], strict=True) if y]
    assert "ends after 190 time steps" in drawn["said"] and 195 < max(known) < 200
    assert "190 个时间步" in view.describe(shown, chosen).zh
    assert "linear" not in view.describe(scene("adding"), chosen).en


def test_an_input_is_named_and_a_layer_where_there_are_several():
    shown = scene("adding", num_layers=2)
    names = shown.task.input_names
    assert names[1].en in in_words(Change("x", 1, "by", -1.0, 3), names, 2).en
    told = in_words(Change("h", 4, "by", -1.0, 3, 1), names, 2)
    assert "layer 2" in told.en and "− 1" in told.en and "第 2 层" in told.zh


def test_up_to_four_outputs_are_drawn_and_it_is_said_where_there_are_more():
    four = VIEWS["perturb"]().figure(scene("temporal_order"), "en", {})
    assert [line["name"] for line in four["outputs"]] == ["XX", "XY", "YX", "YY"]
    assert not four["some"]
    seven = VIEWS["perturb"]().figure(scene("embedded_reber"), "en", {})
    assert len(seven["outputs"]) == 4 and seven["some"]
    assert seven["words"]["few"].startswith("4 of 7 outputs")


@pytest.mark.parametrize("size", [1.42e186, np.inf, np.nan])
def test_futures_that_blew_up_are_a_sentence_without_numbers(size):
    shown = scene("adding")
    weights = dict(shown.weights)
    weights["readout.weight"] = torch.full_like(weights["readout.weight"], 1.0).double()
    weights["readout.weight"] *= size
    states = {name: np.full_like(of, 0.5) for name, of in shown.trace.states.items()}
    lost = replace(
        shown, weights=weights, trace=replace(shown.trace, states=states), step=9
    )
    view = VIEWS["perturb"]()
    drawn = view.figure(lost, "en", {"change": "h:1:by:1:3:0@1"})
    assert "blown up" in drawn["broken"] and not drawn["said"]
    assert "e+" not in json.dumps(drawn["outputs"]) and drawn["units"]["limit"] == 1
    assert view.describe(lost, {}).zh.startswith("状态已发散")
