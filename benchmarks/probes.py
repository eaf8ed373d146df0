"""How fast the measurements are: what one view needs, and the three goals.

    python -m benchmarks.probes

Medians, on one thread and in float64, of a layer of 64 units over 200 time steps. Each
line has the time that passed and the CPU's own, which other programs lengthen less.
"""

from collections.abc import Callable
from time import perf_counter, thread_time

import numpy as np
import torch

from explorer.batches import evaluation_batch, traced_batch
from explorer.cells import CELLS, Cell
from explorer.config import RunConfig
from explorer.dynamics.bifurcation import bifurcation
from explorer.dynamics.fixed_points import fixed_points, search_states
from explorer.dynamics.lyapunov import lyapunov_spectrum
from explorer.dynamics.phase_portrait import phase_portrait
from explorer.dynamics.spectra import state_eigenvalues
from explorer.model import Model, trace
from explorer.probes.gates import log10_direct_path, saturation
from explorer.probes.gradients import input_gradients, state_gradient_norms
from explorer.probes.jacobians import state_jacobians
from explorer.probes.memory import memory_curve
from explorer.probes.products import (
    log10_product_norms,
    log10_singular_values,
    spread_lags,
)
from explorer.probes.ranking import unit_ranking
from explorer.probes.recurrence import recurrence
from explorer.probes.trajectories import principal_components
from explorer.step_map import StepMap, layer_cell
from explorer.training import train

TIME, HIDDEN, REPEATS = 200, 64, 7
VIEW, SEARCH, SPECTRUM = 0.1, 3.0, 1.0
"""The goals in seconds: a probe for one view, fixed points, 1000 steps' exponents."""


def main() -> None:
    """Print what was measured, a line each, beside its goal."""
    torch.set_num_threads(1)
    for name in ("rnn", "gru", "lstm"):
        _along_one_sequence(name)
    _over_some_sequences()
    _dynamics()
    _flip_flop()


def _cell(name: str) -> Cell:
    cell = CELLS[name](3, HIDDEN, "tanh")
    cell.reset(torch.Generator().manual_seed(0))
    return cell


def _along_one_sequence(name: str) -> None:
    cell, lags = _cell(name), spread_lags(TIME, 20)
    inputs = np.random.default_rng(0).standard_normal((TIME, 3))
    whole = state_jacobians(cell, inputs).whole
    states = StepMap(cell).unroll(torch.tensor(inputs)[:, None])[1:, 0]
    some = slice(None, None, TIME // 10)
    _tell(f"{name}: Jacobians", lambda: state_jacobians(cell, inputs), VIEW)
    _tell(f"{name}: norms of products", lambda: log10_product_norms(whole, lags), VIEW)
    _tell(
        f"{name}: singular values of products",
        lambda: log10_singular_values(whole, lags),
        VIEW,
    )
    _tell(
        f"{name}: eigenvalues at 10 states",
        lambda: state_eigenvalues(cell, states[some], torch.tensor(inputs)[some]),
        VIEW,
    )


def _over_some_sequences() -> None:
    config = RunConfig(task="adding", seq_len=TIME, cell="lstm", hidden_size=HIDDEN)
    batch, weights = traced_batch(config), Model(config).state_dict()
    recorded = trace(config, weights, batch)
    hidden, cell = recorded.states["h"][-1], layer_cell(config, weights, 0)
    opened = {name: gate[0, :, 0] for name, gate in recorded.gates.items()}
    readout = weights["readout.weight"].numpy()
    probes: dict[str, Callable[[], object]] = {
        "gradients by the states": lambda: state_gradient_norms(recorded),
        "gradients by the inputs": lambda: input_gradients(config, weights, batch),
        "saturation of a gate": lambda: saturation(recorded.gates["f"][0]),
        "direct path": lambda: log10_direct_path(cell, opened),
        "memory of 50 steps": lambda: memory_curve(recorded.inputs, hidden, 50),
        "recurrence plot": lambda: recurrence(hidden[:, 0]),
        "ranking of units": lambda: unit_ranking(config, readout, recorded),
        "principal components": lambda: principal_components(hidden),
    }
    for name, probe in probes.items():
        _tell(f"lstm, {hidden.shape[1]} sequences: {name}", probe, VIEW)


def _dynamics() -> None:
    inputs, x, two = np.zeros((1000, 3)), np.zeros(3), CELLS["gru"](3, 2, "tanh")
    for name, every in (("rnn", 1), ("gru", 1), ("lstm", 1), ("lstm", 2)):
        cell = _cell(name)
        _tell(
            f"{name}: Lyapunov spectrum over 1000 steps, QR every {every}",
            lambda cell=cell, every=every: lyapunov_spectrum(cell, inputs, every=every),
            SPECTRUM,
        )
    _tell("gru: phase portrait", lambda: phase_portrait(two, x), VIEW)
    starts, gains = 0.1 * torch.randn(2, 2), np.linspace(0.1, 4, 100)
    _tell("gru: bifurcation", lambda: bifurcation(two, gains, x, starts), VIEW)


def _flip_flop() -> None:
    for name, hidden in (("rnn", 24), ("gru", HIDDEN), ("lstm", 32)):
        config = RunConfig(
            task="flip_flop", cell=name, hidden_size=hidden, steps=300, init="default"
        )
        *_, trained = train(config)
        cell = layer_cell(config, trained.weights, 0)
        visited = StepMap(cell).unroll(evaluation_batch(config).inputs.double())
        starts, x = search_states(visited), np.zeros(3)
        found = fixed_points(cell, starts, x)
        _tell(
            f"{name}, {hidden} units, flip-flop: {found.fixed.sum()} fixed points, "
            f"{found.stable.sum()} stable",
            lambda cell=cell, starts=starts, x=x: fixed_points(cell, starts, x),
            SEARCH,
        )


def _tell(what: str, measure: Callable[[], object], goal: float) -> None:
    """Print the median time, and the CPU's own where other programs run beside."""
    walls, works = [], []
    for _ in range(REPEATS):
        began, worked = perf_counter(), thread_time()
        measure()
        walls.append(perf_counter() - began)
        works.append(thread_time() - worked)
    wall, work = (sorted(times)[REPEATS // 2] * 1e3 for times in (walls, works))
    told = "" if wall <= goal * 1e3 else "  MISSED"
    print(f"{what}: {wall:.1f} ms, CPU {work:.1f} (goal {goal * 1e3:.0f}){told}")


if __name__ == "__main__":
    main()
