"""The real data under assets/, against where it comes from and what was published."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

ASSETS = Path(__file__).parents[1] / "assets"
ARRAYS = sorted(ASSETS.glob("*.npz"))


def load(name):
    return np.load(ASSETS / f"{name}.npz", allow_pickle=False)


def utterances(part):
    vowels = load("japanese_vowels")
    ends = np.cumsum(vowels[f"{part}_lengths"].astype(int))
    return np.split(vowels[f"{part}_frames"] / 1e6, ends)


@pytest.mark.parametrize("path", ARRAYS, ids=lambda path: path.stem)
def test_data_is_small_needs_no_pickle_and_says_where_it_comes_from(path):
    assert path.stat().st_size < 400_000
    with np.load(path, allow_pickle=False) as arrays:
        assert all(arrays[name].size for name in arrays)
    words = path.with_suffix(".md").read_text(encoding="utf-8")
    assert "Licence: " in words and "https://doi.org/" in words and "2026" in words


def test_the_digits_are_those_of_scikit_learn():
    ours, theirs = load("digits"), load_digits()
    np.testing.assert_array_equal(ours["images"], theirs.images)
    np.testing.assert_array_equal(ours["labels"], theirs.target)


def test_no_test_digit_is_among_those_to_train_on():
    images = load("digits")["images"].reshape(-1, 64)
    known = {image.tobytes() for image in images[:1437]}
    assert not known & {image.tobytes() for image in images[1437:]}


def test_every_digit_is_about_as_frequent_on_both_sides():
    labels = load("digits")["labels"]
    for part in (labels[:1437], labels[1437:]):
        share = np.bincount(part, minlength=10) / len(part)
        np.testing.assert_allclose(share, 0.1, atol=0.011)


def test_the_vowels_are_by_the_speakers_of_the_paper():
    vowels = load("japanese_vowels")
    for part, published in (
        ("train", [30] * 9),
        ("test", [31, 35, 88, 44, 29, 24, 40, 50, 29]),
    ):
        speakers = vowels[f"{part}_speakers"]
        assert np.bincount(speakers, minlength=10)[1:].tolist() == published
        assert speakers.min() == 1 and (np.diff(speakers.astype(int)) >= 0).all()


def test_the_vowels_have_the_published_shapes():
    lengths = []
    for part, count in (("train", 270), ("test", 370)):
        *series, rest = utterances(part)
        assert len(series) == count and len(rest) == 0
        assert all(frames.shape[1] == 12 for frames in series)
        lengths += [len(frames) for frames in series]
    assert (min(lengths), max(lengths)) == (7, 29)


def test_the_first_frame_of_each_part_is_the_published_one():
    # As UCI's ae.train and ae.test begin, to six decimals.
    assert utterances("train")[0][0, :2].tolist() == [1.860936, -0.207383]
    assert utterances("test")[0][0, :2].tolist() == [1.635533, 0.024848]


def test_no_test_utterance_is_among_those_to_train_on():
    known = {frames.tobytes() for frames in utterances("train")[:-1]}
    assert not known & {frames.tobytes() for frames in utterances("test")[:-1]}
