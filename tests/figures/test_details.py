"""What single figures promise beyond being valid."""

import numpy as np
import pytest

from explorer.figures.class_answer import class_answer
from explorer.figures.gradient_profile import gradient_profile
from explorer.figures.loss_curves import loss_curves
from explorer.figures.series_answer import series_answer
from explorer.figures.state_heatmap import state_heatmap
from explorer.figures.state_trajectories import state_trajectories
from explorer.figures.value_answer import value_answer


def curves(loss, shown_step=2, **more):
    return loss_curves(
        range(len(loss)),
        loss,
        np.ones(len(loss)),
        loss_baseline=1.0,
        metric_baseline=0.5,
        baseline_label="guessing",
        metric_label="accuracy",
        total_steps=1000,
        shown_step=shown_step,
        language="en",
        **more,
    )


def texts(figure):
    return " ".join(note["text"] for note in figure["layout"]["annotations"])


def test_the_step_axis_spans_the_whole_run_from_the_first_step_on():
    assert curves([1.0])["layout"]["xaxis"]["range"] == [0, 1000]


def test_the_loss_is_logarithmic_only_where_it_can_be():
    assert curves([1.0, 0.1])["layout"]["yaxis"]["type"] == "log"
    assert "type" not in curves([1.0, -0.1])["layout"]["yaxis"]


def test_the_shown_step_is_marked_and_a_loss_turned_nan_is_a_gap():
    figure = curves([3.0, 2.0, 1.0, np.nan])
    marks = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert [(mark["x"], mark["y"]) for mark in marks] == [([2], [1.0]), ([2], [1.0])]
    assert figure["data"][1]["y"] == [3.0, 2.0, 1.0, None]


def test_both_baselines_are_told_in_words():
    assert "guessing: 1" in texts(curves([1.0]))
    assert "guessing: 0.5" in texts(curves([1.0]))


def test_changes_in_mid_run_are_marked_and_told_below_the_picture():
    plain, figure = (curves([1.0], changes=c) for c in ((), [(400, "no clipping")]))
    assert not plain["layout"]["shapes"]
    layout = figure["layout"]
    for mark, panel in zip(layout["shapes"], ("yaxis", "yaxis2"), strict=True):
        assert (mark["x0"], mark["x1"], mark["xref"]) == (400, 400, "x")
        assert (mark["y0"], mark["y1"]) == tuple(layout[panel]["domain"])
        assert mark["yref"] == "paper"
    (told,) = [
        note for note in figure["layout"]["annotations"] if "400" in note["text"]
    ]
    assert told["text"].endswith("400: no clipping") and told["yanchor"] == "top"
    room = figure["layout"]["margin"]["b"] - plain["layout"]["margin"]["b"]
    assert room >= -told["yshift"]


def test_of_many_changes_the_newest_are_told_and_all_are_marked():
    changes = [(100 * n, f"learning rate 0.{n}") for n in range(1, 9)]
    figure = curves([1.0], changes=changes)
    marked = {mark["x0"] for mark in figure["layout"]["shapes"]}
    assert marked == {step for step, _ in changes}
    told = texts(figure)
    assert "5 earlier" in told and "800: learning rate 0.8" in told
    assert "600: " in told and "500: " not in told


def test_an_exact_zero_gradient_is_a_gap_with_a_note():
    norms = np.array([0.0, 0.0, 1e-8, 1e-3])
    figure = gradient_profile({"h": norms}, language="en")
    line, zeros = figure["data"]
    assert line["y"] == [None, None, 1e-8, 1e-3]
    assert zeros["x"] == [0, 1]
    assert "exactly 0" in texts(figure)
    assert figure["layout"]["meta"] == {"timeAxis": "x"}


def test_gradients_of_a_run_that_blew_up_are_a_sentence_and_not_an_empty_plot():
    lost, known = np.full(4, np.nan), np.array([1.0, 0.1, 0.1, 0.2])
    assert "blown up" in texts(gradient_profile({"h": lost, "c": lost}, language="en"))
    one_known = gradient_profile({"h": lost, "c": known}, language="en")
    assert "blown up" not in texts(one_known)


def test_heatmap_colours_are_symmetric_and_rows_are_units():
    states = np.array([[0.5, -0.25, np.nan], [0.1, 0.2, 0.3]])
    figure = state_heatmap(states, bound=1.0, language="en")
    heat = figure["data"][0]
    assert heat["z"] == [[0.5, 0.1], [-0.25, 0.2], [None, 0.3]]
    assert (heat["zmin"], heat["zmax"]) == (-1, 1)


def test_a_heatmap_too_large_to_send_often_is_refused():
    with pytest.raises(ValueError, match="300 x 64"):
        state_heatmap(np.zeros((10, 65)), bound=1.0, language="en")


def paths(labels, dims="2d", points=None):
    points = np.arange(24.0).reshape(4, 2, 3) if points is None else points
    return state_trajectories(
        points,
        labels=labels,
        label_names=["A", "B"],
        explained=[0.6, 0.3, 0.1],
        dims=dims,
        colour="class",
        language="en",
    )


def test_sequences_are_one_line_trace_with_gaps_between_them():
    line = paths(None)["data"][0]
    assert line["meta"]["until"] == [0, 1, 2, 3, None] * 2
    assert line["x"] == [0, 6, 12, 18, None, 3, 9, 15, 21, None]


