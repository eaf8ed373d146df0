"""Our engine's update, from the parts that `explorer.training` is made of."""

from collections.abc import Callable

import torch

from benchmarks._peers import INPUTS, OURS, Work
from explorer.config import RunConfig
from explorer.devices import keep_freed_memory
from explorer.model import Model
from explorer.optimisers import OPTIMISERS
from explorer.training import flushing_subnormals


def version() -> str:
    """Return what it stands on."""
    return f"torch {torch.__version__}"


def ways(work: Work) -> dict[str, Callable[[], float]]:
    """Return the one way that the app has.

    The task is adding, which has two inputs and asks for one value at the end. T and B
    are the inputs' alone, so they may be beyond what a run in the app may have.
    """
    torch.set_num_threads(1)
    keep_freed_memory()
    config = RunConfig(
        task="adding",
        cell=work.cell,
        activation=work.activation,
        hidden_size=work.hidden,
        init="default",
    )
    task, model = config.build_task(), Model(config)
    optimiser = OPTIMISERS[config.optimiser](list(model.parameters()), 1e-3)
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(work.time, work.batch, INPUTS, generator=generator)
    targets = torch.randn(work.batch, 1, generator=generator)
    made = 0

    @flushing_subnormals()
    def update() -> float:
        nonlocal made
        optimiser.zero_grad()
        loss = task.losses(model(inputs), targets).mean()
        loss.backward()
        made += 1
        optimiser.step(made)
        return loss.item()

    return {OURS: update}
