"""What the figures of dynamics promise beyond being valid."""

import numpy as np
import pytest

from explorer.figures._stability import (
    SADDLE,
    SADDLES,
    SLOW,
    STABLE,
    UNSTABLE,
    kinds,
    pace,
    turn,
)
from explorer.figures.bifurcation_diagram import bifurcation_diagram
from explorer.figures.eigenvalue_plane import (
    eigenvalues_at_points,
    eigenvalues_over_time,
)
from explorer.figures.exponent_spectrum import exponent_spectrum
from explorer.figures.fixed_point_map import Rest, fixed_point_map
from explorer.figures.portrait import limits_around

GAINS = np.linspace(0.5, 3, 11)


def texts(figure):
    return " ".join(note["text"] for note in figure["layout"]["annotations"])


def rest(**given):
    whole = {
        "points": np.array([[0.0, 0, 0], [5.0, 1, 0], [2.0, 2, 2]]),
        "fixed": np.array([True, True, False]),
        "unstable": np.array([0, 1, 0]),
        "speeds": np.array([0.0, 0.0, 2.34e-8]),
        "visits": np.array([3, 1, 2]),
        "largest": np.array([0.9, 1.5, 0.99]),
        "ways": np.array([[[4.0, 1, 0], [6.0, 1, 0]]]),
        "size": 4,
    }
    return Rest(**whole | given)


def drawn(dims="2d", **given):
    paths = np.random.default_rng(0).standard_normal((6, 2, 3))
    return fixed_point_map(
        paths,
        np.arange(6),
        rest(**given),
        explained=[0.6, 0.3, 0.1],
        dims=dims,
        language="en",
        note="input held at 0",
    )


def test_a_point_is_named_by_how_many_directions_grow_there():
    fixed = np.array([True, True, True, True, False])
    found = kinds(fixed, np.array([0, 1, 2, 4, 1]), 4)
    assert found == [STABLE, SADDLE, SADDLES, UNSTABLE, SLOW]


def test_an_eigenvalue_of_exp_minus_a_tenth_fades_in_ten_steps():
    assert pace(np.exp(-0.1)).en == "fades to 1/e in 10 steps"
    assert pace(np.exp(0.25)).zh == "4 步增长到 e 倍"
    assert pace(0.0).en == "gone in one step" and pace(1.0).en.startswith("neither")
    assert turn(-np.pi / 2).en == "turns 90° a step"
    assert turn(np.pi).en == "changes sign each step" and turn(0.0).en == "no turn"


@pytest.mark.parametrize("dims", ["2d", "3d"])
def test_each_kind_of_point_is_counted_and_stands_where_it_is(dims):
    figure = drawn(dims)
    by_name = {trace["name"]: trace for trace in figure["data"] if "name" in trace}
    assert {"stable: 1", "saddle, k = 1: 1", "slow point: 1"} == by_name.keys()
    saddle, slow = by_name["saddle, k = 1: 1"], by_name["slow point: 1"]
    assert (saddle["x"], saddle["y"]) == ([5], [1])
    assert "k = 1 of 4" in saddle["customdata"][0]
    assert slow["text"] == ["q = 2×10⁻⁸"] and slow["mode"] == "markers+text"
    symbols = [trace["marker"]["symbol"] for trace in by_name.values()]
    colours = [trace["marker"]["color"] for trace in by_name.values()]
    assert len(set(symbols)) == len(set(colours)) == len(by_name)


@pytest.mark.parametrize("dims", ["2d", "3d"])
def test_only_kinds_that_were_found_have_an_entry_in_the_key(dims):
    named = [trace["name"] for trace in drawn(dims)["data"] if "name" in trace]
    assert len(named) == 3 and not any(name.endswith(": 0") for name in named)
    nothing = {
        name: value[:0] for name, value in rest()._asdict().items() if name != "size"
    }
    without = drawn(dims, **nothing)
    assert not without["layout"]["showlegend"] and "held at 0" in texts(without)


def test_without_points_there_is_no_plane_but_the_note():
    figure = eigenvalues_at_points([], [], language="en", note="input held at 0")
    assert texts(figure) == "input held at 0"
    assert not figure["layout"]["xaxis"]["visible"] and not figure["data"][0]["x"]


