"""A flip-flop that is trained here and now, and the memory that it must have built.

Three bits have eight states to be held, so a network that solves the task has a stable
fixed point for each, and saddles between them (D. Sussillo & O. Barak 2013).
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from checks._cells import normal
from checks._check import Cases, check
from checks._measures import different
from checks._subjects import DYNAMICS
from explorer.cells import Cell
from explorer.config import RunConfig
from explorer.dynamics.fixed_points import FixedPoints, fixed_points
from explorer.step_map import layer_cell
from explorer.texts import Text
from explorer.training import train

UNITS = 16
WHERE = Text(
    en="Python: explorer.dynamics.fixed_points",
    zh="Python：explorer.dynamics.fixed_points",
)
SETTINGS = {"rnn": ("orthogonal", 300), "gru": ("default", 300)}
SILENCE = torch.zeros(3, dtype=torch.float64)


class Solved(NamedTuple):
    """A trained layer, its fixed points and what the readout says at each."""

    cell: Cell
    points: FixedPoints
    said: np.ndarray


@cache
def solved(name: str) -> Solved:
    """Train a cell on the flip-flop and search from its states and between them."""
    init, steps = SETTINGS[name]
    config = RunConfig(
        task="flip_flop",
        seq_len=32,
        cell=name,
        init=init,
        hidden_size=UNITS,
        learning_rate=0.01,
        steps=steps,
    )
    *_, last = train(config)
    cell = layer_cell(config, last.weights, 0)
    hidden = torch.from_numpy(last.trace().states["h"][0].reshape(-1, UNITS))[::2]
    between = (hidden + hidden.roll(7, 0)) / 2
    points = fixed_points(cell, torch.cat([hidden, between]), SILENCE)
    readout = (last.weights[f"readout.{part}"].double() for part in ("weight", "bias"))
    weight, bias = (part.numpy() for part in readout)
    return Solved(cell, points, points.points @ weight.T + bias)


@torch.no_grad()
def settled(cell: Cell, states: Tensor, steps: int = 2000) -> Tensor:
    """Return where states are after many steps without input, by `step` alone."""
    state = {"h": states}
    for _ in range(steps):
        state, _ = cell.step(SILENCE.expand(len(states), -1), state)
    return state["h"]


@check(
    DYNAMICS,
    quantity=Text(
        en="Stable points of a trained 3-bit flip-flop: one for each corner",
        zh="训练好的 3 位触发器的稳定点：每个顶点一个",
    ),
    reference=Text(
        en="2³ = 8 points, at which the readout says all 8 answers",
        zh="2³ = 8 个点，读出恰为全部 8 种答案",
    ),
    where=WHERE,
    tolerance=0,
    kind="exact",
)
def corners() -> Cases:
    """Count the stable points and the different answers at them."""
    for name in SETTINGS:
        _, points, said = solved(name)
        answers = {tuple(row) for row in np.sign(said[points.stable])}
        yield f"{name}, points", different(points.stable.sum(), 8)
        yield f"{name}, answers", different(len(answers), 8)


@check(
    DYNAMICS,
    quantity=Text(
        en="Points called stable: where states nearby end up",
        zh="标为稳定的点：附近状态的去向",
    ),
    reference=Text(
        en="2000 steps of the cell from 1 % away: back at the point",
        zh="从 1 % 之外运行 2000 步：回到该点",
    ),
    where=WHERE,
    tolerance=1e-6,
    kind="absolute",
)
def stable_points_attract() -> Cases:
    """Push each stable point a little and let the network run."""
    for name in SETTINGS:
        cell, points, _ = solved(name)
        rest = torch.from_numpy(points.points[points.stable])
        pushed = rest + 0.01 * normal(*rest.shape, seed=51)
        for point, end in zip(rest, settled(cell, pushed), strict=True):
            yield name, (point - end).abs().max().item()


@check(
    DYNAMICS,
    quantity=Text(
        en="Points called saddles: how many do not let go",
        zh="标为鞍点的点：有多少个未使状态离开",
    ),
    reference=Text(
        en="2000 steps from 1e-4 along the unstable direction: elsewhere",
        zh="沿不稳定方向 1e-4 处运行 2000 步：到达别处",
    ),
    where=WHERE,
    tolerance=0,
    kind="exact",
)
def saddles_repel() -> Cases:
    """Push each saddle along its first unstable direction, either way."""
    for name in SETTINGS:
        cell, points, _ = solved(name)
        for i in np.flatnonzero(points.fixed & (points.unstable > 0)):
            point = torch.from_numpy(points.points[i])
            push = 1e-4 * torch.from_numpy(points.directions[i][0])
            ends = settled(cell, torch.stack([point + push, point - push]))
            yield f"{name}, point {i}", float(((ends - point).norm(dim=1) < 0.1).sum())
