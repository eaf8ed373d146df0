"""Answers at every time step: what is asked, what is right, and what thinning keeps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.figures._asked import MOST_COLUMNS, Columns
from explorer.figures.classes_answer import classes_answer
from explorer.figures.labels_answer import labels_answer

FLAGS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=1000)


@given(flags=FLAGS)
def test_thinning_is_bounded_in_order_and_hides_no_mistake(flags):
    asked = np.array([flag for flag, _ in flags])
    wrong = asked & np.array([flag for _, flag in flags])
    at = Columns(asked, wrong)
    assert len(at.shown) <= MOST_COLUMNS and (np.diff(at.shown) > 0).all()
    assert set(at.wrong) <= set(at.asked) <= set(at.shown)
    for start in range(0, len(asked), at.every):
        column = slice(start, start + at.every)
        inside = at.shown[start // at.every]
        assert wrong[inside] == wrong[column].any()
        assert asked[inside] == asked[column].any()
    if at.every == 1:
        np.testing.assert_array_equal(at.wrong, np.flatnonzero(wrong))


def classes(targets, chances, names, inputs=None, **more):
    return classes_answer(
        np.eye(2)[np.zeros(len(targets), int)] if inputs is None else inputs,
        input_names=["a", "b"],
        input_kind="symbols",
        targets=targets,
        probabilities=chances,
        class_names=names,
        language="en",
        **more,
    )


def labels(targets, chances, **more):
    return labels_answer(
        np.eye(2)[[0, 1, 1]],
        input_names=["no", "<b>"],
        input_kind="symbols",
        targets=targets,
        probabilities=chances,
        language="en",
        **more,
    )


def lower(figure):
    """Return the lower panel's ground, picture and marks, in that order."""
    return [trace for trace in figure["data"] if trace.get("yaxis") == "y2"]


def told(figure):
    return " ".join(note["text"] for note in figure["layout"]["annotations"])


def test_the_map_is_the_probabilities_in_percent_where_something_is_asked():
    figure = classes([0, -100, 1], [[0.9, 0.1], [0.5, 0.5], [0.8, 0.2]], ["X", "Y"])
    ground, heat, targets, mistakes = lower(figure)
    assert heat["z"] == [[90, None, 80], [10, None, 20]]
    assert ground["z"] == [[None, 1, None]]
    assert (targets["x"], targets["y"]) == ([0, 2], [0, 1])
    assert (mistakes["x"], mistakes["y"]) == ([2], [0])
    assert mistakes["text"] == ["target Y<br>network X"]
    assert "1 of 2 wrong" in told(figure) and "nothing asked" in told(figure)


def test_only_what_counts_can_be_wrong_and_what_is_said_may_be_told():
    chances = [[0.9, 0.1, 0.0], [0.2, 0.5, 0.3], [0.8, 0.1, 0.1]]
    more = {"said": [0, 2, 0], "counted": [False, True, False]}
    figure = classes([1, 1, 1], chances, ["X", "Y", "Z"], **more)
    *_, targets, mistakes = lower(figure)
    assert targets["x"] == [0, 1, 2]
    assert (mistakes["x"], mistakes["y"]) == ([1], [2])
    assert "1 of 1 scored wrong" in told(figure)
    right = classes([1, 1, 1], chances, ["X", "Y", "Z"], counted=[False, True, False])
    assert lower(right)[-1]["x"] == [] and "all 1 scored right" in told(right)


