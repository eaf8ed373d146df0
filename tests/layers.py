"""Layers with known or random weights, in float64, for the tests of measurements."""

import numpy as np
import torch

from explorer.cells import CELLS, Cell

INPUT = 2


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_cell(name: str, activation: str | None = None, hidden: int = 4) -> Cell:
    """Return a cell in which no parameter is where it begins."""
    kind = CELLS[name]
    cell = kind(INPUT, hidden, activation or kind.activations[0])
    generator = seeded(1)
    cell.reset(generator)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator)
    return cell.double()


def random_inputs(time: int, seed: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((time, INPUT))


def rnn(weight_hh: np.ndarray, activation: str = "tanh") -> Cell:
    """Return an RNN of one input that is ignored, without biases."""
    units = len(weight_hh)
    cell = CELLS["rnn"](1, units, activation).double()
    with torch.no_grad():
        cell.get_parameter("weight_hh").copy_(torch.tensor(weight_hh))
    return cell


def stepped(cell: Cell, inputs: np.ndarray) -> list[tuple[dict, dict]]:
    """Return states and internals after each step of one sequence, by `step` alone."""
    state, visited = cell.initial_state(1), []
    for x in torch.tensor(inputs):
        state, internals = cell.step(x[None], state)
        visited.append((state, internals))
    return visited
