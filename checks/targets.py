"""What a task asks, read again from its inputs as a person would read them.

For each task whose answer follows from what is read there is a reader below: it gets
one sequence as words or numbers, and returns what the answers should be, None where
nothing is asked or luck decides.
"""

import re
from collections.abc import Callable
from itertools import accumulate

import numpy as np

from checks._cells import seeded
from checks._check import Cases, check
from checks._dates import iso_date
from checks._subjects import TASKS
from explorer.config import RunConfig
from explorer.tasks import TASKS as REGISTRY
from explorer.tasks import Task
from explorer.texts import Text

Answers = list | str | float | None
SEQUENCES = 60
WHERE = Text(en="the answer picture", zh="答案图")


def _marks(words: list[str]) -> str:
    """Return the marked symbols in their order: XY, XYX and the like."""
    return "".join(word for word in words if word in "XY")


def _parity(words: list[str]) -> list[str]:
    ones = accumulate(word == "1" for word in words)
    return ["odd" if count % 2 else "even" for count in ones]


def _copying(words: list[str]) -> list[str]:
    copied = len(words) - 1 - words.index("signal")
    return ["blank"] * (len(words) - copied) + words[:copied]


def _dyck(words: list[str]) -> list[str | None]:
    """Return what must have come: the bracket read next, where it closes rightly."""
    stack, answers = [], []
    for word in words[1:]:
        if word in "([{<":
            stack.append(")]}>"["([{<".index(word)])
            answers.append(word)
        else:
            answers.append(stack.pop())
    return [*answers, None]


def _anbn(words: list[str]) -> list[str | None]:
    """Return the letter that must come, where it is not a matter of luck."""
    answers, count = [], 0
    for word in words:
        count += 1 if word == "a" else -1
        answers.append(None if word == "a" else "b" if count else "a")
    return answers


REBER = re.compile(
    r"B([TP])B(?:(?:TS*X|PT*VP)(?:XT*VP)*(?:S|XT*VV)|PT*VV)E\1"  # the last E is asked
)


def _reber(words: list[str]) -> list[str | None]:
    """Return the letters that follow in a string of the grammar, none otherwise."""
    string = "".join(word for word in words if word != "padding")
    padding = [None] * (len(words) - len(string))
    if not REBER.fullmatch(string):
        return ["not in the grammar"] * len(words)
    return [*padding, *string[1:], "E"]


def _summary(words: list[str]) -> list[str]:
    """Keep a sentence of entity, verb, object, adverb, stop; never its adverb."""
    body = words.index("BODY")
    title, first = set(words[1:body]), len(words)
    while first >= 5 and words[first - 1] == ".":
        first -= 5
    answers = ["drop"] * first
    for start in range(first, len(words), 5):
        kept = "keep" if words[start] in title else "drop"
        answers += [kept, kept, kept, "drop", kept]
    return answers


def _date(words: list[str]) -> list[str | None]:
    """Return the date in ISO form, at the ten steps of the sign to write."""
    read = [word for word in words[:-10] if word != "padding"]
    written = iso_date("".join(read).replace("␣", " "))
    return [None] * (len(words) - 10) + list(written)


READERS: dict[str, Callable[[list[str]], Answers]] = {
    "delayed_recall": lambda words: words[0],
    "temporal_order": _marks,
    "temporal_order_3": _marks,
    "parity": _parity,
    "parity_final": lambda words: _parity(words)[-1],
    "copying": _copying,
    "dyck": _dyck,
    "anbn": _anbn,
    "embedded_reber": _reber,
    "summarisation": _summary,
    "translation": _date,
    "characters": lambda words: [*words[1:], None],
}


@check(
    TASKS,
    quantity=Text(
        en="Right answers of every task of symbols", zh="每种符号任务的正确答案"
    ),
    reference=Text(
        en="each sequence read as words by other rules: stacks, regular expressions",
        zh="用另外的规则重读每个序列：栈、正则表达式等",
    ),
    where=WHERE,
    tolerance=0,
    kind="exact",
)
def of_symbols() -> Cases:
    """Count the steps at which the target is not what the reader says.

    Raises:
        KeyError: a task of symbols is new, and nobody has written its reader.
    """
    for name in REGISTRY:
        task = RunConfig(task=name).build_task()
        if task.input_kind == "symbols":
            yield name, float(_wrong(task, READERS[name]))


def _wrong(task: Task, reader: Callable[[list[str]], Answers]) -> int:
    batch = task.sample(SEQUENCES, seeded(61))
    inputs = [name.en for name in task.input_names]
    labels = task.answer_kind == "labels"
    outputs = ["drop", "keep"] if labels else [name.en for name in task.output_names]
    wrong = 0
    for i, codes in enumerate(batch.inputs.argmax(2).T.tolist()):
        expected = reader([inputs[code] for code in codes])
        given = np.atleast_1d(batch.targets.select(task.sequences_axis, i).numpy())
        expected = [expected] if isinstance(expected, str) else expected
        if len(expected) != len(given):
            raise ValueError(f"{len(expected)} answers for {len(given)} targets")
        for code, answer in zip(given.tolist(), expected, strict=True):
            wrong += answer is not None and (code < 0 or outputs[code] != answer)
    return wrong


@check(
    TASKS,
    quantity=Text(en="Targets of adding", zh="“加法”任务的目标值"),
    reference=Text(
        en="the marked numbers looked up and added, one by one",
        zh="逐个查出被标记的数并相加",
    ),
    where=WHERE,
    tolerance=1e-6,
    kind="absolute",
)
def of_adding() -> Cases:
    """Read the inputs as a person would."""
    for length in (4, 31, 100):
        inputs, targets = REGISTRY["adding"](seq_len=length).sample(50, seeded(14))
        sums = [
            sum(value for value, mark in sequence.tolist() if mark == 1.0)
            for sequence in inputs.unbind(1)
        ]
        yield f"T = {length}", float(np.abs(targets[:, 0].numpy() - sums).max())


@check(
    TASKS,
    quantity=Text(en="Targets of the flip-flop", zh="“触发器”任务的目标值"),
    reference=Text(
        en="each channel's last pulse, remembered in a loop",
        zh="用循环记住每个通道最近的脉冲",
    ),
    where=WHERE,
    tolerance=0,
    kind="exact",
)
def of_the_flip_flop() -> Cases:
    """Hold the last pulse of each channel, a step at a time."""
    for bits in (1, 2, 3):
        task = REGISTRY["flip_flop"](seq_len=80, bits=bits)
        inputs, targets = task.sample(30, seeded(15))
        held, wrong = np.zeros((30, bits)), 0
        for x, target in zip(inputs.numpy(), targets.numpy(), strict=True):
            held = np.where(x != 0, x, held)
            wrong += int((held != target).sum())
        yield f"{bits} bits", float(wrong)


@check(
    TASKS,
    quantity=Text(
        en="What forecasts ask for: the same series, so many steps later",
        zh="预测任务所问：同一序列若干步之后的值",
    ),
    reference=Text(
        en="the inputs themselves, found again further on",
        zh="在输入自身的后面重新找到",
    ),
    where=WHERE,
    tolerance=0,
    kind="exact",
)
def of_forecasts() -> Cases:
    """Shift the inputs; the last ones have no answer among them."""
    for name in REGISTRY:
        if "horizon" not in REGISTRY[name].model_fields:
            continue
        for horizon in (1, 3, 7):
            inputs, targets = REGISTRY[name](horizon=horizon).sample(20, seeded(62))
            yield (
                f"{name}, {horizon}",
                float((inputs[horizon:] != targets[:-horizon]).sum()),
            )