@pytest.mark.parametrize("count", [2, 6, 7, 12, 13])
def test_crowded_input_rows_are_labelled_here_and_there(count):
    figure = classes_answer(
        np.eye(count),
        input_names=[f"letter {k}" for k in range(count)],
        input_kind="symbols",
        targets=[0] * count,
        probabilities=np.full((count, 2), 0.5),
        class_names=["X", "Y"],
        language="en",
    )
    axis = figure["layout"]["yaxis"]
    assert len(axis["ticktext"]) == (0 if count > 12 else -(-count // -(-count // 6)))
    for place, label in zip(axis["tickvals"], axis["ticktext"], strict=True):
        assert label == f"letter {count - 1 - place}"


def test_a_message_of_two_symbols_is_labelled_where_not_all_rows_can_be():
    figure = classes_answer(
        np.eye(8),
        input_names=list("abcdXYBE"),
        input_kind="symbols",
        targets=[0] * 8,
        probabilities=np.full((8, 2), 0.5),
        class_names=["no", "yes"],
        language="en",
        highlight=[4, 5],
    )
    assert figure["layout"]["yaxis"]["ticktext"] == ["a", "c", "X", "Y"]


def test_of_many_classes_those_never_asked_for_share_the_last_row():
    chances = np.full((3, 50), 0.01)
    chances[[0, 1, 2], [7, 7, 49]] = 0.51
    names = [f"class {k}" for k in range(50)]
    figure = classes([7, 30, 7], chances, names)
    _, heat, targets, mistakes = lower(figure)
    assert figure["layout"]["yaxis2"]["ticktext"] == ["class 7", "class 30", "others"]
    assert heat["z"] == [[51, 51, 1], [1, 1, 1], [48, 48, 98]]
    assert targets["y"] == [0, 1, 0]
    assert (mistakes["x"], mistakes["y"]) == ([1, 2], [0, 2])
    assert "class 49" in mistakes["text"][1]


@pytest.mark.parametrize("count", [2, 12, 13, 100])
def test_rows_have_few_labels_and_the_last_is_one_of_them(count):
    targets = np.arange(200) % count
    names = [f"class {k}" for k in range(count)]
    figure = classes(targets, np.full((200, count), 1 / count), names)
    axis = figure["layout"]["yaxis2"]
    assert len(axis["ticktext"]) <= 12
    assert axis["ticktext"][-1] == names[-1]
    assert axis["tickvals"][-1] == count - 1
    assert axis["range"] == [count - 0.5, -0.5]


def test_a_network_that_answers_nothing_is_neither_right_nor_wrong():
    figure = classes([0, 1], np.full((2, 2), np.nan), ["X", "Y"])
    *_, targets, mistakes = lower(figure)
    assert targets["x"] == [0, 1] and mistakes["x"] == []
    assert "wrong" not in told(figure) and "right" not in told(figure)


def test_strangers_letters_as_classes_are_shown_as_they_are():
    figure = classes([0, 1], [[0.2, 0.8], [0.2, 0.8]], ["<", "&"])
    assert figure["layout"]["yaxis2"]["ticktext"] == ["&lt;", "&amp;"]
    assert lower(figure)[-1]["text"] == ["target &lt;<br>network &amp;"]


def test_bars_change_colour_and_get_a_cross_where_the_label_is_wrong():
    figure = labels([1, 0, -100], [0.9, 0.5, 0.4])
    _, bars, half, targets, mistakes = lower(figure)
    assert bars["y"] == [0.9, 0.5, None]
    assert bars["marker"]["color"][0] != bars["marker"]["color"][1]
    assert half["y"] == [0.5, 0.5]
    assert targets["x"] == [0, 1] and targets["y"][0] > 1 and targets["y"][1] < 0
    assert mistakes["x"] == [1] and mistakes["y"][0] > 1
    assert "1 of 2 wrong" in told(figure)


def test_a_label_tells_what_is_read_at_its_step():
    figure = labels([1, 0, -100], [0.9, 0.1, 0.4])
    assert lower(figure)[3]["text"] == ["no<br>target yes", "&lt;b&gt;<br>target no"]
    assert figure["layout"]["xaxis"]["ticktext"] == ["no", "&lt;b&gt;", "&lt;b&gt;"]
    named = labels([1, 0, -100], [0.9, 0.1, 0.4], tokens=["a", "b", "c" * 60])
    assert lower(named)[3]["text"] == ["a<br>target yes", "b<br>target no"]
    assert "ticktext" not in named["layout"]["xaxis"]
    assert "all right (2)" in told(named)
