"""Changing one number at time t of a sequence, and replaying its future.

How a trained network takes a push tells what it holds on to: what matters moves all
that comes after, what does not is forgotten (Pascanu, Mikolov & Bengio 2013 have the
same product of Jacobians for the gradient on its way back).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from explorer.cells import CELLS, State
from explorer.config import RunConfig
from explorer.model import Model, Trace
from explorer.probes._equations import one_step

INPUT = "x"
How = Literal["by", "to"]


@dataclass(frozen=True)
class Change:
    """One number that is changed, once.

    Attributes:
        what: "x" for an input, or the name of a state or of a gate.
        index: which input channel or unit, from 0.
        how: whether `amount` is added or put in its place.
        amount: how much, or what.
        when: the time step t. An input and a gate are changed in the midst of it, a
            state right after it.
        layer: of a state or a gate, from 0.
    """

    what: str
    index: int
    how: How
    amount: float
    when: int
    layer: int = 0


class Replay(NamedTuple):
    """A sequence with and without a change; before it, both are the same arrays' rows.

    Attributes:
        outputs: (2, time, output), what the readout says without and with it.
        states: name -> (2, layer, time, hidden).
        was: the number before it was changed.
        became: the number afterwards.
    """

    outputs: np.ndarray
    states: dict[str, np.ndarray]
    was: float
    became: float


def replay(
    config: RunConfig,
    weights: dict[str, Tensor],
    trace: Trace,
    change: Change,
    sequence: int = 0,
) -> Replay:
    """Replay one traced sequence with a change, by the cells' own `step`, in float64.

    Args:
        config: the run.
        weights: the model's parameters by name, any float type.
        trace: the same network's, which says what came before.
        change: what is changed.
        sequence: which of the traced sequences.
    """
    way = _Way(config, weights, trace, change, sequence)
    futures = way.futures()
    states = {}
    for name, known in trace.states.items():
        both = np.stack([known[:, :, sequence]] * 2)
        for layer in range(config.num_layers):
            found = torch.stack([step[layer][name] for step in futures], 1)
            both[:, layer, change.when :] = found.numpy()
        states[name] = both
    outputs = np.stack([trace.outputs[:, sequence]] * 2)
    for row, top in enumerate(states["h"][:, -1, change.when :]):
        outputs[row, change.when :] = way.model.readout(torch.from_numpy(top)).numpy()
    return Replay(outputs, states, way.was, way.became)


def predicted_distances(
    config: RunConfig,
    weights: dict[str, Tensor],
    trace: Trace,
    change: Change,
    sequence: int = 0,
    most: int | None = None,
) -> np.ndarray:
    """Return how far a change would move h if the network were linear along its path.

    It is the change times the product of the Jacobians along the unchanged path: what
    holds for a small change, extended to one of this size.

    Args:
        config: the run.
        weights: the model's parameters by name, any float type.
        trace: the same network's.
        change: what is changed.
        sequence: which of the traced sequences.
        most: time steps from the change on; all where there is none.

    Returns:
        (layer, time), the Euclidean norm over the units; 0 before the change and NaN
        after the last time step that was asked for.
    """
    way = _Way(config, weights, trace, change, sequence)
    tangents = way.tangents(most)
    found = np.zeros(trace.states["h"].shape[:2])
    found[:, change.when + len(tangents) :] = np.nan
    for layer in range(config.num_layers):
        slopes = torch.cat([step[layer] for step in tangents])
        end = change.when + len(tangents)
        found[layer, change.when : end] = slopes.norm(dim=1).numpy()
    return found


def _before(trace: Trace, config: RunConfig, t: int, sequence: int) -> list[State]:
    """Return each layer's state before time step t, (1, hidden) each."""
    if t == 0:
        zeros = torch.zeros(1, config.hidden_size, dtype=torch.float64)
        names = CELLS[config.cell].states
        return [dict.fromkeys(names, zeros) for _ in range(config.num_layers)]
    return [
        {
            name: torch.from_numpy(states[layer, t - 1, sequence : sequence + 1])
            for name, states in trace.states.items()
        }
        for layer in range(config.num_layers)
    ]


