"""The memory horizon: how long a lag each variant bridges, and how long it should.

Each trial is a run: one variant on delayed recall over T time steps. Longer ones come
after shorter ones, and after a length at which all seeds failed there is none.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np

from explorer.batches import traced_batch
from explorer.config import RunConfig
from explorer.duels._duel import Duel
from explorer.duels._results import solved_at
from explorer.model import Model
from explorer.probes.jacobians import state_jacobians
from explorer.probes.products import log10_product_norms
from explorer.step_map import layer_cell
from explorer.store import Records, Run

LENGTHS = (10, 20, 40, 80, 160)
"""The sequence lengths T that are tried, ascending."""
STEPS = 600
"""How many updates a trial has."""
LARGEST_BATCH = 32
FRACTION = 1e-3
"""Below which part of it the gradient counts as gone."""
JACOBIAN_WORK = 2 * 10**8
"""How many multiplications of S x S matrices' entries a prediction may take: 0.3 s."""
TOO_LARGE = -1
"""For the lag of a network so large that it was not followed to where it may lie."""

Outcome = Literal["solved", "failed", "open"]
"""A trial's: its metric passed the mark, it ended without, or it has not ended."""


def trial(config: RunConfig, length: int) -> RunConfig:
    """Return the run that tries a variant at one length."""
    return RunConfig(
        **config.model_dump(exclude={"task_params", "text", "changes"})
        | {
            "task": "delayed_recall",
            "seq_len": length,
            "steps": STEPS,
            "batch_size": min(config.batch_size, LARGEST_BATCH),
        }
    )


Trials = tuple[tuple[tuple[RunConfig, ...], ...], ...]
"""[variant][length][seed]"""


@lru_cache(maxsize=8)
def trials_of(duel: Duel) -> Trials:
    """Return all trials of a duel."""
    return tuple(
        tuple(tuple(trial(config, length) for config in seeds) for length in LENGTHS)
        for seeds in duel.runs
    )


def outcome(config: RunConfig, run: Run | None, records: Records | None) -> Outcome:
    """Return what is known of a trial."""
    if records is not None and solved_at(config, records) is not None:
        return "solved"
    if run is not None and run.status in ("done", "diverged", "failed"):
        return "failed"
    return "open"


def trials_due(found: Sequence[Sequence[Outcome]]) -> int | None:
    """Return at which of its lengths a variant is to be tried now; None at none.

    Args:
        found: [length][seed], the outcomes of one variant, as far as they are known.
    """
    for place, outcomes in enumerate(found):
        if "open" in outcomes:
            return place
        if "solved" not in outcomes:
            return None
    return None


def reached(found: Sequence[Sequence[Outcome]]) -> int | None:
    """Return the longest T that most seeds of a variant solved; None where none is."""
    solved = [
        length
        for length, outcomes in zip(LENGTHS, found, strict=False)
        if sum(each == "solved" for each in outcomes) * 2 > len(outcomes)
    ]
    return max(solved, default=None)


def predicted_lag(config: RunConfig, fraction: float = FRACTION) -> int | None:
    """Return after how many steps back an untrained net's gradient is all but gone.

    That is the first lag k at which the spectral norm of ds_T/ds_{T-k} of its first
    layer, over one held-out sequence, is below `fraction`, and stays there.

    Args:
        config: a trial at the longest length.
        fraction: of the gradient at T itself.

    Returns:
        None where it is not gone at the sequence's beginning; TOO_LARGE where that
        could not be looked at.
    """
    cell = layer_cell(config, Model(config).state_dict(), 0)
    inputs = traced_batch(config).inputs[:, 0].numpy()
    size = config.hidden_size * len(cell.states)
    last = min(len(inputs), max(2, JACOBIAN_WORK // size**3))
    jacobians = state_jacobians(cell, inputs, last).whole
    logs = log10_product_norms(jacobians, np.arange(len(jacobians) + 1))
    above = np.flatnonzero(~(logs < np.log10(fraction)))
    gone = int(above[-1]) + 1 if len(above) else 0
    if gone < len(logs):
        return gone
    return None if last == len(inputs) else TOO_LARGE
