"""Who learns what: task x cell x initialisation over three seeds, as a table.

    python -m benchmarks.tasks [initialisations] [cells] [tasks]

Writes `benchmarks/results/<name>.md` and `assets/learning/<name>.json`, all three if
none is named. A run ends when its metric on held-out sequences passes the mark, or
after its updates; both are the same on every machine, seconds are not.
"""

import os
import platform
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import torch

from benchmarks._tables import NOTHING, Field, Results, same, write
from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.initialisations import INITIALISATIONS
from explorer.link import to_query
from explorer.tasks import TASKS, Baseline
from explorer.texts import Text
from explorer.training import Diverged, train

MARKDOWN = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "assets" / "learning"
SEEDS = (0, 1, 2)
PROTOCOL: dict[str, Any] = {
    "hidden_size": 32,
    "batch_size": 32,
    "optimiser": "adam",
    "learning_rate": 0.003,
    "clip_norm": 1.0,
    "steps": 3000,
}
STARTS: dict[str, dict[str, Any]] = {
    "RNN": {"cell": "rnn", "init": "default"},
    "RNN orthogonal": {"cell": "rnn", "init": "orthogonal"},
    "IRNN": {"cell": "rnn", "init": "identity", "activation": "relu"},
    "LSTM": {"cell": "lstm", "init": "default"},
    "LSTM forget 1": {"cell": "lstm", "init": "forget", "init_value": 1.0},
    "LSTM chrono": {"cell": "lstm", "init": "chrono"},
    "GRU": {"cell": "gru", "init": "default"},
    "GRU chrono": {"cell": "gru", "init": "chrono"},
}


START_TITLES = {
    "RNN": Text(en="RNN, torch's default", zh="RNN，torch 默认"),
    "RNN orthogonal": Text(en="RNN, orthogonal", zh="RNN，正交"),
    "IRNN": Text(en="IRNN (identity, ReLU)", zh="IRNN（单位阵、ReLU）"),
    "LSTM": Text(en="LSTM, torch's default", zh="LSTM，torch 默认"),
    "LSTM forget 1": Text(en="LSTM, forget bias 1", zh="LSTM，遗忘偏置 1"),
    "LSTM chrono": Text(en="LSTM, chrono", zh="LSTM，chrono"),
    "GRU": Text(en="GRU, torch's default", zh="GRU，torch 默认"),
    "GRU chrono": Text(en="GRU, chrono", zh="GRU，chrono"),
}


class Question(NamedTuple):
    """A task and what others found."""

    name: str
    settings: dict[str, Any]
    published: Text

    @property
    def mark(self) -> float | None:
        """The metric at which it counts as solved."""
        return TASKS[self.settings["task"]].mark


QUESTIONS = [
    Question(
        "adding, T=100",
        {"task": "adding", "seq_len": 100},
        Text(
            en="an LSTM solves it at T=100 (Hochreiter & Schmidhuber 1997)",
            zh="LSTM 能解决 T=100（Hochreiter & Schmidhuber 1997）",
        ),
    ),
    Question(
        "temporal order, T=100",
        {"task": "temporal_order", "seq_len": 100},
        Text(
            en="an LSTM solves it at T=100–110 (Hochreiter & Schmidhuber 1997, 6a)",
            zh="LSTM 能解决 T=100–110（Hochreiter & Schmidhuber 1997，实验 6a）",
        ),
    ),
    Question(
        "temporal order, T=60", {"task": "temporal_order", "seq_len": 60}, NOTHING
    ),
    Question(
        "delayed recall, T=100",
        {"task": "delayed_recall", "seq_len": 100},
        NOTHING,
    ),
    Question(
        "delayed recall, T=50", {"task": "delayed_recall", "seq_len": 50}, NOTHING
    ),
    Question(
        "copying, 5 of 4 symbols over 30 blanks",
        {"task": "copying", "seq_len": 40, "copied": 5, "symbols": 4},
        Text(
            en="an RNN stays at the baseline (Arjovsky et al. 2016)",
            zh="RNN 停留在基线（Arjovsky et al. 2016）",
        ),
    ),
]
ALONE = Question(
    "adding, T=50",
    {"task": "adding", "seq_len": 50, "steps": 1000, "learning_rate": 0.01},
    NOTHING,
)


class Outcome(NamedTuple):
    """How a run ended.

    Attributes:
        solved_at: the first recorded update at which the mark was passed, if any.
        best: the best metric that was recorded.
        last: the metric at the end.
        seconds: how long the updates took.
    """

    solved_at: int | None
    best: float
    last: float
    seconds: float


