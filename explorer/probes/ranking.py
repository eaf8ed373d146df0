"""Which units matter: what it costs to take one away from the readout."""

from typing import NamedTuple

import numpy as np
import torch

from explorer.config import RunConfig
from explorer.model import Trace


class Ranking(NamedTuple):
    """The units of the top layer by what the answer owes to them.

    Attributes:
        order: (hidden,), the units' numbers, the one that matters most first.
        costs: (hidden,), by unit: how much the mean loss grows without it, in units of
            the loss; negative where the answers get better.
    """

    order: np.ndarray
    costs: np.ndarray


def unit_ranking(config: RunConfig, readout: np.ndarray, trace: Trace) -> Ranking:
    """Fix one unit's h after the other at its mean and compute the loss anew.

    The mean is over the trace's time steps and sequences. The unit is fixed for the
    readout only: the states stay as they were, so the cost is that of what the unit
    says to the answer, exactly, and not of what it says to the other units.

    Args:
        config: the run.
        readout: (output, hidden), the readout's weights.
        trace: the network over some sequences.
    """
    task, hidden = config.build_task(), trace.states["h"][-1]
    outputs = torch.from_numpy(trace.outputs)
    targets = torch.from_numpy(trace.targets)
    away = torch.from_numpy(hidden.mean(axis=(0, 1)) - hidden)
    weights = torch.as_tensor(readout).double().numpy()
    columns = torch.from_numpy(weights.T.copy())
    before = float(trace.losses.mean())
    costs = np.array(
        [
            task.losses(outputs + away[..., [unit]] * column, targets).mean().item()
            for unit, column in enumerate(columns)
        ]
    )
    costs -= before
    return Ranking(np.argsort(-costs, kind="stable"), costs)
