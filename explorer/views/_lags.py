"""What is left after k steps: measured on Jacobians of one layer and sequence."""

from typing import NamedTuple

import numpy as np

from explorer.probes.gates import log10_direct_path
from explorer.probes.jacobians import state_jacobians
from explorer.probes.products import (
    log10_ceiling,
    log10_singular_values,
    spread_lags,
)
from explorer.step_map import layer_cell
from explorer.views._kept import Kept
from explorer.views._view import SHOWN, Scene

MOST_LAGS, LEAST_LAGS = 40, 4
MOST_STEPS, LEAST_STEPS = 300, 16
ENTRIES = 2_500_000
"""How many entries the Jacobians may have: they take a tenth of a second."""
EASY = 64
"""Up to this size of the state, all lags are taken apart within a tenth of a second."""
_MEASURED: "Kept[Lags]" = Kept(64)


class Lags(NamedTuple):
    """What passes through the last k steps of the sequence that is shown.

    Attributes:
        lags: k, (lags,), ascending from 0.
        values: log10 of the singular values of ds_T/ds_{T-k}, (lags, S), descending;
            -inf where nothing passes, NaN where a Jacobian is not finite.
        ceiling: log10 of (gamma sigma_max(W_hh))^k, (lags,); None but for the RNN.
        direct: log10 of what the gates alone let pass, unit by unit, (lags, H); None
            where no gate stands on that path.
        names: the states of which s consists.
        length: T.
    """

    lags: np.ndarray
    values: np.ndarray
    ceiling: np.ndarray | None
    direct: np.ndarray | None
    names: tuple[str, ...]
    length: int

    @property
    def reach(self) -> int:
        """The largest lag: fewer than T steps where the state is large."""
        return int(self.lags[-1])

    @property
    def states(self) -> str:
        """What s is: one state's name, or several in brackets."""
        joined = ", ".join(self.names)
        return joined if len(self.names) == 1 else f"({joined})"


def lags_of(scene: Scene, layer: int) -> Lags:
    """Return what passes through one layer, measured once for each recorded step."""
    name = (scene.config.key, scene.step, layer)
    return _MEASURED.get(name, lambda: _measured(scene, layer))


def _measured(scene: Scene, layer: int) -> Lags:
    trace = scene.trace
    cell = layer_cell(scene.config, dict(scene.weights), layer)
    below = trace.states["h"][layer - 1] if layer else trace.inputs
    size = scene.config.hidden_size * len(cell.states)
    steps = int(np.clip(ENTRIES // size**2, LEAST_STEPS, MOST_STEPS))
    jacobians = state_jacobians(cell, below[:, SHOWN], last=steps)
    most = int(np.clip(MOST_LAGS * (EASY / size) ** 1.2, LEAST_LAGS, MOST_LAGS))
    lags = spread_lags(len(jacobians.whole), most)
    inside = {n: gate[layer, :, SHOWN] for n, gate in trace.gates.items()}
    direct = log10_direct_path(cell, inside)
    return Lags(
        lags=lags,
        values=log10_singular_values(jacobians.whole, lags),
        ceiling=log10_ceiling(cell, lags),
        direct=None if direct is None else direct[lags],
        names=jacobians.names,
        length=len(below),
    )
