"""Every update of the weights: formulas, clipping, slices."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from checks._cells import normal
from checks._check import Cases, check
from checks._measures import absolute, different, relative
from checks._subjects import TRAINING
from explorer.batches import training_batch
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.model import Model
from explorer.optimisers import OPTIMISERS
from explorer.slices import train_slice
from explorer.tasks import TASKS
from explorer.texts import Text
from explorer.training import Training

UPDATES = 60
REFERENCES = {
    "adam": torch.optim.Adam,
    "rmsprop": torch.optim.RMSprop,
    "momentum": lambda given, rate: torch.optim.SGD(given, rate, momentum=0.9),
    "sgd": torch.optim.SGD,
}


def _bumpy() -> list[Tensor]:
    shapes = ((3, 4), (5,), (2, 2))
    return [normal(*shape, seed=7).requires_grad_() for shape in shapes]


def _descend(values: list[Tensor]) -> None:
    for value in values:
        value.grad = None
    hills = [(v.square() + (3 * v).sin()).sum() for v in values]
    (hills[0] + 2 * hills[1] + 3 * hills[2]).backward()


@check(
    TRAINING,
    quantity=Text(
        en="SGD, momentum, RMSprop and Adam over 60 updates",
        zh="SGD、动量、RMSprop、Adam 的 60 次更新",
    ),
    reference=Text(en="torch.optim", zh="torch.optim"),
    where=Text(en="every training step", zh="每个训练步"),
    tolerance=1e-12,
)
def optimisers() -> Cases:
    """Compare all parameters after each update, on one bumpy function."""
    for name in OPTIMISERS:
        ours, theirs = _bumpy(), _bumpy()
        optimiser = OPTIMISERS[name](ours, 0.03)
        reference = REFERENCES[name](theirs, 0.03)
        for number in range(1, UPDATES + 1):
            _descend(ours)
            _descend(theirs)
            optimiser.step(number)
            reference.step()
        yield name, max(map(relative, ours, theirs))


@check(
    TRAINING,
    quantity=Text(
        en="Three clipped updates of a network, every cell",
        zh="网络的三次裁剪后更新（每种单元）",
    ),
    reference=Text(
        en="clip_grad_norm_ and torch.optim.Adam in a plain loop",
        zh="朴素循环：clip_grad_norm_ 与 torch.optim.Adam",
    ),
    where=Text(en="every training step", zh="每个训练步"),
    tolerance=1e-5,
)
def whole_updates() -> Cases:
    """Compare the weights with those of a loop of torch's own parts, in float32.

    Both round to float32, where the order of the same operations decides a last bit.
    """
    for name in CELLS:
        config = RunConfig(cell=name, seq_len=12, hidden_size=6, clip_norm=0.05)
        training = Training(config)
        list(training.run(3))
        expected = _plain_loop(config, 3)
        found = list(training.model.parameters())
        yield (
            name,
            max(absolute(a, b) for a, b in zip(found, expected, strict=True))
            / max(b.abs().max().item() for b in expected),
        )


def _plain_loop(config: RunConfig, updates: int) -> list[Tensor]:
    model, task = Model(config), config.build_task()
    adam = torch.optim.Adam(model.parameters(), config.learning_rate)
    for step in range(updates):
        batch = training_batch(config, task, step)
        adam.zero_grad()
        task.losses(model(batch.inputs), batch.targets).mean().backward()
        nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
        adam.step()
    return list(model.parameters())


@check(
    TRAINING,
    quantity=Text(
        en="A run trained in slices, paused and resumed",
        zh="分段训练、暂停又继续的运行",
    ),
    reference=Text(
        en="the same run in one go, bit for bit",
        zh="一次训练完的同一运行，逐位比较",
    ),
    where=Text(en="Train, Pause, Step", zh="训练、暂停、单步"),
    tolerance=0,
    kind="exact",
)
def slices() -> Cases:
    """Count the weights that differ after eleven updates in three pieces."""
    for cell, task in _cells_and_tasks():
        config = RunConfig(cell=cell, task=task, seq_len=_short(task), hidden_size=6)
        whole = train_slice(config, None, 11, 60)
        checkpoint, parts = None, []
        for goal in (1, 6, 11):
            part = train_slice(config, checkpoint, goal, 60)
            checkpoint = part.checkpoint
            parts += part.records
        ours, theirs = (
            Training(config, each.checkpoint).model.state_dict().values()
            for each in (part, whole)
        )
        wrong = sum(map(different, ours, theirs))
        wrong += different(parts[-1].loss, whole.records[-1].loss)
        yield f"{cell}, {task}", wrong


def _cells_and_tasks() -> Iterator[tuple[str, str]]:
    """Yield every cell once and every task once."""
    cells, tasks = CELLS.names(), TASKS.names()
    for i in range(max(len(cells), len(tasks))):
        yield cells[i % len(cells)], tasks[i % len(tasks)]


def _short(task: str) -> int:
    """Return a short length that the task can have."""
    from explorer.fields import numbers

    length = numbers(TASKS[task])["seq_len"]
    return int(min(max(length.minimum, 20), length.maximum))