def outcome(settings: dict[str, Any], mark: float | None) -> Outcome:
    """Train a run until its metric passes the mark; with None, to its end."""
    config = run(settings)
    up = config.build_task().higher_is_better
    best = last = -float("inf") if up else float("inf")
    seconds = 0.0
    try:
        for snapshot in train(config):
            last, seconds = snapshot.metric, snapshot.seconds
            best = (max if up else min)(best, last)
            if mark is not None and (best >= mark if up else best < mark):
                return Outcome(snapshot.step, best, last, seconds)
    except Diverged:
        pass
    return Outcome(None, best, last, seconds)


def run(settings: dict[str, Any]) -> RunConfig:
    """Return the run of flat settings, a task's own parameters among them."""
    own = {n: v for n, v in settings.items() if n not in RunConfig.model_fields}
    general = {n: v for n, v in settings.items() if n in RunConfig.model_fields}
    return RunConfig(**general, task_params=own)


Outcomes = dict[str, list[Outcome]]
"""The outcomes of all seeds by the name of their case."""


class Case(NamedTuple):
    """Some runs that differ in their seed alone."""

    name: str
    settings: dict[str, Any]
    mark: float | None


def main(wanted: list[str]) -> None:
    """Run the wanted tables, as many runs at a time as there are cores."""
    workers = min(len(os.sched_getaffinity(0)), 4)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for name in wanted or TABLES:
            cases, results = TABLES[name]
            found: Outcomes = {}
            waiting = {
                case.name: [
                    pool.submit(outcome, case.settings | {"seed": seed}, case.mark)
                    for seed in SEEDS
                ]
                for case in cases()
            }
            for case, futures in waiting.items():
                found[case] = [future.result() for future in futures]
                print(name, case, *found[case], flush=True)
            keep(name, results(found))


def keep(name: str, results: Results) -> None:
    """Write a table as Markdown and for the page."""
    made = {
        "date": date.today().isoformat(),
        "torch": torch.__version__.partition("+")[0],
        "machine": f"{platform.machine()}, {os.cpu_count()} cores shared with others",
    }
    write(results, made, MARKDOWN / f"{name}.md", PAGE / f"{name}.json")


def question_cases() -> Iterator[Case]:
    """Return each question with each beginning."""
    for question in QUESTIONS:
        for start, chosen in STARTS.items():
            settings = PROTOCOL | question.settings | chosen
            yield Case(f"{question.name} {start}", settings, question.mark)


def question_results(found: Outcomes) -> Results:
    """Return the table of tasks against beginnings, under one protocol."""
    cases = {case.name: case for case in question_cases()}
    rows = {}
    for number, question in enumerate(QUESTIONS, 1):
        fields = [solved_when(question)]
        for start in STARTS:
            name = f"{question.name} {start}"
            fields.append(solved_field(found[name], cases[name]))
        rows[f"A{number}"] = [*fields, Field(question.published)]
    return Results(
        Text(en="Who learns what: the beginning decides", zh="谁能学会：起点决定成败"),
        protocol(PROTOCOL),
        [TASK, *START_TITLES.values(), Text(en="published", zh="文献")],
        rows,
    )


def cell_cases() -> Iterator[Case]:
    """Return each cell on the one task, with what is usual for it."""
    for name in CELLS:
        settings = PROTOCOL | ALONE.settings | {"cell": name}
        yield Case(name, settings, ALONE.mark)


def cell_results(found: Outcomes) -> Results:
    """Return how each cell does on one task, from its usual initialisation."""
    rows = {}
    for number, case in enumerate(cell_cases(), 1):
        config = run(case.settings)
        start = Text(en="{init}, {f}", zh="{init}，{f}").format(
            init=INITIALISATIONS[config.init].title,
            f=ACTIVATIONS[config.activation].title,
        )
        rows[f"B{number}"] = [
            Field(CELLS[case.name].title, start),
            solved_field(found[case.name], case),
        ]
    return Results(
        Text(en="Every cell on one task", zh="同一任务，每种单元"),
        protocol(PROTOCOL | ALONE.settings),
        [Text(en="cell", zh="单元"), solved_when(ALONE).text],
        rows,
    )


def task_cases() -> Iterator[Case]:
    """Return each task at its own settings."""
    for name in TASKS:
        yield Case(name, {"task": name, **TASKS[name].settings}, None)


