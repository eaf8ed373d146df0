"""What holds for every task, at its default, shortest and other lengths."""

import math

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from explorer.config import RunConfig
from explorer.fields import numbers
from explorer.tasks import IGNORE, TASKS, Batch, Task

BATCH = 6
NAMES = TASKS.names()
PER_STEP = ("series", "classes", "labels")


def extremes(name: str) -> list[Task]:
    """Return the task at its defaults and with each number at each of its bounds."""
    fields = numbers(TASKS[name])
    default = {n: number.default for n, number in fields.items()}
    found = [TASKS[name](**default)]
    for field, number in fields.items():
        for bound in (number.minimum, number.maximum):
            found.append(TASKS[name](**default | {field: bound}))
    return found


VARIANTS = [
    pytest.param(task, id=f"{name}-{index}")
    for name in NAMES
    for index, task in enumerate(extremes(name))
]
every_variant = pytest.mark.parametrize("task", VARIANTS)
every_task = pytest.mark.parametrize("name", NAMES)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def default(name: str) -> Task:
    return extremes(name)[0]


def perfect(task: Task, batch: Batch) -> torch.Tensor:
    """Return what a readout that knows the answer would say at every time step."""
    if task.answer_kind == "series":
        return batch.targets
    if task.answer_kind == "value":
        return batch.targets.expand(task.seq_len, -1, -1)
    if task.answer_kind == "labels":
        return 200.0 * batch.targets.clamp(min=0)[..., None] - 100
    answer = torch.eye(len(task.output_names))[batch.targets.clamp(min=0)]
    return (100 * answer).expand(task.seq_len, -1, -1)


def target_shape(task: Task, count: int) -> tuple[int, ...]:
    outputs = len(task.output_names)
    return {
        "class": (count,),
        "value": (count, outputs),
        "series": (task.seq_len, count, outputs),
        "classes": (task.seq_len, count),
        "labels": (task.seq_len, count),
    }[task.answer_kind]


@every_variant
@pytest.mark.parametrize("method", ["sample", "evaluation"])
def test_batches_have_the_promised_shapes_and_types(task, method):
    batch = getattr(task, method)(BATCH, generator())
    count = batch.inputs.shape[1]
    assert batch.inputs.shape == (task.seq_len, count, len(task.input_names))
    assert batch.inputs.dtype == torch.float32
    assert batch.inputs.isfinite().all()
    assert batch.targets.shape == target_shape(task, count)
    is_value = task.answer_kind in ("value", "series")
    assert batch.targets.dtype == (torch.float32 if is_value else torch.int64)
    assert method == "evaluation" or count == BATCH


@pytest.mark.parametrize(
    "name", ["anbn", "copying", "dyck", "embedded_reber", "parity"]
)
def test_an_accuracy_is_the_share_of_right_answers_where_they_are_counted(name):
    task = default(name)
    batch = task.sample(BATCH, generator())
    shape = task.seq_len, BATCH, len(task.output_names)
    outputs = torch.randn(shape, generator=generator(7))
    counted = task.counted(batch.inputs, batch.targets)
    right = (task.said(outputs, batch.targets) == batch.targets)[counted]
    assert 0 < len(right) and not right.all()
    assert task.metric(outputs, batch.targets) == right.double().mean().item()
    one = task.counted(batch.inputs[:, 1], batch.targets[:, 1])
    assert torch.equal(one, counted[:, 1])
    assert (batch.targets[counted] != IGNORE).all()


@every_variant
def test_symbols_are_one_hot_and_answers_are_classes(task):
    batch = task.sample(BATCH, generator())
    if task.input_kind == "symbols":
        assert torch.equal(batch.inputs.sum(2), torch.ones(task.seq_len, BATCH))
        assert set(batch.inputs.unique().tolist()) == {0.0, 1.0}
    if task.answer_kind == "class":
        assert 0 <= batch.targets.min()
        assert batch.targets.max() < len(task.output_names)
    if task.answer_kind in ("classes", "labels"):
        count = 2 if task.answer_kind == "labels" else len(task.output_names)
        assert set(batch.targets.unique().tolist()) <= {IGNORE, *range(count)}
        assert (batch.targets != IGNORE).any(0).all(), "each sequence asks something"
    if task.answer_kind == "labels":
        assert len(task.output_names) == 1
    if task.value_range is not None:
        low, high = task.value_range
        assert low <= batch.targets.min() and batch.targets.max() <= high


