"""A duel's curves, its horizon, and its gates: what is drawn is what was counted."""

import json

import numpy as np
import pytest

from explorer.figures._theme import PALETTE
from explorer.figures.duel_curves import Group, duel_curves
from explorer.figures.gate_charts import (
    Gate,
    gate_charts,
    gate_counts,
    weight_chart,
    weight_shares,
)
from explorer.figures.horizon_matrix import Row, horizon_matrix
from explorer.probes.gates import saturation
from explorer.texts import LANGUAGES
from tests.test_presets import HAN

WORDS = {"x_title": "x", "y_title": "y", "language": "en"}


def group(place: int, seeds: int, points: int) -> Group:
    x = np.arange(points, dtype=float)
    curves = [(x, np.exp(-x / points) * (1 + seed)) for seed in range(seeds)]
    ys = np.array([y for _, y in curves])
    band = x, ys.min(0), np.median(ys, 0), ys.max(0)
    return Group(f"setting {place}", place, curves, band)


def drawn(groups: list[Group], **more) -> dict:
    given = {"end": None, "baseline": ("a guess", 0.5), "log": True} | WORDS | more
    figure = duel_curves(groups, **given)
    json.dumps(figure, allow_nan=False)
    return figure


def test_seeds_are_thin_and_their_median_thick_within_the_band() -> None:
    guess, high, low, *thin, median = drawn([group(1, 3, 20)])["data"]
    assert guess["y"] == [0.5, 0.5] and guess["name"] == "a guess: 0.5"
    assert low["fill"] == "tonexty" and len(thin) == 3
    assert all(
        a <= b <= c for a, b, c in zip(low["y"], median["y"], high["y"], strict=True)
    )
    assert median["line"] == {"color": PALETTE[1], "width": 2.5}
    assert [t["name"] for t in (guess, median)] == ["a guess: 0.5", "setting 1"]
    assert median["y"] == pytest.approx(thin[1]["y"])


def test_one_seed_is_one_line_without_a_band() -> None:
    _, line = drawn([group(0, 1, 20)])["data"]
    assert len(line["y"]) == 20 and line["line"]["width"] == 2


def test_the_axis_is_logarithmic_where_all_is_positive_and_says_so() -> None:
    axis = drawn([group(0, 1, 9)])["layout"]["yaxis"]
    assert axis["type"] == "log" and "log scale" in axis["title"]["text"]
    zero = Group("z", 0, [(np.arange(3.0), np.array([1.0, 0, 2]))], ([],) * 4)
    assert "type" not in drawn([zero])["layout"]["yaxis"]


def test_thirty_runs_make_a_small_picture() -> None:
    many = [group(place, 5, 160) for place in range(6)]
    assert len(json.dumps(drawn(many))) < 60_000


def test_without_curves_it_says_what_to_press() -> None:
    figure = drawn([], language="zh")
    assert HAN.search(figure["layout"]["annotations"][0]["text"])


def test_a_run_that_blew_up_has_gaps() -> None:
    y = np.array([1.0, np.nan, np.inf])
    line = drawn([Group("z", 0, [(np.arange(3.0), y)], ([],) * 4)])["data"][1]
    assert line["y"] == [1.0, None, None]


def test_the_horizon_tells_each_length_and_where_the_gradient_goes() -> None:
    rows = [
        Row("gone", [3, 1, 0, 0], [3, 2, 0, 0], False, 20),
        Row("kept", [0, 0, 0, 0], [3, 0, 0, 0], True, None),
    ]
    figure = horizon_matrix(
        rows, lengths=(10, 20, 40, 80), seeds=3, fraction=1e-3, language="en"
    )
    told = [note["text"] for note in figure["layout"]["annotations"]]
    # Two of three seeds have ended; what is yet to come differs from what never will.
    assert told[:4] == ["3/3", "1 of 2<br>so far", "…", "…"]
    assert told[4:] == ["0/3", "–", "–", "–"]
    shades = [shape["opacity"] for shape in figure["layout"]["shapes"]]
    assert shades[0] > shades[1] > shades[4] == shades[2]
    diamonds = figure["data"][0]
    assert diamonds["x"] == [1.0, 3.6]
    assert diamonds["text"] == ["after 20 steps", "beyond T = 80"]
    edges = [shape["y0"] for shape in figure["layout"]["shapes"][::4]]
    assert diamonds["y"] == edges, "on the upper edge of the row, over no words"


def test_gate_counts_are_the_shares_that_a_histogram_has() -> None:
    values = np.random.default_rng(0).random((7, 4, 3))
    values[0, 0, 0] = np.nan
    frame = gate_counts(Gate("f", values, 0.0, 1.0))
    assert frame["share"].sum() * 4 == 7 * 4 * 3 - 1
    one = frame[(frame["unit"] == 2) & (frame["t"] == 5)]
    counts, _ = np.histogram(values[5, :, 2], bins=20, range=(0, 1))
    assert sorted(one["share"] * 4) == sorted(counts[counts > 0].tolist())
    above = frame[frame["low"] >= 0.9]["share"].sum() * 4
    assert above == (values > 0.9).sum()


def test_many_units_and_time_steps_are_thinned_with_both_ends() -> None:
    frame = gate_counts(Gate("f", np.full((400, 2, 256), 0.5), 0.0, 1.0))
    assert set(frame["unit"]) >= {0, 255} and set(frame["t"]) >= {0, 399}
    assert len(frame) <= 48 * 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_charts_are_linked_and_told_in_the_reader_s_language(language) -> None:
    values = np.random.default_rng(0).random((6, 4, 5))
    counted = saturation(values)
    chart = gate_charts(
        Gate("f", values, 0.0, 1.0), (counted.left, counted.right), (0.1, 0.9), language
    ).to_dict()
    histogram, who, when = chart["vconcat"]
    filters = [
        step["filter"]["param"] for step in when["transform"] if "filter" in step
    ]
    assert filters == ["values", "units"]
    assert histogram["transform"][0]["filter"] == {"param": "units"}
    assert {p["name"] for p in chart["params"]} == {"values", "units"}
    assert bool(HAN.search(json.dumps(who, ensure_ascii=False))) == (language == "zh")


def test_weights_are_shares_of_one_range_for_all_steps() -> None:
    frame = weight_shares([(0, np.zeros((3, 3))), (9, np.array([[2.0, np.nan]]))])
    assert frame.groupby("step")["share"].sum().tolist() == [1.0, 1.0]
    assert frame["low"].min() == -2.0
    late = frame[(frame["step"] == "9") & (frame["share"] > 0)]
    assert late["low"].tolist() == pytest.approx([1.9])
    assert weight_chart([(0, np.zeros(4))], "en").to_dict()["height"] == 330
