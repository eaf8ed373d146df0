"""The cliff: gradients held to finite differences and torch, and what clipping does."""

import numpy as np
import pytest
import torch

from explorer.probes.cliff import FUNCTIONS, Unit, descend

GENTLE = [(0.9, -0.3), (2.5, -0.2), (-1.2, 0.4)]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("w", "b"), GENTLE)
def test_the_gradient_is_that_of_finite_differences(function, w, b):
    unit, small = Unit(function), 1e-6
    _, by_w, by_b = unit.loss(w, b)
    along_w = unit.loss(w + small, b)[0] - unit.loss(w - small, b)[0]
    along_b = unit.loss(w, b + small)[0] - unit.loss(w, b - small)[0]
    assert by_w == pytest.approx(along_w / (2 * small), rel=1e-5, abs=1e-9)
    assert by_b == pytest.approx(along_b / (2 * small), rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(("w", "b"), GENTLE)
def test_loss_and_gradient_are_those_of_torch_s_own_rnn(w, b):
    rnn = torch.nn.RNN(1, 1).double()
    with torch.no_grad():
        for parameter, value in zip(rnn.parameters(), (0.0, w, b, 0.0), strict=True):
            parameter.fill_(value)
    zeros = torch.zeros(50, 1, dtype=torch.float64)
    _, last = rnn(zeros, torch.full((1, 1), 0.5, dtype=torch.float64))
    expected = (last - 0.7).square().sum()
    expected.backward()
    loss, by_w, by_b = Unit("tanh").loss(w, b)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert by_w == pytest.approx(rnn.weight_hh_l0.grad.item(), rel=1e-9, abs=1e-15)
    assert by_b == pytest.approx(rnn.bias_hh_l0.grad.item(), rel=1e-9, abs=1e-15)


def test_a_grid_is_the_loss_of_each_of_its_points():
    w, b = np.linspace(3, 7, 4), np.linspace(-3, -1, 3)
    loss = Unit("sigmoid").loss(w[None], b[:, None])[0]
    assert loss.shape == (3, 4)
    assert loss[2, 1] == Unit("sigmoid").loss(w[1], b[2])[0]


def test_no_clipped_update_is_longer_than_rate_times_norm_and_others_are_whole():
    way = descend(Unit("sigmoid"), (6.0, -1.5), 1.0, 200, clip_norm=0.1)
    moved = np.hypot(np.diff(way.w), np.diff(way.b))
    np.testing.assert_allclose(moved, np.minimum(way.norm[:-1], 0.1), rtol=1e-9)
    assert (way.norm > 0.1).any() and (way.norm < 0.1).any()


def test_plain_descent_is_thrown_off_the_wall_and_clipped_descent_gets_down():
    plain = descend(Unit("sigmoid"), (6.0, -1.5), 1.0, 200)
    clipped = descend(Unit("sigmoid"), (6.0, -1.5), 1.0, 200, clip_norm=0.1)
    assert plain.norm.max() > 1e3 and abs(plain.w[-1]) > 100
    assert plain.loss[-1] > 0.08 and clipped.loss[-1] < 0.01


def test_a_way_ends_where_numbers_do():
    way = descend(Unit("tanh"), (np.inf, 0.0), 1.0, 5)
    assert len(way.w) == 1