@every_task
@pytest.mark.parametrize("method", ["sample", "evaluation"])
def test_the_generator_alone_decides_what_is_drawn(name, method):
    draw = getattr(default(name), method)
    torch.manual_seed(1)
    first = draw(BATCH, generator(5))
    torch.manual_seed(2)
    again = draw(BATCH, generator(5))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    if method == "sample":
        assert not torch.equal(first.inputs, draw(BATCH, generator(6)).inputs)


@every_variant
def test_a_perfect_answer_has_no_loss_and_the_best_metric(task):
    batch = task.evaluation(BATCH, generator())
    outputs = perfect(task, batch)
    assert task.losses(outputs, batch.targets).abs().max() < 1e-9
    best = 1.0 if task.higher_is_better else 0.0
    assert task.metric(outputs, batch.targets) == pytest.approx(best, abs=1e-9)


@every_variant
def test_the_guess_is_worse_than_perfect_and_finite(task):
    baseline = task.baseline()
    assert baseline.loss is None or 0 < baseline.loss < math.inf
    best = 1.0 if task.higher_is_better else 0.0
    assert 0 <= baseline.metric < math.inf and baseline.metric != best


@every_variant
def test_a_guess_has_not_solved_a_task_and_a_perfect_answer_has(task):
    if task.mark is None:
        assert not task.solved(math.inf) and not task.solved(-math.inf)
        return
    assert not task.solved(task.baseline().metric) and not task.solved(math.nan)
    assert task.solved(1.0 if task.higher_is_better else 0.0)


@every_variant
def test_rivals_reach_something_finite_and_have_names_of_their_own(task):
    rivals = task.rivals()
    for rival in rivals:
        assert rival.loss is None or 0 <= rival.loss < math.inf
        assert 0 <= rival.metric < math.inf
        assert rival.metric <= 1 or not task.higher_is_better
    for language in ("en", "zh"):
        names = [getattr(guess.title, language) for guess in (task.baseline(), *rivals)]
        assert all(names) and len(set(names)) == len(names)


@every_task
def test_the_settings_are_those_of_a_run_that_can_be_made(name):
    settings = TASKS[name].settings
    apart = {"task", "seq_len", "task_params", "text", "seed", "device"}
    assert {"cell", "hidden_size", "learning_rate", "steps"} <= set(settings)
    assert set(settings) <= set(RunConfig.model_fields) - apart
    config = RunConfig(task=name, **settings)
    assert config.model_dump() | settings == config.model_dump()


@every_task
def test_what_can_be_trained_on_is_always_the_same_and_never_evaluated(name):
    task = default(name)
    examples = task.examples()
    if examples is None:
        return
    count = examples.inputs.shape[1]
    assert examples.inputs.shape == (task.seq_len, count, len(task.input_names))
    assert examples.targets.shape == target_shape(task, count)
    again = default(name).examples()
    assert all(torch.equal(a, b) for a, b in zip(examples, again, strict=True))
    known = {column.numpy().tobytes() for column in examples.inputs.unbind(1)}
    drawn = task.sample(BATCH, generator()).inputs.unbind(1)
    assert {column.numpy().tobytes() for column in drawn} <= known
    held_out = task.evaluation(BATCH, generator()).inputs.unbind(1)
    assert not known & {column.numpy().tobytes() for column in held_out}


@every_variant
def test_readings_and_scores_are_words_and_numbers_with_names(task):
    batch = task.evaluation(BATCH, generator())
    shape = (*batch.inputs.shape[:2], len(task.output_names))
    outputs = torch.randn(shape, generator=generator(1))
    for i in range(min(BATCH, shape[1])):
        targets = batch.targets.select(task.sequences_axis, i)
        for reading in task.readings(batch.inputs[:, i], targets, outputs[:, i]):
            assert reading.title.en and reading.title.zh
            for word, mark in reading.words:
                assert isinstance(word, str)
                assert mark in ("", "right", "wrong", "kept", "dropped", "missed")
    scores = task.scores(batch, outputs)
    assert len({tuple(score.values) for score in scores}) <= 1, "the same metrics"
    assert all(math.isfinite(v) for score in scores for v in score.values.values())


