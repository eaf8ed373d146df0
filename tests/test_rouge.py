"""ROUGE against Google's `rouge-score`, and what can be worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from explorer.rouge import f_measure, rouge_l, rouge_n

SCORER = RougeScorer(["rouge1", "rouge2", "rouge3", "rougeL"], use_stemmer=False)
# Few different words, so that they come again and again; the empty text, too.
TEXTS = st.lists(st.sampled_from(["cat", "dog", "sat", "ran", "on"]), max_size=25)


@given(candidate=TEXTS, reference=TEXTS)
def test_it_equals_the_scores_of_rouge_score(candidate, reference):
    theirs = SCORER.score(" ".join(reference), " ".join(candidate))
    for n in (1, 2, 3):
        ours = rouge_n(candidate, reference, n)
        assert ours == pytest.approx(theirs[f"rouge{n}"].fmeasure, abs=1e-12)
    ours = rouge_l(candidate, reference)
    assert ours == pytest.approx(theirs["rougeL"].fmeasure, abs=1e-12)


@given(candidate=TEXTS, reference=TEXTS)
def test_it_does_not_matter_which_of_the_two_is_the_right_one(candidate, reference):
    for n in (1, 2):
        there = rouge_n(candidate, reference, n)
        assert there == rouge_n(reference, candidate, n)
    assert rouge_l(candidate, reference) == rouge_l(reference, candidate)


def test_lins_own_example():
    # Lin (2004), 3.1: S2 keeps the order of three words, S3 of two.
    police = "police killed the gunman".split()
    assert rouge_l("police kill the gunman".split(), police) == 3 / 4
    assert rouge_l("the gunman kill police".split(), police) == 2 / 4
    for words in ("police kill the gunman", "the gunman kill police"):
        assert rouge_n(words.split(), police, 2) == pytest.approx(1 / 3)


def test_words_may_be_anything_that_can_be_told_apart():
    assert rouge_n([1, 2, 3], (3, 2, 1), 1) == 1
    assert rouge_n("猫坐下", "猫坐着", 2) == 0.5


def test_nothing_shared_is_nothing_even_where_nothing_is_said():
    assert rouge_n([], [], 1) == rouge_l([], []) == f_measure(0, 0, 0) == 0
    assert rouge_n(["cat"], ["cat"], 2) == 0
