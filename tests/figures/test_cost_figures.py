"""The figures of costs: valid, told apart by more than colour, with true guides."""

import json
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest

from explorer.figures._cost_lines import MARKS, Curve
from explorer.figures.cost_checkpoints import cost_checkpoints
from explorer.figures.cost_curves import cost_curves
from explorer.texts import LANGUAGES

LENGTHS = tuple(2**k for k in range(3, 13))
T = np.array(LENGTHS)
CURVES = [
    Curve(f"{cell} {way}", place, way, T[:end], T[:end] * 0.01 * (1 + place), low, high)
    for place, cell in enumerate(["RNN", "LSTM", "GRU", "minGRU"])
    for way, end in zip(MARKS, (8, 10, 10, 10, 10, 6), strict=True)
    for low, high in [(T[:end] * 0.009 * (1 + place), T[:end] * 0.02 * (1 + place))]
]
LOOP = Curve("LSTM loop", 0, "loop", T, T * 0.5)
SPARING = Curve("LSTM checkpoints", 0, "checkpointed", T[:7], T[:7] ** 0.5)
FIGURES = {
    "time": partial(cost_curves, CURVES, "time"),
    "memory": partial(cost_curves, [c._replace(low=None) for c in CURVES], "memory"),
    "one point": partial(
        cost_curves, [Curve("RNN", 0, "loop", [8], [0.3], [0.2], [0.4])], "time"
    ),
    "nothing": partial(cost_curves, [], "time"),
    "checkpoints": partial(cost_checkpoints, [LOOP, SPARING], [LOOP, SPARING]),
    "only one of the two": partial(cost_checkpoints, [LOOP], [LOOP]),
    "no checkpoints": partial(cost_checkpoints, [], []),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(FIGURES))
def test_a_figure_of_costs_is_valid_and_small(name: str, language: str) -> None:
    figure = FIGURES[name](lengths=LENGTHS, language=language)
    go.Figure(figure)  # raises where a property does not exist
    assert len(json.dumps(figure, allow_nan=False)) < 20_000


@pytest.mark.parametrize("name", ["nothing", "no checkpoints"])
def test_where_nothing_was_measured_no_number_is_drawn(name: str) -> None:
    figure = FIGURES[name](lengths=LENGTHS, language="zh")
    assert figure["data"] == []
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["尚未测量"]
    axes = [part for name, part in figure["layout"].items() if "axis" in name]
    assert not any(part["showgrid"] for part in axes), "a line would cross the words"


def test_ways_differ_in_marker_or_dash_and_cells_in_colour() -> None:
    data = cost_curves(CURVES, "time", lengths=LENGTHS, language="en")["data"][1:]
    looks = {(t["line"]["dash"], t["marker"]["symbol"]) for t in data}
    assert len(looks) == len(MARKS)
    assert len({trace["line"]["color"] for trace in data}) == 4
    assert len({str((t["line"], t["marker"])) for t in data}) == len(CURVES)


def test_whiskers_end_at_the_quartiles() -> None:
    curve = Curve("RNN", 0, "loop", [8, 16], [3.0, 5.0], [2.0, 4.5], [3.5, 9.0])
    trace = cost_curves([curve], "time", lengths=LENGTHS, language="en")["data"][1]
    assert trace["y"] == [3.0, 5.0]
    assert trace["error_y"]["array"] == [0.5, 4.0]
    assert trace["error_y"]["arrayminus"] == [1.0, 0.5]


@pytest.mark.parametrize(("name", "power"), [("∝ T", 1.0), ("∝ √T", 0.5)])
def test_a_guide_has_the_slope_it_names_and_lies_above(name: str, power: float) -> None:
    figure = cost_checkpoints([LOOP], [LOOP], lengths=LENGTHS, language="en")
    (line,) = (trace for trace in figure["data"] if trace["name"] == name)
    slope = np.diff(np.log(line["y"])) / np.diff(np.log(line["x"]))
    assert slope == pytest.approx(power, rel=1e-3)
    assert line["y"][-1] > 0.5 * T[-1] and line["x"] == [8, 4096]


@pytest.mark.parametrize("name", [n for n in FIGURES if "no" not in n.split()])
def test_every_value_and_guide_lies_within_its_axis(name: str) -> None:
    figure = FIGURES[name](lengths=LENGTHS, language="en")
    for trace in figure["data"]:
        axis = figure["layout"][trace.get("yaxis", "y").replace("y", "yaxis")]
        top = max(trace["y"])
        assert np.log10(top) <= axis["range"][1] + 1e-9, trace["name"]
        if trace["name"][0] != "∝":
            assert axis["range"][0] <= np.log10(min(trace["y"]))
        low, high = figure["layout"]["xaxis"]["range"]
        assert low <= np.log10(min(trace["x"])) <= np.log10(max(trace["x"])) <= high


def test_one_entry_of_the_legend_hides_a_way_in_both_panels() -> None:
    figure = FIGURES["checkpoints"](lengths=LENGTHS, language="en")
    named = [t for t in figure["data"] if t["name"] == "LSTM checkpoints"]
    assert [t.get("yaxis", "y") for t in named] == ["y", "y2"]
    assert len({t["legendgroup"] for t in named}) == 1
    assert [t.get("showlegend", True) for t in named] == [True, False]