@every_task
def test_the_loss_of_a_sequence_is_its_own_and_as_the_textbook_says(name):
    task = default(name)
    batch = task.sample(BATCH, generator())
    shape = (task.seq_len, BATCH, len(task.output_names))
    outputs = torch.randn(shape, generator=generator(1))
    losses = task.losses(outputs, batch.targets)
    y, z = outputs.double().numpy(), batch.targets.numpy()
    for i in range(BATCH):
        if task.answer_kind == "class":
            expected = np.log(np.exp(y[-1, i]).sum()) - y[-1, i, z[i]]
        elif task.answer_kind in ("classes", "labels"):
            asked = np.flatnonzero(z[:, i] != IGNORE)
            no = np.zeros(task.seq_len) if task.answer_kind == "labels" else None
            all_y = y[:, i] if no is None else np.stack([no, y[:, i, 0]], axis=1)
            surprises = [
                np.log(np.exp(all_y[t]).sum()) - all_y[t, z[t, i]] for t in asked
            ]
            expected = np.mean(surprises)
        elif task.answer_kind == "value":
            expected = np.mean((y[-1, i] - z[i]) ** 2)
        else:
            expected = np.mean((y[:, i] - z[:, i]) ** 2)
        assert losses[i].item() == pytest.approx(expected, rel=1e-5)
    assert losses.shape == (BATCH,)


@every_task
def test_answers_count_where_something_is_asked_and_nowhere_else(name):
    task = default(name)
    batch = task.sample(BATCH, generator())
    shape = (task.seq_len, BATCH, len(task.output_names))
    outputs = torch.randn(shape, generator=generator(1), requires_grad=True)
    (slope,) = torch.autograd.grad(task.losses(outputs, batch.targets).sum(), outputs)
    if task.answer_kind in PER_STEP:
        asked = batch.targets != IGNORE
        asked = asked.any(2) if task.answer_kind == "series" else asked
    else:
        asked = torch.zeros(shape[:2], dtype=torch.bool)
        asked[-1] = True
    assert torch.equal(slope.any(2), asked)


@every_variant
def test_classes_have_names_and_times_have_labels(task):
    batch = task.evaluation(BATCH, generator())
    classes, names = task.classes(batch), task.class_names()
    if classes is None:
        assert names == []
    else:
        assert classes.shape == batch.inputs.shape[:2]
        assert classes.dtype == torch.int64
        assert 0 <= classes.min() and classes.max() < len(names)
        assert len({text.en for text in names}) == len(names)
    times = task.times()
    assert len(times) == task.seq_len
    assert all(b - a == 1 for a, b in zip(times, times[1:], strict=False))


@every_variant
def test_message_symbols_are_among_the_symbols(task):
    symbols = task.message_symbols
    assert (symbols is None) == (task.input_kind == "values")
    if symbols is not None:
        assert set(symbols) < set(range(len(task.input_names)))


@every_task
def test_channels_and_answers_have_different_names_in_both_languages(name):
    for texts in (default(name).input_names, default(name).output_names):
        assert texts and all(text.en and text.zh for text in texts)
        assert len({text.en for text in texts}) == len(texts)
        assert len({text.zh for text in texts}) == len(texts)


@every_task
def test_numbers_out_of_bounds_and_unknown_names_are_refused(name):
    fields = numbers(TASKS[name])
    good = {n: number.default for n, number in fields.items()}
    for field, number in fields.items():
        below, above = (
            (number.minimum - 1, number.maximum + 1)
            if number.integer
            else (
                number.minimum - 1e-12,
                number.maximum + 1e-12,
            )
        )
        for bad in (below, above, math.nan, math.inf, "x", None):
            with pytest.raises(ValidationError):
                TASKS[name](**good | {field: bad})
    with pytest.raises(ValidationError):
        TASKS[name](**good, nonsense=1)
