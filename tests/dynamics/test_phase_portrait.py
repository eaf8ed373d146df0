"""The flow of a plane, against single steps and roots known otherwise."""

import numpy as np
import pytest
import torch
from layers import random_cell, rnn
from scipy.optimize import brentq

from explorer.cells import CELLS
from explorer.dynamics.phase_portrait import orbit, phase_portrait
from explorer.step_map import StepMap

X = np.array([0.3, -0.5])


@pytest.mark.parametrize("name", CELLS.names())
def test_each_arrow_is_what_one_step_does(name):
    cell = random_cell(name, hidden=2)
    step_map = StepMap(cell)
    base = np.linspace(0.5, 0.9, step_map.size)
    limits = ((0.1, 1.1), (0.2, 0.7))
    portrait = phase_portrait(cell, X, limits, count=3, base=base)
    assert portrait.flow.shape == (3, 3, 2) and portrait.speed.shape == (3, 3)
    for row, second in enumerate([0.2, 0.45, 0.7]):
        for column, first in enumerate([0.1, 0.6, 1.1]):
            state = torch.tensor(np.array([[first, second, *base[2:]]]))
            moved = (step_map(state, torch.tensor(X)) - state)[0].numpy()
            np.testing.assert_allclose(portrait.flow[row, column], moved[:2])
            speed = (moved**2).sum() / 2
            assert portrait.speed[row, column] == pytest.approx(speed)


def test_nullclines_cross_at_the_fixed_points_of_two_bistable_units():
    limits = ((-1.2, 1.2), (-1.2, 1.2))
    portrait = phase_portrait(rnn(np.diag([2.0, 3.0])), [0.0], limits, count=241)
    for axis, weight in ((0, 2), (1, 3)):
        away = brentq(lambda h, w=weight: np.tanh(w * h) - h, 0.1, 2)
        values = portrait.first if axis == 0 else portrait.second
        flow = portrait.flow[..., axis]
        line = flow[0] if axis == 0 else flow[:, 0]
        crossed = values[:-1][np.diff(np.sign(line)) != 0]
        for root in (-away, 0, away):
            assert np.abs(crossed - root).min() <= 0.011


def test_another_plane_shows_other_entries():
    cell = rnn(np.diag([0.1, 0.2, 0.3]), "identity")
    portrait = phase_portrait(cell, [0.0], count=2, plane=(2, 1))
    np.testing.assert_allclose(portrait.flow[0, 0], [0.7, 0.8])


@pytest.mark.parametrize("plane", [(0, 0), (0, 2), (-1, 0)])
def test_a_plane_that_the_state_does_not_have_is_refused(plane):
    with pytest.raises(ValueError):
        phase_portrait(rnn(np.eye(2)), [0.0], plane=plane)


@pytest.mark.parametrize("name", CELLS.names())
def test_an_orbit_is_step_after_step_of_the_cell_itself(name):
    cell = random_cell(name, hidden=2)
    step_map = StepMap(cell)
    start = np.linspace(0.5, 0.9, step_map.size)
    found = orbit(cell, X, start, 4)
    assert found.shape == (5, step_map.size)
    parts = {n: torch.tensor(start)[None, step_map.part(n)] for n in step_map.names}
    state = cell.initial_state(1) | parts
    for place in range(5):
        for part in step_map.names:
            expected = found[place, step_map.part(part)]
            np.testing.assert_allclose(state[part][0].detach(), expected)
        state, _ = cell.step(torch.tensor(X)[None], state)
