"""Words to read, scores to compare and the key to rivals."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.figures._rivals import drawn, rival_words
from explorer.figures._words import STYLES, harmless, width_of, wrapped
from explorer.figures.loss_curves import loss_curves
from explorer.figures.readings import MOST_WORDS, readings
from explorer.figures.scores import scores

MARKS = st.sampled_from([*STYLES])
WORDS = st.lists(st.tuples(st.text(max_size=30), MARKS))
# Words that take no room or are full stops themselves would stand several to a word.
REAL_WORD = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=30)
OURS = re.compile(r'</?(?:b|s|u)>|</span>|<span style="[\w#:;.\-]+">')


def visible(markup):
    """Return what Plotly shows: our own tags gone, entities read."""
    text = OURS.sub("", markup)
    assert not {"<", ">", "$"} & set(text)
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&#36;", "$")):
        text = text.replace(entity, letter)
    return text.replace("&amp;", "&")


def bare(text):
    """Return text without what wrapping and marking may add or take away."""
    return re.sub(r"[ \[\]]", "", text)


@given(words=WORDS, width=st.integers(4, 60))
def test_lines_are_no_wider_than_asked_and_no_letter_is_lost(words, width):
    lines = [visible(line) for line in wrapped(words, width)]
    assert all(width_of(line) <= width for line in lines)
    letters = visible(harmless("".join(text for text, _ in words)))
    assert bare("".join(lines)) == bare(letters)


def test_words_stand_apart_letters_do_not_and_full_stops_stay_behind_words():
    apart = [("a", ""), ("cat", ""), ("sat", ""), (".", "")]
    assert wrapped(apart, 40) == ["a cat sat."]
    assert wrapped([(letter, "") for letter in "2026-11"], 40) == ["2026-11"]
    assert wrapped([(letter, "") for letter in "猫坐在垫子上"], 6) == [
        "猫坐在",
        "垫子上",
    ]


@given(words=st.lists(st.tuples(REAL_WORD, MARKS)), width=st.integers(8, 60))
def test_a_full_stop_begins_a_line_only_where_a_word_would_not_fit_beside_it(
    words, width
):
    stopped = [pair for word in words for pair in (word, (".", "missed"))]
    lines = [visible(line) for line in wrapped(stopped, width)]
    for before, line in zip(lines, lines[1:], strict=False):
        if line.startswith("[."):
            last = before.split()[-1:]
            assert not last or width_of(last[0]) + len("[.]") > width - 4


def test_a_word_goes_along_with_the_full_stop_that_has_no_room():
    words = [("a", ""), ("cat", ""), ("sat", ""), (".", "missed"), ("It", "")]
    lines = [visible(line) for line in wrapped(words, 9)]
    assert lines == ["a cat", "sat[.] It"]


def test_every_mark_can_be_told_without_its_colour():
    plain = {
        mark: re.sub(r"color:#\w+", "", "".join(style))
        for mark, style in STYLES.items()
        if mark != "kept"  # a right word is one that is rightly kept
    }
    assert len(set(plain.values())) == len(plain)
    assert "<b>" in plain["right"] and "<u>" in plain["wrong"]
    assert "[" in plain["missed"] and "opacity" in plain["dropped"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('<a href="http://evil">x</a>', '&lt;a href="http://evil"&gt;x&lt;/a&gt;'),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("$x$", "&#36;x&#36;"),
        ("one\ntwo\x00", "one↵two·"),
        ("\u202egnp.exe", "·gnp.exe"),
        ("\ud800", "·"),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
    ],
)
def test_a_strangers_text_is_shown_as_it_is(text, shown):
    assert harmless(text) == shown
    json.dumps(readings([(text, [(text, "right")])], "en")).encode()


def test_each_line_of_a_reading_stands_under_its_label_and_the_key_names_the_marks():
    figure = readings(
        [
            ("it should say", [("fox", ""), ("met", "")]),
            ("it says", [("fox", "right"), ("ran", "wrong"), ("met", "missed")]),
            ("nothing", []),
        ],
        "en",
    )
    cells = figure["data"][0]["cells"]["values"][0]
    assert [visible(cell.replace("<br>", "|")) for cell in cells] == [
        "it should say|fox met",
        "it says|fox ran [met]",
        "nothing|(nothing)",
    ]
    key = figure["layout"]["annotations"][0]["text"]
    assert visible(key).split() == ["right", "wrong", "[missed]"]


def test_a_reading_too_long_says_how_much_is_left_out():
    figure = readings([("text", [("word", "")] * (MOST_WORDS + 7))], "en")
    cell = visible(figure["data"][0]["cells"]["values"][0][0].replace("<br>", "|"))
    assert cell.count("word") == MOST_WORDS and cell.endswith("|… and 7 more")


def test_the_best_of_each_column_is_bold_and_ties_are_all_best():
    figure = scores(
        ["F1", "loss", "kept"],
        [
            ("network", [0.9, 0.2, 0.3]),
            ("all", [0.9, None, 1]),
            ("lead", [0.5, 0.1, 1]),
        ],
        "en",
        lower_is_better=["loss"],
        unranked=["kept"],
    )
    text = figure["data"][0]["text"]
    assert [text[i : i + 3] for i in (0, 3, 6)] == [
        ["<b>0.9</b>", "0.2", "0.3"],
        ["<b>0.9</b>", "–", "1"],
        ["0.5", "<b>0.1</b>", "1"],
    ]
    assert figure["layout"]["yaxis"]["ticktext"] == ["network", "all", "lead"]


def test_wide_titles_are_broken_where_words_end():
    figure = scores(
        ["ROUGE-1", "kept/total", "F1"],
        [("memoryless ceiling", [1] * 3), ("lead-4: the first 4", [1] * 3)],
        "en",
    )
    titles = figure["layout"]["xaxis"]["ticktext"]
    assert titles == ["ROUGE-1", "kept/<br>total", "F1"]
    assert figure["layout"]["yaxis"]["ticktext"] == [
        "memoryless<br>ceiling",
        "lead-4: the<br>first 4",
    ]


RIVALS = [
    ("<i>", 0.0, 0.5),
    ("ceiling", None, 0.25),
    ("bare", 0.5, None),
    ("4th", 1, 1),
]


def test_at_most_three_rivals_are_drawn_each_where_it_has_a_place():
    assert drawn(RIVALS, 0) == {0: 0.0, 2: 0.5}
    assert drawn(RIVALS, 0, positive=True) == {2: 0.5}
    assert drawn(RIVALS, 1) == {0: 0.5, 1: 0.25}
    assert drawn([("nan", float("nan"), float("inf"))], 0) == {}


def test_rivals_are_named_once_with_their_metric():
    lines = rival_words(RIVALS, "en")
    words = " ".join(visible(line) for line, _ in lines)
    assert "<i>: 0.5" in words and "ceiling: 0.25" in words
    assert words.endswith("bare") and "4th" not in words
    assert rival_words([], "en") == []
    assert "：0.5" in visible(rival_words(RIVALS, "zh")[0][0])


@pytest.mark.parametrize("label", ["guess", "what one would say without any memory"])
def test_words_for_the_guess_stand_in_the_header_or_where_there_is_room(label):
    figure = loss_curves(
        [0],
        [1.0],
        [0.1],
        loss_baseline=0.5,
        metric_baseline=0.25,
        baseline_label=label,
        metric_label="accuracy",
        total_steps=50,
        shown_step=0,
        language="en",
    )
    told = [visible(note["text"]) for note in figure["layout"]["annotations"]]
    if label == "guess":
        assert told[1::2] == ["- - guess: 0.5", "- - guess: 0.25"]
    else:
        assert told[1:4:2] == ["- - 0.5", "- - 0.25"] and told[4] == f"- - {label}"


def test_lines_of_rivals_are_level_and_within_the_scale():
    figure = loss_curves(
        [0, 1],
        [1.0, 0.9],
        [0.1, 0.2],
        loss_baseline=None,
        metric_baseline=None,
        baseline_label="guess",
        metric_label="accuracy",
        total_steps=50,
        shown_step=None,
        language="en",
        rivals=RIVALS,
    )
    level = [
        trace for trace in figure["data"] if trace["x"] == [0, 50] and trace["y"][0]
    ]
    assert [(trace["yaxis"], trace["y"]) for trace in level] == [
        ("y", [0.5, 0.5]),
        ("y2", [0.5, 0.5]),
        ("y2", [0.25, 0.25]),
    ]
    dashes = [trace["line"]["dash"] for trace in level]
    assert dashes[1] != dashes[2] and "dash" not in dashes
    assert figure["layout"]["yaxis"]["range"][0] < -0.3  # 10 ** -0.3 is 0.5
    assert figure["layout"]["margin"]["b"] > 20