def task_results(found: Outcomes) -> Results:
    """Return what each task reaches under the settings that the page begins with."""
    rows = {}
    for number, case in enumerate(task_cases(), 1):
        config = run(case.settings)
        task, guess = config.build_task(), config.build_task().baseline()
        rivals = [as_text(rival) for rival in task.rivals()]
        seconds = f"{median(o.seconds for o in found[case.name]):.0f}"
        rows[f"C{number}"] = [
            Field(task.title, task.metric_title),
            Field(as_text(guess)),
            Field(
                Text(
                    en="; ".join(text.en for text in rivals) or "–",
                    zh="；".join(text.zh for text in rivals) or "–",
                )
            ),
            Field(
                same(", ".join(f"{o.last:.3g}" for o in found[case.name])),
                TRAINED.format(steps=config.steps, seconds=seconds),
                to_query(config),
            ),
        ]
    return Results(
        Text(en="Every task at its own settings", zh="每个任务，用它自带的设置"),
        Text(
            en="What the page begins with when a task is chosen, trained to its end: "
            "the metric on held-out sequences, for three seeds.",
            zh="选择任务时页面采用的设置，训练到底：留出序列上的指标，三个种子。",
        ),
        [
            TASK,
            Text(en="guessing", zh="猜测"),
            Text(en="rivals", zh="对手"),
            Text(en="the network", zh="网络"),
        ],
        rows,
    )


TABLES = {
    "initialisations": (question_cases, question_results),
    "tasks": (task_cases, task_results),
    "cells": (cell_cases, cell_results),
}
TASK = Text(en="task", zh="任务")
PROTOCOL_TEXT = Text(
    en="32 units, one layer, Adam at {rate}, batches of 32 fresh sequences, gradient "
    "clipped to norm 1, at most {steps} updates. A field says how many of three seeds "
    "passed the mark, at which recorded updates; where none did, the metric's best "
    "values. It links to the run of seed 0.",
    zh="32 个单元、一层、Adam 学习率 {rate}、每批 32 个新序列、梯度裁剪到范数 1、"
    "最多 {steps} 次更新。每格给出三个种子中有几个达标、在第几次更新（按记录）；"
    "都未达标时给出指标的最好值。链接指向种子 0 的运行。",
)
SOLVED = Text(en="update {when} · {seconds} s", zh="第 {when} 次更新 · {seconds} 秒")
UNSOLVED = Text(en="best {best}", zh="最好 {best}")
TRAINED = Text(en="{steps} updates, {seconds} s", zh="{steps} 次更新，{seconds} 秒")


def protocol(settings: dict[str, Any]) -> Text:
    """Return under which settings the runs of a table were made."""
    return PROTOCOL_TEXT.format(steps=settings["steps"], rate=settings["learning_rate"])


def solved_when(question: Question) -> Field:
    """Return a question's task, and when it counts as solved."""
    config = run(question.settings)
    task = config.build_task()
    sign = "≥" if task.higher_is_better else "<"
    return Field(
        Text(en="{task}, T = {T}", zh="{task}，T = {T}").format(
            task=task.title, T=config.seq_len
        ),
        Text(en="{metric} {sign} {mark:g}", zh="{metric} {sign} {mark:g}").format(
            metric=task.metric_title, sign=sign, mark=question.mark
        ),
    )


def solved_field(outcomes: list[Outcome], case: Case) -> Field:
    """Return how many passed the mark, when and in what time, or the best there was."""
    solved = [o for o in outcomes if o.solved_at is not None]
    count = same(f"{len(solved)}/{len(outcomes)}")
    query = to_query(run(case.settings))
    if not solved:
        best = span([f"{o.best:.3g}" for o in sorted(outcomes, key=lambda o: o.best)])
        return Field(count, UNSOLVED.format(best=best), query)
    when = span([str(step) for step in sorted(o.solved_at or 0 for o in solved)])
    seconds = f"{median(o.seconds for o in solved):.1f}"
    return Field(count, SOLVED.format(when=when, seconds=seconds), query)


def span(ordered: list[str]) -> str:
    """Return the first and the last, or the one that both are."""
    first, last = ordered[0], ordered[-1]
    return first if first == last else f"{first}–{last}"


def as_text(rival: Baseline) -> Text:
    """Return who somebody is and what they reach."""
    return Text(en="{who}: {metric:.3g}", zh="{who}：{metric:.3g}").format(
        who=rival.title, metric=rival.metric
    )


if __name__ == "__main__":
    main(sys.argv[1:])