def test_the_axes_hold_points_that_lie_beyond_the_paths():
    low, high = drawn()["layout"]["xaxis"]["range"]
    assert low < 0 and high > 5


def test_paths_follow_the_time_slider_and_the_points_do_not():
    timed = [trace for trace in drawn()["data"] if trace.get("meta")]
    assert [list(trace["meta"]) for trace in timed] == [["until"], ["until"], ["at"]]
    assert timed[0]["meta"]["until"] == [0, 1, 2, 3, 4, 5, None] * 2
    assert timed[1]["x"] == timed[2]["x"]  # so that heads move without a redraw


def test_eigenvalues_too_far_to_draw_are_counted():
    values = np.array([0.5, 2j, 40.0, np.nan])
    figure = eigenvalues_at_points([values], [SADDLE], language="en", note="here")
    assert figure["layout"]["legend"]["title"]["text"] == "here · 1 beyond |λ| = 3"
    spots = figure["data"][-1]
    assert spots["x"] == [0.5, 0, None, None] and spots["y"][1] == 2
    assert figure["layout"]["xaxis"]["range"] == [-3, 3]
    circle = next(t for t in figure["data"] if t.get("name") == "|λ| = 1")
    assert np.allclose(np.hypot(circle["x"], circle["y"]), 1, atol=1e-3)


def test_eigenvalues_over_time_stand_at_their_time_step():
    values = np.array([[0.5, 0.1], [1.2, 0.2]])
    figure = eigenvalues_over_time(
        values, np.array([3, 9]), language="en", note="2 of 10"
    )
    trail, here = figure["data"][-2:]
    assert trail["meta"] == {"until": [3, 3, 9, 9]}
    assert here["meta"] == {"at": [3, 3, 9, 9]}
    colours = here["marker"]["color"]
    assert colours[2] != colours[0] == colours[1] == colours[3]


def test_a_spectrum_shows_growth_in_another_colour_and_minus_infinity_as_a_gap():
    bars = exponent_spectrum(
        np.array([0.2, -1.0, -np.inf]), language="en", words="said"
    )["data"][0]
    assert bars["type"] == "bar" and bars["y"] == [0.2, -1, None]
    assert len(set(bars["marker"]["color"])) == 2
    many = exponent_spectrum(-np.arange(512.0), language="zh", words="")["data"][0]
    assert many["type"] == "scatter" and len(many["y"]) <= 300


def diagram(visited, **given):
    return bifurcation_diagram(
        GAINS,
        visited,
        np.linspace(-1, 0.3, 11),
        mean_field=given.get("mean_field"),
        language="en",
        unit="unit 1",
    )


def test_each_gain_s_shares_of_visits_add_up_to_all_of_them():
    visited = np.random.default_rng(0).uniform(-1, 1, (11, 200))
    density = diagram(visited)["data"][0]
    totals = np.array(density["z"], dtype=float)
    np.testing.assert_allclose(np.nansum(totals, axis=0), 100, atol=0.1)


def test_what_rests_is_a_thin_line_and_what_runs_off_is_told():
    visited = np.repeat(np.linspace(0, 1, 11)[:, None], 20, axis=1)
    figure = diagram(visited)
    z = np.array(figure["data"][0]["z"], dtype=float)
    assert (np.isfinite(z).sum(axis=0) == 1).all() and len(z) > 100
    visited[8:] = np.inf
    assert "from g = 2.5 on it runs off" in texts(diagram(visited))
    assert diagram(visited)["data"][1]["y"][8:] == [None] * 3


def test_the_mean_field_is_drawn_and_named_only_where_it_is_known():
    visited = np.zeros((11, 5))
    assert "mean field" not in texts(diagram(visited))
    known = diagram(visited, mean_field=np.log(GAINS))
    assert "mean field" in texts(known) and len(known["data"]) == 3


def test_limits_are_round_and_hold_the_origin_and_all_states():
    states = np.array([[[0.31, 4.0]], [[0.9, 7.3]]])
    for (low, high), column in zip(
        limits_around(states), states.reshape(-1, 2).T, strict=True
    ):
        assert low <= 0 < column.max() < high
        assert len(f"{low:.6g}") <= 6 and len(f"{high:.6g}") <= 6
