"""The real data: nothing of the test years is ever trained on."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.tasks import TASKS

FILE = Path(__file__).parents[2] / "assets" / "sunspots.csv"
SIZES = [(60, 1), (5, 11), (88, 11), (20, 3)]

every_size = pytest.mark.parametrize(("seq_len", "horizon"), SIZES)


def read() -> tuple[np.ndarray, np.ndarray]:
    """Return years and counts in training years' standard deviations, read anew."""
    with FILE.open() as file:
        rows = [(int(float(y)), float(n)) for y, n in list(csv.reader(file))[1:]]
    years, counts = (np.array(column) for column in zip(*rows, strict=True))
    known = counts[years <= 1920]
    return years, ((counts - known.mean()) / known.std()).astype(np.float32)


def first_years(inputs: torch.Tensor, targets: torch.Tensor, horizon: int):
    """Return in which year each sequence begins to be read; the data tell just one."""
    years, counts = read()
    windows = np.lib.stride_tricks.sliding_window_view(counts, len(inputs))
    known = np.concatenate([windows[:-horizon], windows[horizon:]], axis=1)
    found = []
    for column in np.concatenate([inputs, targets])[..., 0].T:
        (start,) = np.flatnonzero(np.abs(known - column).max(1) < 1e-6)
        found.append(int(years[start]))
    return found


def test_the_file_has_every_year_from_1700_to_2008_once():
    years, _ = read()
    assert years.tolist() == list(range(1700, 2009))


def test_the_file_holds_the_counts_that_history_knows():
    with FILE.open() as file:
        counts = {int(float(y)): float(n) for y, n in list(csv.reader(file))[1:]}
    assert counts[1957] == pytest.approx(190.2)  # the highest yearly mean
    assert max(counts, key=counts.get) == 1957
    assert counts[1913] == pytest.approx(1.4)


@every_size
def test_no_training_window_reaches_beyond_1920(seq_len, horizon):
    task = TASKS["sunspots"](seq_len=seq_len, horizon=horizon)
    inputs, targets = task.sample(3000, torch.Generator().manual_seed(0))
    starts = first_years(inputs, targets, horizon)
    lasts = {start + seq_len + horizon - 1 for start in starts}
    assert min(starts) == 1700
    assert lasts == set(range(1700 + seq_len + horizon - 1, 1921))


@every_size
def test_every_test_year_is_asked_for_exactly_once(seq_len, horizon):
    task = TASKS["sunspots"](seq_len=seq_len, horizon=horizon)
    inputs, targets = task.evaluation(7, torch.Generator().manual_seed(0))
    starts = first_years(inputs, targets, horizon)
    asked = [start + seq_len + horizon - 1 for start in starts]
    assert sorted(asked) == list(range(1921, 2009))


@every_size
def test_the_metric_looks_at_test_years_only(seq_len, horizon):
    task = TASKS["sunspots"](seq_len=seq_len, horizon=horizon)
    _, targets = task.evaluation(7, torch.Generator().manual_seed(0))
    outputs = targets.clone()
    outputs[:-1] += 5.0
    assert task.metric(outputs, targets) == 0
    outputs[-1] += 1.0
    spread = read()[1][-88:].astype(float).std()
    assert task.metric(outputs, targets) == pytest.approx(1 / spread, rel=1e-5)


@every_size
def test_time_labels_are_the_years_that_the_first_window_reads(seq_len, horizon):
    task = TASKS["sunspots"](seq_len=seq_len, horizon=horizon)
    inputs, targets = task.evaluation(7, torch.Generator().manual_seed(0))
    years, counts = read()
    by_year = dict(zip(years.tolist(), counts, strict=True))
    asked = [by_year[int(year)] for year in task.times()]
    answered = [by_year[int(year) + horizon] for year in task.times()]
    np.testing.assert_allclose(inputs[:, 0, 0], asked, atol=1e-6)
    np.testing.assert_allclose(targets[:, 0, 0], answered, atol=1e-6)
    assert min(task.times()) + horizon >= 1921, "nothing shown was trained on"


@every_size
def test_the_guess_to_beat_repeats_the_present_count(seq_len, horizon):
    _, counts = read()
    counts = counts.astype(float)
    errors = (counts[horizon:] - counts[:-horizon]) ** 2
    known = errors[: 221 - horizon]
    losses = np.lib.stride_tricks.sliding_window_view(known, seq_len).mean(1)
    test = counts[-88:]
    nrmse = np.sqrt(np.mean((test - counts[-88 - horizon : -horizon]) ** 2))
    baseline = TASKS["sunspots"](seq_len=seq_len, horizon=horizon).baseline()
    assert baseline.loss == pytest.approx(losses.mean(), rel=1e-5)
    assert baseline.metric == pytest.approx(nrmse / test.std(), rel=1e-5)