def test_each_class_has_a_legend_entry_that_no_time_empties():
    data = paths([[0, 0]] * 4)["data"]
    entries = [trace["name"] for trace in data if trace.get("showlegend") is None]
    assert entries == ["A", "B"]


def test_a_class_that_is_left_leaves_no_head_behind():
    heads = [
        t
        for t in paths([[0, 0], [0, 1], [1, 1], [1, 1]])["data"]
        if "at" in t.get("meta", {})
    ]
    for head in heads:
        assert set(head["meta"]["at"]) == {0, 1, 2, 3}
    late = dict(zip(heads[0]["meta"]["at"], heads[0]["x"], strict=True))
    assert late[3] is None


def test_ranges_hold_every_point_in_two_and_three_dimensions():
    points = np.random.default_rng(1).standard_normal((20, 5, 3)) * [5, 1, 0.1]
    flat = paths(None, "2d", points)["layout"]
    deep = paths(None, "3d", points)["layout"]["scene"]
    for place, axis in enumerate((deep["xaxis"], deep["yaxis"], deep["zaxis"])):
        low, high = axis["range"]
        assert low < points[..., place].min() and points[..., place].max() < high
    assert flat["xaxis"]["range"] == deep["xaxis"]["range"]
    assert flat["xaxis"]["title"]["text"] == "PC 1 (60 %)"


def test_marked_values_survive_thinning():
    inputs = np.stack([np.linspace(0, 1, 1001), np.zeros(1001)], axis=1)
    inputs[[101, 733], 1] = 1
    figure = value_answer(
        inputs,
        input_names=["value", "mark"],
        input_kind="values",
        target=1.0,
        answer=0.75,
        language="en",
    )
    assert any(trace["x"] == [101, 733] for trace in figure["data"])
    assert "error −0.25" in texts(figure)


@pytest.mark.parametrize(("answer", "told"), [(1.5e5, True), (1.42e186, False)])
def test_an_error_beyond_all_measure_is_not_told_as_it_would_be_cut_off(answer, told):
    figure = value_answer(
        np.zeros((4, 1)),
        input_names=["value"],
        input_kind="values",
        target=1.0,
        answer=answer,
        language="en",
    )
    assert ("error" in texts(figure)) == told and "network 1." in texts(figure)


@pytest.mark.parametrize("channels", [1, 3, 4, 28])
def test_only_few_channels_are_curves_with_a_key(channels):
    inputs = np.random.default_rng(1).random((8, channels))
    inputs[0, -1] = 1.0
    figure = value_answer(
        inputs,
        input_names=[f"channel {i}" for i in range(channels)],
        input_kind="values",
        target=1.0,
        answer=0.75,
        language="en",
    )
    drawn, words = figure["data"][0], texts(figure)
    if channels <= 3:
        assert drawn["mode"] == "lines+markers"
        assert "channel 0" in words
        return
    assert "channel" not in words
    assert drawn["type"] == "heatmap" and (drawn["zmin"], drawn["zmax"]) == (0, 1)
    np.testing.assert_allclose(drawn["z"], inputs.T, rtol=1e-2)
    ticks = figure["layout"]["yaxis"]["tickvals"]
    assert (ticks[0], ticks[-1]) == (0, channels - 1) and len(ticks) <= 3


def test_a_map_of_signed_channels_has_zero_in_the_middle():
    inputs = np.linspace(-3, 0.5, 32).reshape(8, 4)
    drawn = series_answer(
        inputs,
        input_names=list("abcd"),
        input_kind="values",
        targets=np.zeros((8, 1)),
        answers=None,
        output_names=["a"],
        language="en",
    )["data"][0]
    assert (drawn["zmin"], drawn["zmax"]) == (-3, 3)


def test_a_right_and_a_wrong_class_are_told_apart_in_words():
    def words(chances):
        return texts(
            class_answer(
                np.eye(2),
                input_names=["a", "b"],
                input_kind="symbols",
                target=0,
                probabilities=chances,
                class_names=["X", "Y"],
                language="en",
            )
        )

    assert "X (90 %) ✓" in words([0.9, 0.1])
    assert "Y (90 %), wrong" in words([0.1, 0.9])
    assert "network" not in words([np.nan, np.nan])


def test_what_long_class_names_share_becomes_the_title_of_their_axis():
    figure = class_answer(
        np.eye(2),
        input_names=["a", "b"],
        input_kind="symbols",
        target=0,
        probabilities=None,
        class_names=[f"speaker {k}" for k in range(1, 10)],
        language="en",
    )
    scale = figure["layout"]["xaxis2"]
    assert scale["title"]["text"] == "speaker"
    assert scale["tickangle"] == 0
    assert scale["ticktext"] == list("123456789")
    assert "target speaker 1" in texts(figure)


def test_years_become_round_ticks_and_lanes_tell_true_values():
    figure = series_answer(
        np.zeros((120, 1)),
        input_names=["spots"],
        input_kind="values",
        targets=np.full((120, 2), 3.0),
        answers=None,
        output_names=["a", "b"],
        times=1900 + np.arange(120) / 2,
        language="en",
    )
    ticks = figure["layout"]["xaxis"]
    assert ticks["ticktext"][:2] == ["1900", "1910"]
    assert ticks["tickvals"][:2] == [0.0, 20.0]
    assert figure["data"][-1]["customdata"][0] == 3.0
