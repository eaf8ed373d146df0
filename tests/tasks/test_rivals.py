"""The rivals' figures, against other libraries and readers who know the rules."""

import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression
from statsmodels.tsa.ar_model import AutoReg

from explorer.tasks import TASKS, Baseline, Task
from explorer.tasks._forecast import TAPS, TRAINING
from tests.tasks import oracles

COUNT = 1500


def drawn(name: str, **parameters) -> tuple[Task, torch.Tensor, torch.Tensor]:
    task = TASKS[name](**parameters)
    inputs, targets = task.sample(COUNT, torch.Generator().manual_seed(3))
    return task, inputs, targets


def agrees(task: Task, rival: Baseline, said: torch.Tensor, targets: torch.Tensor):
    """Check that answers over many samples reach what the rival is said to reach."""
    losses = task.losses(said, targets)
    error = 5 * losses.std().item() / math.sqrt(len(losses)) + 1e-9
    assert losses.mean().item() == pytest.approx(rival.loss, abs=error)
    assert task.metric(said, targets) == pytest.approx(rival.metric, rel=0.05)


def given_the_present(
    inputs: torch.Tensor, targets: torch.Tensor, count: int
) -> torch.Tensor:
    """Return the logarithms of how often each class follows what is read just then."""
    read, shares = inputs.argmax(2), torch.zeros(inputs.shape[2], count).double()
    shares.index_put_((read, targets), torch.ones(()).double(), accumulate=True)
    shares /= shares.sum(1, keepdim=True).clamp(min=1)
    return shares.log().clamp(min=oracles.NEVER)[read]


@pytest.mark.parametrize("seq_len", [2, 16])
def test_the_present_bit_tells_of_the_parity_what_the_rival_says(seq_len):
    task, inputs, targets = drawn("parity", seq_len=seq_len)
    (rival,) = task.rivals()
    agrees(task, rival, given_the_present(inputs, targets, 2), targets)


@pytest.mark.parametrize("seq_len", [2, 16])
def test_the_last_bit_tells_of_the_parity_at_the_end_what_the_rival_says(seq_len):
    task, inputs, targets = drawn("parity_final", seq_len=seq_len)
    (rival,) = task.rivals()
    said = torch.zeros(inputs.shape[:2] + (2,)).double()
    said[-1] = given_the_present(inputs[-1:], targets[None], 2)
    agrees(task, rival, said, targets)


@pytest.mark.parametrize("seq_len", [8, 20])
def test_who_knows_grammar_letter_and_length_foretells_reber_as_the_rival(seq_len):
    task, inputs, targets = drawn("embedded_reber", seq_len=seq_len)
    (rival,) = task.rivals()
    said = oracles.reber(inputs.argmax(2), knows_all=True)
    agrees(task, rival, said, targets)


@pytest.mark.parametrize(
    ("seq_len", "kinds", "deepest"), [(4, 2, 2), (40, 2, 8), (41, 4, 3)]
)
def test_brackets_are_foretold_as_well_as_the_rivals_say(seq_len, kinds, deepest):
    size = {"seq_len": seq_len, "kinds": kinds, "deepest": deepest}
    task, inputs, targets = drawn("dyck", **size)
    last, best = task.rivals()
    agrees(task, last, given_the_present(inputs, targets, 2 * kinds), targets)
    said = oracles.dyck(inputs.argmax(2), kinds, deepest)
    agrees(task, best, said, targets)
    assert best.loss < last.loss < task.baseline().loss


@pytest.mark.parametrize(("seq_len", "longest"), [(40, 20), (41, 2), (60, 6)])
def test_who_counts_foretells_letters_as_well_as_the_rival(seq_len, longest):
    task, inputs, targets = drawn("anbn", seq_len=seq_len, longest=longest)
    (best,) = task.rivals()
    agrees(task, best, oracles.anbn(inputs.argmax(2), longest), targets)
    assert best.loss < task.baseline().loss


