"""What is known of a run: its records, and at any recorded step the whole network.

A run that nobody has trained yet is known too: at step 0, from its initial weights.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import load
from torch import Tensor

from explorer import kernels
from explorer.batches import evaluation_batch, traced_batch
from explorer.config import RunConfig
from explorer.model import Model, Trace, trace
from explorer.store import Records, Store
from explorer.tasks import Score
from explorer.training import Snapshot, Training


class History(NamedTuple):
    """What has been recorded of a run.

    Attributes:
        records: loss, metric and norms at the recorded steps.
        weight_steps: the steps whose weights are there, ascending, never empty; the
            last one is as far as the run has come.
    """

    records: Records
    weight_steps: list[int]


@lru_cache(maxsize=32)
def initial_snapshot(config: RunConfig) -> Snapshot:
    """Return a run before its first update."""
    with kernels.without():  # who only looks needs no compiler
        return Training(config).snapshot()


def history(store: Store, config: RunConfig) -> History:
    """Return all that has been recorded of a run, or its beginning if nothing has."""
    records, steps = store.records(config.key), store.weight_steps(config.key)
    run = store.run(config.key)
    if run is None or not len(records.step):
        first = initial_snapshot(config)
        values = (first.step, first.loss, first.metric, first.grad_norm, first.seconds)
        records = Records(*(np.array([value]) for value in values))
    if run is not None and run.step > max(steps, default=0):
        steps = [*steps, run.step]
    return History(records, steps or [0])


def weights_at(store: Store, config: RunConfig, step: int) -> dict[str, Tensor]:
    """Return the network's parameters by name after a recorded step, on the CPU.

    Raises:
        LookupError: the step's weights are not (or no longer) there.
    """
    if step == 0:
        return initial_snapshot(config).weights
    data = store.weights(config.key, step)
    if data is not None:
        return load(data)
    newest = store.checkpoint(config.key)
    if newest is None or newest[0] != step:
        raise LookupError(f"step {step} of run {config.key} is not recorded")
    prefix = "model."
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in load(newest[1]).items()
        if name.startswith(prefix)
    }


def trace_at(store: Store, config: RunConfig, step: int) -> Trace:
    """Return the network's trace with the weights of a recorded step.

    Raises:
        LookupError: the step's weights are not (or no longer) there.
    """
    return trace(config, weights_at(store, config, step), traced_batch(config))


def scores_at(store: Store, config: RunConfig, step: int) -> list[Score]:
    """Return the task's further metrics with the weights of a recorded step.

    Raises:
        LookupError: the step's weights are not (or no longer) there.
    """
    return scores_of(config, weights_at(store, config, step))


@torch.no_grad()
def scores_of(config: RunConfig, weights: dict[str, Tensor]) -> list[Score]:
    """Return the task's further metrics, on the sequences of the run's metric."""
    model, batch = Model(config), evaluation_batch(config)
    model.load_state_dict(weights)
    with kernels.without():
        outputs = model(batch.inputs)
    return config.build_task().scores(batch, outputs)


@lru_cache(maxsize=64)
def parameter_counts(config: RunConfig) -> tuple[int, int]:
    """Return how many weights and biases the cells have, and the readout."""
    model = Model(config)
    parts = model.layers, model.readout
    cells, readout = (sum(p.numel() for p in part.parameters()) for part in parts)
    return cells, readout
