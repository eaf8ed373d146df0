"""Memory: a delay line, whose memory is known, and scikit-learn's ridge regression."""

import numpy as np
import pytest
import torch
from layers import rnn
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

from explorer.cells import CELLS
from explorer.probes.memory import memory_curve

RNG = np.random.default_rng(0)


def delay_line(units: int, inputs: np.ndarray) -> np.ndarray:
    cell = rnn(np.eye(units, k=-1), "identity")
    with torch.no_grad():
        cell.get_parameter("weight_ih")[0] = 1
        return cell.sequence(torch.tensor(inputs)).numpy()


def test_a_delay_line_of_n_units_remembers_n_inputs_and_no_more():
    inputs = RNG.standard_normal((120, 40, 1))
    memory = memory_curve(inputs, delay_line(8, inputs), most=12)
    np.testing.assert_array_equal(memory.lags, range(13))
    np.testing.assert_allclose(memory.r2[:8], 1, atol=1e-9)
    assert np.abs(memory.r2[8:]).max() < 0.05
    assert memory.capacity[0] == pytest.approx(8, abs=0.1)


def test_it_is_ridge_regression_fitted_on_every_other_sequence():
    inputs, most, penalty = RNG.standard_normal((30, 6, 2)), 4, 0.1
    cell = CELLS["rnn"](2, 5, "tanh").double()
    cell.reset(torch.Generator().manual_seed(0))
    hidden = cell.sequence(torch.tensor(inputs)).detach().numpy()
    memory = memory_curve(inputs, hidden, most, penalty)
    fit, test = hidden[most:, ::2].reshape(-1, 5), hidden[most:, 1::2].reshape(-1, 5)
    alpha = penalty * np.square(fit - fit.mean(axis=0)).sum() / 5
    for k in range(most + 1):
        past = inputs[most - k : 30 - k]
        model = Ridge(alpha).fit(fit, past[:, ::2].reshape(-1, 2))
        wanted = past[:, 1::2].reshape(-1, 2)
        own = np.square(wanted - past[:, ::2].reshape(-1, 2).mean(axis=0)).sum(axis=0)
        usual = np.square(wanted - wanted.mean(axis=0)).sum(axis=0)
        score = r2_score(wanted, model.predict(test), multioutput="raw_values")
        np.testing.assert_allclose(1 - memory.r2[k], (1 - score) * usual / own)


def test_noise_is_not_remembered():
    inputs = RNG.standard_normal((100, 30, 1))
    memory = memory_curve(inputs, RNG.standard_normal((100, 30, 4)), most=5)
    assert np.abs(memory.r2).max() < 0.05


def test_an_input_that_never_varies_has_no_score():
    inputs = np.concatenate(
        [np.ones((50, 4, 1)), RNG.standard_normal((50, 4, 1))], axis=2
    )
    memory = memory_curve(inputs, inputs, most=0)
    assert np.isnan(memory.r2[0, 0]) and memory.r2[0, 1] == pytest.approx(1)


def test_states_that_are_not_finite_remember_nothing():
    inputs, hidden = np.ones((9, 2, 1)), np.full((9, 2, 3), np.nan)
    memory = memory_curve(inputs, hidden, most=2)
    assert np.isnan(memory.r2).all() and np.isnan(memory.capacity).all()


def test_states_that_never_move_are_as_good_as_the_mean():
    inputs = RNG.standard_normal((200, 40, 1))
    memory = memory_curve(inputs, np.ones((200, 40, 3)), most=2)
    assert np.abs(memory.r2).max() < 0.01


@pytest.mark.parametrize(("batch", "most"), [(1, 2), (4, 9), (4, -1)])
def test_too_few_sequences_or_steps_are_refused(batch, most):
    with pytest.raises(ValueError):
        memory_curve(np.ones((9, batch, 1)), np.ones((9, batch, 2)), most)
