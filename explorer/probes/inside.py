"""Inside a cell: every term of its equations for one unit, at all time steps.

With each number comes its derivative: dL/dq at time t, along all paths, L being the
sequence's own loss. The states' are the trace's; what lies between two of them is
found by one backward pass through the equations of all time steps at once.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from explorer.cells import Cell
from explorer.config import RunConfig
from explorer.model import Trace
from explorer.probes._equations import BEFORE, Equations, state_symbol
from explorer.probes._terms import Collector, Inside
from explorer.step_map import layer_cell

__all__ = ["Inside", "inside", "most_varied", "values_along"]


def most_varied(trace: Trace, layer: int, most: int, sequence: int = 0) -> list[int]:
    """Return the units whose h varies most over a sequence, in descending order."""
    spread = trace.states["h"][layer, :, sequence].std(axis=0)
    order = np.argsort(-np.nan_to_num(spread), kind="stable")
    return [int(unit) for unit in order[:most]]


def inside(
    config: RunConfig,
    weights: dict[str, Tensor],
    trace: Trace,
    layer: int,
    unit: int,
    sequence: int = 0,
) -> Inside:
    """Return every term of a unit's equations along one traced sequence.

    Args:
        config: the run.
        weights: the model's parameters by name, any float type.
        trace: the same network's.
        layer: from 0.
        unit: from 0.
        sequence: which of the traced sequences.
    """
    cell = layer_cell(config, weights, layer)
    states = {name: s[layer, :, sequence] for name, s in trace.states.items()}
    below = trace.states["h"][layer - 1] if layer else trace.inputs
    equations = _along(cell, below[:, sequence], states, cut=True)
    totals = {name: g[layer, :, sequence] for name, g in trace.gradients.items()}
    return Collector(cell, equations, states, totals, unit).collected()


def values_along(
    config: RunConfig,
    weights: dict[str, Tensor],
    inputs: np.ndarray,
    states: Mapping[str, np.ndarray],
    layer: int,
    unit: int,
    held: Mapping[str, tuple[int, int, float]],
) -> list[np.ndarray]:
    """Return the same numbers along another path, (time,) each, in the same order.

    Args:
        config: the run.
        weights: the model's parameters by name.
        inputs: (time, input).
        states: name -> (layer, time, hidden), of that path.
        layer: from 0.
        unit: from 0.
        held: gate's name -> a time step, a unit and the value it was held at there.
    """
    cell = layer_cell(config, weights, layer)
    below = states["h"][layer - 1] if layer else inputs
    own = {name: values[layer] for name, values in states.items()}
    equations = _along(cell, below, own, held=held)
    nothing = {name: np.full_like(values, np.nan) for name, values in own.items()}
    found = Collector(cell, equations, own, nothing, unit, False).collected()
    return [number.values for number in found.numbers]


def _along(
    cell: Cell,
    x: np.ndarray,
    states: Mapping[str, np.ndarray],
    held: Mapping[str, tuple[int, int, float]] | None = None,
    cut: bool = False,
) -> Equations:
    """Return the equations of all time steps of one sequence."""
    before = {}
    for name, values in states.items():
        whole = torch.from_numpy(np.vstack([np.zeros_like(values[:1]), values[:-1]]))
        before[state_symbol(cell, name, BEFORE)] = whole.requires_grad_(cut)
    fixed = {}
    for gate, (t, unit, value) in (held or {}).items():
        fixed[state_symbol(cell, gate)] = torch.full_like(whole, torch.nan)
        fixed[state_symbol(cell, gate)][t, unit] = value
    first = torch.arange(len(x)) == 0
    known = {name: before[state_symbol(cell, name, BEFORE)] for name in states}
    given = torch.tensor(x).requires_grad_(cut)
    return Equations(cell, given, known, first, fixed, cut)
