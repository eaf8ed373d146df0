"""Who learns what: task x cell x initialisation over three seeds, as a table.

    python -m benchmarks.tasks [initialisations] [cells] [tasks]

Writes `benchmarks/results/<name>.md`, all three if none is named. A run ends when its
metric on held-out sequences passes the mark, or after its updates; both are the same on
every machine, seconds are not.
"""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import torch

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.tasks import TASKS
from explorer.training import Diverged, train

RESULTS = Path(__file__).parent / "results"
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


class Question(NamedTuple):
    """One row of the first table: a task, when it counts as solved, what others say."""

    name: str
    settings: dict[str, Any]
    mark: float
    published: str


QUESTIONS = [
    Question(
        "adding, T=100",
        {"task": "adding", "seq_len": 100},
        0.01,
        "LSTM solves T=100 to error < 0.04 in all trials (Hochreiter & Schmidhuber "
        "1997); a tanh RNN stays at the baseline for T ≥ 100 (Le et al. 2015)",
    ),
    Question(
        "temporal order, T=100",
        {"task": "temporal_order", "seq_len": 100},
        0.99,
        "LSTM solves it at T=100-110 (Hochreiter & Schmidhuber 1997, experiment 6a)",
    ),
    Question(
        "temporal order, T=60",
        {"task": "temporal_order", "seq_len": 60},
        0.99,
        "",
    ),
    Question(
        "delayed recall, T=100",
        {"task": "delayed_recall", "seq_len": 100},
        0.99,
        "",
    ),
    Question(
        "delayed recall, T=50",
        {"task": "delayed_recall", "seq_len": 50},
        0.99,
        "",
    ),
    Question(
        "copying, 5 of 4 symbols over 30 blanks",
        {"task": "copying", "seq_len": 40, "copied": 5, "symbols": 4},
        0.99,
        "an RNN does not beat the baseline (Arjovsky et al. 2016)",
    ),
]
EVERY_CELL = Question(
    "adding, T=50", {"task": "adding", "seq_len": 50, "steps": 2000}, 0.01, ""
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
            table, found = TABLES[name], {}
            waiting = {
                case.name: [
                    pool.submit(outcome, case.settings | {"seed": seed}, case.mark)
                    for seed in SEEDS
                ]
                for case in table.cases()
            }
            for case, futures in waiting.items():
                found[case] = [future.result() for future in futures]
                print(name, case, *found[case], flush=True)
            lines = [f"# {table.title}", "", FRAME, *table.lines(found), ""]
            RESULTS.mkdir(exist_ok=True)
            RESULTS.joinpath(f"{name}.md").write_text("\n".join(lines), "utf-8")


FRAME = f"""Written by `python -m benchmarks.tasks` on {date.today()} with torch
{torch.__version__.partition("+")[0]} and Python {platform.python_version()}, on
{platform.machine()}, {os.cpu_count()} cores shared with other work: trust the updates,
and the seconds only roughly. Held-out sequences, {len(SEEDS)} seeds.
"""
FIELD = """A field says how many seeds passed the mark, the updates it took (the least
and the most, to the next recorded step) and the median seconds of these updates; where
none did, the metric's best value, over the seeds.
"""


def initialisation_cases() -> Iterator[Case]:
    """Return each question with each beginning."""
    for question in QUESTIONS:
        for start, chosen in STARTS.items():
            settings = PROTOCOL | question.settings | chosen
            yield Case(f"{question.name} {start}", settings, question.mark)


def initialisation_lines(found: Outcomes) -> list[str]:
    """Return the table of tasks against beginnings, under one protocol."""
    lines = [
        FIELD,
        "32 units, one layer, Adam at 0.003, batches of 32 fresh sequences, gradient "
        f"clipped to norm 1, at most {PROTOCOL['steps']} updates.",
        "",
        f"| row | task (solved when) | {' | '.join(STARTS)} | published |",
        "|---|---|" + "---|" * len(STARTS) + "---|",
    ]
    for number, question in enumerate(QUESTIONS, 1):
        task = TASKS[question.settings["task"]]
        sign = "≥" if task.higher_is_better else "<"
        when = f"{question.name} ({task.metric_title.en} {sign} {question.mark:g})"
        fields = [said(found[f"{question.name} {start}"]) for start in STARTS]
        fields = [f"A{number}", when, *fields, question.published or "-"]
        lines.append(row(fields))
    return lines


def cell_cases() -> Iterator[Case]:
    """Return each cell on the one task, with what is usual for it."""
    for name in CELLS:
        settings = PROTOCOL | EVERY_CELL.settings | {"cell": name}
        yield Case(name, settings, EVERY_CELL.mark)


def cell_lines(found: Outcomes) -> list[str]:
    """Return how each cell does on one task, from its usual initialisation."""
    lines = [
        FIELD,
        f"{EVERY_CELL.name}, solved at a mean squared error < {EVERY_CELL.mark:g}. "
        "32 units, one layer, Adam at 0.003, batches of 32 fresh sequences, gradient "
        f"clipped to norm 1, at most {EVERY_CELL.settings['steps']} updates.",
        "",
        "| row | cell | initialisation | activation | solved |",
        "|---|---|---|---|---|",
    ]
    for number, name in enumerate(CELLS, 1):
        config = RunConfig(cell=name)
        title = CELLS[name].title.en
        lines.append(
            row(
                [f"B{number}", title, config.init, config.activation, said(found[name])]
            )
        )
    return lines


def task_cases() -> Iterator[Case]:
    """Return each task at its own settings."""
    for name in TASKS:
        yield Case(name, {"task": name, **TASKS[name].settings}, None)


def task_lines(found: Outcomes) -> list[str]:
    """Return what each task reaches under the settings that the page begins with."""
    lines = [
        "The settings are those that the page takes when the task is chosen.",
        "",
        "| row | task | settings | metric | guessing | rivals | at the end, by seed | "
        "updates | seconds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for number, name in enumerate(TASKS, 1):
        config = run({"task": name, **TASKS[name].settings})
        task = config.build_task()
        guess, outcomes = task.baseline(), found[name]
        rivals = "; ".join(f"{r.title.en} {r.metric:.3g}" for r in task.rivals())
        fields = [
            f"C{number}",
            task.title.en,
            f"{config.cell}, {config.init}, H={config.hidden_size}, T={config.seq_len}",
            task.metric_title.en,
            f"{guess.title.en} {guess.metric:.3g}",
            rivals or "-",
            ", ".join(f"{o.last:.3g}" for o in outcomes),
            str(config.steps),
            f"{median(o.seconds for o in outcomes):.0f}",
        ]
        lines.append(row(fields))
    return lines


class Table(NamedTuple):
    """One file of results: its title, its runs, and how they are told."""

    title: str
    cases: Callable[[], Iterator[Case]]
    lines: Callable[[Outcomes], list[str]]


TABLES = {
    "initialisations": Table(
        "Who learns what: the beginning decides",
        initialisation_cases,
        initialisation_lines,
    ),
    "cells": Table("Every cell on one task", cell_cases, cell_lines),
    "tasks": Table("Every task at its own settings", task_cases, task_lines),
}


def row(fields: list[str]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(fields)} |"


def said(outcomes: list[Outcome]) -> str:
    """Return how many passed the mark, when and in what time, or the best there was."""
    solved = [o for o in outcomes if o.solved_at is not None]
    if not solved:
        best = min(o.best for o in outcomes), max(o.best for o in outcomes)
        return f"0/{len(outcomes)} ({best[0]:.3g} to {best[1]:.3g})"
    steps = [o.solved_at for o in solved]
    seconds = median(o.seconds for o in solved)
    when = f"{min(steps)}" if min(steps) == max(steps) else f"{min(steps)}-{max(steps)}"
    return f"{len(solved)}/{len(outcomes)} @{when} ({seconds:.1f} s)"


if __name__ == "__main__":
    main(sys.argv[1:])
