"""Losses and metrics against formulas and scikit-learn."""

import math

import numpy as np
import torch
from torch import Tensor

from checks._cells import seeded
from checks._check import Cases, check
from checks._measures import absolute, relative
from checks._subjects import TASKS
from explorer.config import RunConfig
from explorer.tasks import IGNORE, Batch, Task
from explorer.tasks import TASKS as REGISTRY
from explorer.texts import Text

SAMPLES = 20_000
EXACT = Text(en="loss and metric pictures", zh="损失图与得分")


def held_out(task: Task, count: int = 50) -> Batch:
    """Return sequences that the metric is measured on, in float64."""
    batch = task.evaluation(count, seeded(11))
    real = batch.targets.is_floating_point()
    targets = batch.targets.double() if real else batch.targets
    return Batch(batch.inputs.double(), targets)


def silent(task: Task, batch: Batch) -> Tensor:
    """Return what a readout of zeros says, (time, batch, output)."""
    shape = (*batch.inputs.shape[:2], len(task.output_names))
    return torch.zeros(shape, dtype=torch.float64)


@check(
    TASKS,
    quantity=Text(
        en="Loss of a network that says nothing (zero readout), every task",
        zh="无输出网络（读出为零）的损失（每种任务）",
    ),
    reference=Text(
        en="ln K for K classes, ln 2 for yes or no, the mean of y² for values",
        zh="K 类为 ln K，是否题为 ln 2，数值题为 y² 的均值",
    ),
    where=Text(en="the loss curve at step 0", zh="第 0 步的损失曲线"),
    tolerance=1e-12,
)
def zero_readout() -> Cases:
    """Compare the loss of outputs that are all zero with its closed form."""
    for name in REGISTRY:
        task = RunConfig(task=name).build_task()
        batch = held_out(task)
        loss = task.losses(silent(task, batch), batch.targets).mean().item()
        classes = len(task.output_names)
        expected = {
            "class": lambda k=classes: math.log(k),
            "classes": lambda k=classes: math.log(k),
            "labels": lambda: math.log(2),
            "value": lambda b=batch: float(np.square(b.targets.numpy()).mean()),
            "series": lambda b=batch: float(np.square(b.targets.numpy()).mean()),
        }[task.answer_kind]()
        yield name, relative(loss, expected)


@check(
    TASKS,
    quantity=Text(
        en="Loss of random answers, every task", zh="随机回答的损失（每种任务）"
    ),
    reference=Text(
        en="scikit-learn's log_loss and mean_squared_error",
        zh="scikit-learn 的 log_loss 与 mean_squared_error",
    ),
    where=Text(en="the loss curve", zh="损失曲线"),
    tolerance=1e-9,
)
def losses() -> Cases:
    """Compare each sequence's loss with scikit-learn's, on random outputs."""
    for name in REGISTRY:
        task = RunConfig(task=name).build_task()
        batch = held_out(task, 10)
        outputs = torch.randn(
            silent(task, batch).shape, generator=seeded(12), dtype=torch.float64
        )
        found = task.losses(outputs, batch.targets)
        expected = [
            _loss(task, outputs[:, i], _of(task, batch.targets, i))
            for i in range(outputs.shape[1])
        ]
        yield name, relative(found, expected)


def _of(task: Task, targets: Tensor, sequence: int) -> np.ndarray:
    return targets.select(task.sequences_axis, sequence).numpy()


def _loss(task: Task, outputs: Tensor, targets: np.ndarray) -> float:
    """Return scikit-learn's loss of one sequence; outputs (time, output)."""
    from sklearn.metrics import log_loss, mean_squared_error

    if task.answer_kind == "series":
        return mean_squared_error(targets, outputs.numpy())
    if task.answer_kind == "value":
        return mean_squared_error(targets, outputs[-1].numpy())
    if task.answer_kind == "class":
        outputs, targets = outputs[-1:], targets[None]
    asked = targets != IGNORE
    if task.answer_kind == "labels":
        yes = 1 / (1 + np.exp(-outputs[asked, 0].numpy()))
        return log_loss(targets[asked], yes, labels=[0, 1])
    powers = np.exp(outputs.numpy()[asked])
    shares = powers / powers.sum(1, keepdims=True)
    return log_loss(targets[asked], shares, labels=range(shares.shape[1]))


@check(
    TASKS,
    quantity=Text(
        en="Accuracy of random answers, every task of classes",
        zh="随机回答的准确率（每种分类任务）",
    ),
    reference=Text(
        en="scikit-learn's accuracy_score over the steps that are asked",
        zh="scikit-learn 的 accuracy_score（仅计被问的步）",
    ),
    where=Text(en="the metric curve", zh="得分曲线"),
    tolerance=1e-12,
    kind="absolute",
)
def accuracies() -> Cases:
    """Compare the metric with scikit-learn's where it is called accuracy."""
    from sklearn.metrics import accuracy_score

    for name in REGISTRY:
        task = RunConfig(task=name).build_task()
        if task.metric_title.en != "accuracy":
            continue
        batch = held_out(task)
        shape = silent(task, batch).shape
        outputs = torch.randn(shape, generator=seeded(13), dtype=torch.float64)
        said = outputs if task.answer_kind != "class" else outputs[-1]
        said = said[..., 0] > 0 if task.answer_kind == "labels" else said.argmax(-1)
        asked = batch.targets != IGNORE
        expected = accuracy_score(batch.targets[asked], said[asked])
        yield name, absolute(task.metric(outputs, batch.targets), expected)