class _Way:
    """The network from a time step on, with and without a change there."""

    def __init__(
        self,
        config: RunConfig,
        weights: dict[str, Tensor],
        trace: Trace,
        change: Change,
        sequence: int,
    ) -> None:
        self.model = Model(config)
        self.model.load_state_dict(weights)
        self.model.double().requires_grad_(False)
        self.inputs = torch.from_numpy(trace.inputs[:, sequence : sequence + 1])
        self.start = _before(trace, config, change.when, sequence)
        self.change = change
        self.was = self.became = float("nan")

    def futures(self) -> list[list[State]]:
        """Return the states of all layers at each time step from t on.

        Both futures at once, (2, hidden) each, without the change and with it: the
        weights are read once for the two.
        """
        when, whole = self.change.when, torch.ones((), dtype=torch.float64)
        as_it_was = self._step(when, self.start)
        changed = self._step(when, self.start, whole)
        both = zip(as_it_was, changed, strict=True)
        first = [{name: torch.cat([a[name], b[name]]) for name in a} for a, b in both]
        return self._on(first, len(self.inputs))

    def _on(self, first: list[State], end: int) -> list[list[State]]:
        """Return what follows the states after time step t, up to `end`."""
        visited = [first]
        for t in range(self.change.when + 1, end):
            visited.append(self._step(t, visited[-1]))
        return visited

    def tangents(self, most: int | None) -> list[list[Tensor]]:
        """Return how h of each layer begins to move as the change grows from nothing.

        Args:
            most: time steps from t on.
        """
        when, start = self.change.when, self.start
        end = len(self.inputs) if most is None else min(when + most, len(self.inputs))
        kept = self._on(self._step(when, start), end)
        nothing, whole = torch.zeros(1, dtype=torch.float64), torch.ones(1).double()
        moved = _slope(
            lambda amount: _flat(self._step(when, start, amount[0])), [nothing], [whole]
        )
        found = [moved]
        for t, states in enumerate(kept[:-1], when + 1):
            moved = _slope(
                lambda *flat, t=t, like=states: _flat(self._step(t, _like(flat, like))),
                _flat(states),
                moved,
            )
            found.append(moved)
        names = list(start[0])
        h = names.index("h")
        return [moved[h :: len(names)] for moved in found]

    def _step(
        self, t: int, before: list[State], amount: Tensor | None = None
    ) -> list[State]:
        """Advance all layers; `amount` is how much of the change there is, from 0."""
        x, after = self.inputs[t].expand(len(before[0]["h"]), -1), []
        what = self.change.what if amount is not None else None
        if amount is not None and what == INPUT:
            x = self._changed(x, amount)
        for layer, cell in enumerate(self.model.cells):
            state, gates = cell.step(x, before[layer])
            if amount is not None and layer == self.change.layer:
                if what in gates:
                    held = {what: self._changed(gates[what], amount)}
                    state = one_step(cell, x, before[layer], t == 0, held)
                elif what in state:
                    state = state | {what: self._changed(state[what], amount)}
            after.append({name: state[name] for name in before[layer]})
            x = state["h"]
        return after

    def _changed(self, values: Tensor, amount: Tensor) -> Tensor:
        """Return (1, n) values with a part of the change of one of them."""
        index, by = self.change.index, self.change.amount
        self.was = values[0, index].item()
        self.became = self.was + by if self.change.how == "by" else by
        one = torch.zeros_like(values)
        one[0, index] = 1.0
        # Where all of it is put in its place, that is what stands there, to the bit.
        if amount.item() == 1:
            return torch.where(one == 1, self.became, values)
        return values + one * (self.became - self.was) * amount


def _flat(layers: list[State]) -> list[Tensor]:
    return [state[name] for state in layers for name in state]


def _like(flat: Sequence[Tensor], layers: list[State]) -> list[State]:
    rest = iter(flat)
    return [{name: next(rest) for name in state} for state in layers]


def _slope(
    function: Callable[..., list[Tensor]], at: list[Tensor], along: list[Tensor]
) -> list[Tensor]:
    """Return the derivative of all that a function returns, along one direction.

    By two backward passes: J'u is linear in u, and its derivative along v is J v.
    torch's forward mode does the same, but loads a compiler first (3 s, 80 MB); so
    does `grad` where it is given more than one number to start from.
    """
    inputs = [value.detach().requires_grad_() for value in at]
    outputs = function(*inputs)
    dummies = [torch.zeros_like(value, requires_grad=True) for value in outputs]
    back = torch.autograd.grad(
        _inner(outputs, dummies), inputs, create_graph=True, materialize_grads=True
    )
    forward = _inner(back, along)
    if not forward.requires_grad:
        return [torch.zeros_like(value) for value in outputs]
    return list(torch.autograd.grad(forward, dummies, materialize_grads=True))


def _inner(values: Sequence[Tensor], others: Sequence[Tensor]) -> Tensor:
    products = [(a * b).sum() for a, b in zip(values, others, strict=True)]
    return torch.stack(products).sum()


def distances(states: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return |h_t - h'_t|, (layer, time), of states as `Replay` has them."""
    return np.linalg.norm(states["h"][1] - states["h"][0], axis=-1)
