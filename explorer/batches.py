"""Which sequences an update, the metric and the pictures see.

Each is drawn by a generator of its own, seeded by the run's seed, the purpose and, for
an update, its number: a run that is resumed sees the same as one that never stopped.
"""

import math

import torch
from torch import Tensor

from explorer.config import RunConfig
from explorer.model import EPOCHS, EVALUATION, TRAINING_BATCHES, seeded
from explorer.tasks import Batch, Task

EVALUATED = 100
"""How many sequences the metric is measured on, fewer where they are big."""
EVALUATED_STATES = 4_000_000
"""How many states that may take, hidden x layers x length x sequences."""
TRACED = 12
"""How many sequences the pictures show."""
TRACED_STATES = 1_000_000
"""How many states the pictures may hold, hidden x layers x length x sequences."""


def training_batch(config: RunConfig, task: Task, step: int) -> Batch:
    """Return the sequences of the update after `step` others.

    A task with a fixed set of examples goes through all of them in a new order each
    epoch; the last batch of an epoch has what is left.
    """
    examples = task.examples()
    if examples is None:
        generator = seeded(config.seed, TRAINING_BATCHES, step)
        return task.sample(config.batch_size, generator)
    count = examples.inputs.shape[1]
    epoch, batch = divmod(step, _batches(count, config.batch_size))
    order = torch.randperm(count, generator=seeded(config.seed, EPOCHS, epoch))
    first = batch * config.batch_size
    return task.chosen(examples, order[first : first + config.batch_size])


def updates_per_epoch(config: RunConfig) -> int | None:
    """Return how many updates go once through all examples; None without a set."""
    examples = config.build_task().examples()
    if examples is None:
        return None
    return _batches(examples.inputs.shape[1], config.batch_size)


def _batches(count: int, batch_size: int) -> int:
    return math.ceil(count / batch_size)


def evaluation_batch(config: RunConfig) -> Batch:
    """Return the held-out sequences that the metric is measured on."""
    states = config.hidden_size * config.num_layers * config.seq_len
    count = min(EVALUATED, max(10, EVALUATED_STATES // states))
    generator = seeded(config.seed, EVALUATION)
    return config.build_task().evaluation(count, generator)


def traced_batch(config: RunConfig) -> Batch:
    """Return the held-out sequences that the pictures show, fewer if they are big."""
    task, batch = config.build_task(), evaluation_batch(config)
    states = config.hidden_size * config.num_layers * config.seq_len
    count = max(1, min(TRACED, TRACED_STATES // states))
    count = min(count, batch.inputs.shape[1])
    return task.chosen(batch, _of_every_class(task.classes(batch), count))


def _of_every_class(classes: Tensor | None, count: int) -> Tensor:
    """Return which sequences to show, so that as many classes as can be are there.

    Args:
        classes: (time, batch) or None; a sequence is of the class that it ends in.
        count: how many to show.
    """
    if classes is None:
        return torch.arange(count)
    last = classes[-1]
    earlier = (last[:, None] == last).tril(-1).sum(1)  # of the same class before it
    return earlier.argsort(stable=True)[:count]
