"""Digits by row and by pixel, against scikit-learn's own pictures and least squares."""

import math
from collections import Counter

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score

from explorer.tasks import TASKS

DIGITS = ["digits_by_row", "digits_by_pixel"]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def linear_accuracy(known, labels, asked, wanted) -> float:
    """Return the test accuracy of scikit-learn's least squares on one-hot classes."""
    fit = LinearRegression().fit(known, np.eye(labels.max() + 1)[labels])
    return accuracy_score(wanted, fit.predict(asked).argmax(1))


@pytest.mark.parametrize(("name", "channels"), [(DIGITS[0], 8), (DIGITS[1], 1)])
def test_a_digit_is_read_from_the_top_left_and_the_last_360_are_held_out(
    name, channels
):
    data = load_digits()
    task = TASKS[name]()
    for batch, part in (
        (task.examples(), slice(0, 1437)),
        (task.evaluation(3, generator()), slice(1437, 1797)),
    ):
        pixels = batch.inputs.transpose(0, 1).reshape(-1, 64) * 16
        np.testing.assert_array_equal(pixels, data.data[part])
        np.testing.assert_array_equal(batch.targets, data.target[part])
        assert batch.inputs.shape[2] == channels


def test_no_test_picture_is_among_the_training_pictures():
    images = load_digits().images
    known = {image.tobytes() for image in images[:1437]}
    assert not known & {image.tobytes() for image in images[1437:]}


@pytest.mark.parametrize("name", DIGITS)
@pytest.mark.parametrize("fraction", [1, 2])
def test_who_reads_part_of_a_digit_reads_its_beginning(name, fraction):
    whole = TASKS[name]()
    task = TASKS[name](seq_len=whole.seq_len // fraction)
    assert torch.equal(task.examples().inputs, whole.examples().inputs[: task.seq_len])


@pytest.mark.parametrize("rows", [4, 8])
def test_the_linear_rivals_of_the_digits_are_least_squares(rows):
    data = load_digits()
    everything, last = TASKS["digits_by_row"](seq_len=rows).rivals()
    (by_pixel,) = TASKS["digits_by_pixel"](seq_len=8 * rows).rivals()
    for rival, part in (
        (everything, slice(0, 8 * rows)),
        (by_pixel, slice(0, 8 * rows)),
        (last, slice(8 * rows - 8, 8 * rows)),
    ):
        ink = data.data[:, part] / 16
        expected = linear_accuracy(
            ink[:1437], data.target[:1437], ink[1437:], data.target[1437:]
        )
        assert rival.metric == pytest.approx(expected, abs=1 / 360)
        assert rival.loss is None


def test_guessing_a_digit_knows_the_shares_of_the_training_set():
    labels = load_digits().target
    counts = Counter(labels[:1437].tolist())
    entropy = -sum(n / 1437 * math.log(n / 1437) for n in counts.values())
    right = np.mean(labels[1437:] == counts.most_common(1)[0][0])
    baseline = TASKS["digits_by_row"]().baseline()
    assert baseline.loss == pytest.approx(entropy)
    assert baseline.metric == pytest.approx(right)
