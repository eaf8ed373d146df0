"""What ails a run: exploded, stalled, saturated or dead, each with its numbers.

Exploding and vanishing gradients and their cures: R. Pascanu, T. Mikolov & Y. Bengio,
"On the difficulty of training recurrent neural networks" (2013); saturated gates:
A. Karpathy, J. Johnson & L. Fei-Fei (2015).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.model import Trace
from explorer.probes.gates import saturation
from explorer.probes.gradients import state_gradient_norms

SPIKE = 100.0
"""How many times the usual a gradient's norm has to be, to count as exploded."""
BARELY = 0.1
"""A mean loss that is less than this share below the guess's is no better than it."""
PATIENCE = 100
"""How many updates a run may take before it can be said to have stalled."""
VANISHED = 1e-4
"""The share of the largest gradient that is left at t = 0 where it has vanished."""
EDGE, ALWAYS = 0.97, 0.95
"""|h| beyond which tanh is flat, and the share of the time that is all the time."""
WIDESPREAD = 0.25
"""The share of a layer's units from which on what ails them is a finding."""


@dataclass(frozen=True)
class Exploded:
    """The gradient's norm ran off.

    Attributes:
        step: where training stopped; of a run that goes on, the step of the largest
            norm.
        quantity: what was no longer finite, "loss" or "grad_norm"; None if all was.
        last_norm: the last finite norm before, or the largest; NaN if there is none.
        usual: the median of the finite recorded norms, or the first of them where that
            is smaller: a run that ends at once has no other.
        factor: `last_norm` over the usual.
    """

    step: int
    quantity: str | None
    last_norm: float
    usual: float
    factor: float


@dataclass(frozen=True)
class Stalled:
    """The last half of the training brought nothing beyond a guess.

    Attributes:
        since: the first step of that half.
        loss: the mean recorded loss in it.
        guess: the loss of the task's baseline.
    """

    since: int
    loss: float
    guess: float


@dataclass(frozen=True)
class Vanished:
    """The gradient of a loss at the end does not reach the beginning.

    Attributes:
        state: the state by which most of it arrives.
        first: |dL/ds_0| of that in the first layer, the mean over the sequences.
        largest: the same of whatever state and time it is largest for.
        ratio: the first over the largest.
    """

    state: str
    first: float
    largest: float
    ratio: float


@dataclass(frozen=True)
class Units:
    """Units of a layer that no longer answer to their input.

    Attributes:
        kind: "saturated": |h| above 0.97; "shut" or "open": a gate below 0.1 or above
            0.9; "dead": h is 0. All that nearly all the time, in every sequence.
        layer: which, from 0.
        name: "h", or the gate's name.
        units: their indices.
        share: how many of the layer's units they are, from 0 to 1.
    """

    kind: Literal["saturated", "shut", "open", "dead"]
    layer: int
    name: str
    units: tuple[int, ...]
    share: float


Finding = Exploded | Stalled | Vanished | Units


class Course(NamedTuple):
    """The records of a run, (records,) each, the steps ascending."""

    step: ArrayLike
    loss: ArrayLike
    grad_norm: ArrayLike


def diagnose(
    config: RunConfig,
    course: Course,
    trace: Trace,
    diverged: dict[str, Any] | None = None,
) -> list[Finding]:
    """Return what ails a run, the gravest first; nothing of one that is well.

    Args:
        config: the run.
        course: its records.
        trace: the network at its last sound step, over some sequences.
        diverged: what the store says of a run that diverged: `step`, `quantity` and
            `last_grad_norm`.
    """
    at, loss, norms = (np.asarray(column, dtype=np.float64) for column in course)
    exploded = _exploded(at, norms, diverged)
    stalled = None if diverged else _stalled(config, at, loss)
    found = [exploded, stalled, _vanished(config, trace)]
    sick = [finding for finding in found if finding is not None]
    return [*sick, *_gates(config, trace), *_states(config, trace)]


def _exploded(
    at: NDArray[np.float64],
    norms: NDArray[np.float64],
    diverged: dict[str, Any] | None,
) -> Exploded | None:
    known = np.isfinite(norms)
    finite = norms[known]
    usual = float(min(np.median(finite), finite[0])) if finite.size else np.nan
    if diverged is not None:
        last = diverged.get("last_grad_norm")
        last = np.nan if last is None else float(last)
        step, quantity = int(diverged["step"]), str(diverged["quantity"])
        return Exploded(step, quantity, last, usual, _ratio(last, usual))
    if not finite.size:
        return None
    worst = int(np.where(known, norms, -np.inf).argmax())
    factor = _ratio(norms[worst], usual)
    if not factor >= SPIKE:
        return None
    return Exploded(int(at[worst]), None, float(norms[worst]), usual, factor)


def _ratio(value: float, base: float) -> float:
    return float(value / base) if base > 0 else float("nan")


def _stalled(
    config: RunConfig, at: NDArray[np.float64], loss: NDArray[np.float64]
) -> Stalled | None:
    guess = config.build_task().baseline().loss
    if guess is None or guess <= 0 or at[-1] < PATIENCE:
        return None
    late = (at >= at[-1] / 2) & np.isfinite(loss)
    if not late.any() or loss[late].mean() < (1 - BARELY) * guess:
        return None
    return Stalled(int(at[late][0]), float(loss[late].mean()), float(guess))


def _vanished(config: RunConfig, trace: Trace) -> Vanished | None:
    """Compare what arrives by any state: an LSTM's c is a path of its own."""
    if not config.build_task().asked_at_end or len(trace.inputs) < 2:
        return None
    norms = {name: n[0] for name, n in state_gradient_norms(trace).items()}
    largest = float(max(n.max() for n in norms.values()))
    state = max(norms, key=lambda name: norms[name][0])
    first = float(norms[state][0])
    if not np.isfinite(largest) or largest <= 0 or first >= VANISHED * largest:
        return None
    return Vanished(state, first, largest, first / largest)


def _gates(config: RunConfig, trace: Trace) -> Iterator[Units]:
    """Find gates that are stuck, but for those that keep: that is what memory is."""
    cell = CELLS[config.cell]
    keeping = (cell.keep_block, "open" if cell.keep_sign > 0 else "shut")
    writing = (cell.write_block, "shut")  # chrono shuts it as far as it opens the other
    wanted = {keeping, writing} if config.init == "chrono" else {keeping}
    for name in cell.gates:
        for layer, gate in enumerate(trace.gates[name]):
            shut, opened = saturation(gate)
            if (name, "shut") not in wanted:
                yield from _units("shut", layer, name, shut > ALWAYS)
            if (name, "open") not in wanted:
                yield from _units("open", layer, name, opened > ALWAYS)


def _states(config: RunConfig, trace: Trace) -> Iterator[Units]:
    for layer, h in enumerate(trace.states["h"]):
        yield from _units("dead", layer, "h", (h == 0).all(axis=(0, 1)))
        if ACTIVATIONS[config.activation].bounded:
            flat = (np.abs(h) > EDGE).mean(axis=(0, 1))
            yield from _units("saturated", layer, "h", flat > ALWAYS)


def _units(
    kind: Literal["saturated", "shut", "open", "dead"],
    layer: int,
    name: str,
    sick: NDArray[np.bool_],
) -> Iterator[Units]:
    share = float(sick.mean())
    if share >= WIDESPREAD:
        units = tuple(int(unit) for unit in np.flatnonzero(sick))
        yield Units(kind, layer, name, units, share)