@pytest.mark.parametrize("horizon", [1, 4, 20])
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_two_values_of_a_sine_tell_as_much_as_least_squares_finds(horizon, noise):
    task, inputs, targets = drawn("sine", seq_len=20, horizon=horizon, noise=noise)
    x, y = inputs[..., 0].double().numpy(), targets[..., 0].double().numpy()
    rows = np.stack([x[1:], x[:-1]], axis=2).reshape(-1, 2)
    later = LinearRegression(fit_intercept=False).fit(rows, y[1:].ravel())
    first = LinearRegression(fit_intercept=False).fit(x[:1].T, y[0])
    said = np.concatenate(
        [first.predict(x[:1].T)[None], later.predict(rows).reshape(19, -1)]
    )
    (rival,) = task.rivals()
    agrees(task, rival, torch.from_numpy(said)[..., None], targets)


def test_one_wave_by_itself_goes_on_as_a_mixture_of_two_values():
    task, inputs, targets = drawn("sine", seq_len=20, horizon=4)
    for b in range(20):
        x, y = inputs[:, b, 0].double().numpy(), targets[1:, b, 0].double().numpy()
        rows = np.stack([x[1:], x[:-1]], axis=1)
        fit = LinearRegression(fit_intercept=False).fit(rows, y)
        assert np.abs(fit.predict(rows) - y).max() < 1e-5


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("mackey_glass", {"horizon": 1}),
        ("mackey_glass", {"horizon": 20}),
        ("lorenz", {"horizon": 5}),
        ("narma", {}),
    ],
)
def test_the_linear_rival_is_the_regression_that_sklearn_finds(name, parameters):
    task = TASKS[name](**parameters)
    inputs, targets = (series.double().numpy() for series in task.series())
    windows = np.lib.stride_tricks.sliding_window_view(inputs, TAPS, axis=1)
    answers = targets[:, TAPS - 1 :]
    # Neighbours are nearly alike; the usual tol drops what tells them apart.
    known = LinearRegression(tol=1e-15).fit(
        windows[:TRAINING].reshape(-1, TAPS), answers[:TRAINING].ravel()
    )
    wanted = answers[TRAINING:].ravel()
    said = known.predict(windows[TRAINING:].reshape(-1, TAPS))
    error = np.sqrt(np.mean((said - wanted) ** 2)) / wanted.std()
    (rival,) = task.rivals()
    assert rival.metric == pytest.approx(error, rel=1e-6)
    assert rival.metric < task.baseline().metric


def sunspots() -> np.ndarray:
    """Return the counts of 1700-2008 in training years' standard deviations."""
    counts = np.loadtxt("assets/sunspots.csv", delimiter=",", skiprows=1)[:, 1]
    known = counts[:221]
    return (counts - known.mean()) / known.std()


def test_the_sunspots_linear_rival_is_the_autoregression_of_statsmodels():
    counts = sunspots()
    fit = AutoReg(counts[:221], lags=9).fit()
    said = AutoReg(counts, lags=9).predict(fit.params, start=221, end=308)
    error = np.sqrt(np.mean((said - counts[221:]) ** 2)) / counts[221:].std()
    rival = TASKS["sunspots"](horizon=1).rivals()[1]
    assert rival.metric == pytest.approx(error, rel=1e-4)


@pytest.mark.parametrize(("horizon", "seq_len"), [(1, 5), (3, 60), (11, 60)])
def test_the_sunspots_rivals_learn_from_training_years_only(horizon, seq_len):
    counts, p = sunspots(), min(9, seq_len)
    rows = np.lib.stride_tricks.sliding_window_view(counts[:-horizon], p)
    answers = counts[horizon + p - 1 :]
    fit = LinearRegression().fit(rows[:-88], answers[:-88])
    error = np.sqrt(np.mean((fit.predict(rows[-88:]) - answers[-88:]) ** 2))
    cycle, linear = TASKS["sunspots"](horizon=horizon, seq_len=seq_len).rivals()
    assert linear.metric == pytest.approx(error / answers[-88:].std(), rel=1e-4)
    seasonal = np.sqrt(np.mean((counts[-99:-11] - counts[-88:]) ** 2))
    assert cycle.metric == pytest.approx(seasonal / counts[-88:].std(), rel=1e-4)
