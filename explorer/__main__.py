"""The engine without a browser: python -m explorer train | list."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, BinaryIO, NoReturn
from urllib.parse import urlencode

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.changes import MOST_CHANGES, Change
from explorer.config import RunConfig, clean_text, takes_text, text_key
from explorer.devices import devices
from explorer.fields import numbers
from explorer.initialisations import INITIALISATIONS
from explorer.link import from_query, to_query
from explorer.optimisers import OPTIMISERS
from explorer.presets import PRESETS
from explorer.problems import Problem
from explorer.tasks import TASKS
from explorer.training import Diverged, train

BAD_INPUT = 2
MOST_BYTES = 2_000_000
"""How much is read of a file of settings or of text."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "list":
        print(json.dumps(catalogue(), indent=2, ensure_ascii=False))
        return 0
    try:
        query = _query_from(chosen)
    except (ValueError, RecursionError) as error:
        return _refuse(f"--config is not a JSON object of settings: {error}")
    try:
        texts = _texts(query, chosen.text_file)
    except ValueError as error:
        return _refuse(f"--text-file cannot be read: {error}")
    config, problems = from_query(query, devices(), texts.get)
    if problems:
        return _refuse(" ".join(_line(problem) for problem in problems))
    return _train(config)


def catalogue() -> dict[str, Any]:
    """Return all there is to choose, with parameters and bounds."""
    return {
        "tasks": {
            name: {
                "title": asdict(TASKS[name].title),
                "family": TASKS[name].family,
                "question": asdict(TASKS[name].question),
                "source": TASKS[name].source,
                "answer": TASKS[name].answer_kind,
                "settings": TASKS[name].settings,
                "own_text": takes_text(name),
                "parameters": _bounds(numbers(TASKS[name])),
            }
            for name in TASKS
        },
        "cells": {
            name: {
                "title": asdict(CELLS[name].title),
                "year": CELLS[name].year,
                "source": CELLS[name].source,
                "states": CELLS[name].states,
                "gates": CELLS[name].gates,
                "activations": CELLS[name].activations,
                "initialisations": CELLS[name].initialisations,
            }
            for name in CELLS
        },
        "activations": {n: {"title": asdict(a.title)} for n, a in ACTIVATIONS.items()},
        "initialisations": {
            name: {
                "title": asdict(entry.title),
                "parameters": _bounds(
                    {"init_value": entry.parameter} if entry.parameter else {}
                ),
            }
            for name, entry in INITIALISATIONS.items()
        },
        "optimisers": {n: {"title": asdict(o.title)} for n, o in OPTIMISERS.items()},
        "experiments": {
            name: {"title": asdict(preset.title), "query": preset.query}
            for name, preset in PRESETS.items()
        },
        "settings": _bounds(numbers(RunConfig)),
        "changes": {"form": ":".join(Change._fields), "maximum": MOST_CHANGES},
        "devices": devices(),
    }


def _bounds(fields: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "title": asdict(field.title),
            "default": field.default,
            "minimum": field.minimum,
            "maximum": field.maximum,
        }
        for name, field in fields.items()
    }


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, as that about any other bad input."""

    def error(self, message: str) -> NoReturn:
        sys.exit(_refuse(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m explorer", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="print what there is to choose, as JSON")
    trainer = commands.add_parser("train", help="train a run, one JSON object a record")
    trainer.add_argument(
        "--config", metavar="FILE", help="settings as JSON; - reads stdin"
    )
    trainer.add_argument(
        "--text-file", metavar="FILE", help="a text to learn from; - reads stdin"
    )
    names = set(RunConfig.model_fields) - {"task_params", "text"}
    names |= {name for task in TASKS for name in numbers(TASKS[task])}
    for name in sorted(names):
        trainer.add_argument(f"--{name.replace('_', '-')}", dest=f"set_{name}")
    return parser


def _query_from(chosen: argparse.Namespace) -> dict[str, str]:
    """Return the settings of --config, overridden by single options, as text."""
    query: dict[str, str] = {}
    if chosen.config is not None:
        settings = json.loads(_read(chosen.config))
        own = isinstance(settings, dict) and settings.pop("task_params", None) or {}
        if not isinstance(settings, dict) or not isinstance(own, dict):
            raise ValueError("not an object")
        settings |= own
        settings |= {"changes": _as_in_a_link(settings.get("changes"))}
        query = {n: "none" if v is None else str(v) for n, v in settings.items()}
        if query.get("init_value") == "none":
            del query["init_value"]
    given = {
        n.removeprefix("set_"): v for n, v in vars(chosen).items() if n[:4] == "set_"
    }
    return query | {name: value for name, value in given.items() if value is not None}


def _as_in_a_link(changes: Any) -> str:
    """Return the changes of a JSON object as text, whatever stands there."""
    if isinstance(changes, list) and all(isinstance(c, list) for c in changes):
        parts = [["none" if v is None else str(v) for v in c] for c in changes]
        return ";".join(map(":".join, parts))
    return "" if changes is None else str(changes)


def _texts(query: dict[str, str], path: str | None) -> dict[str, str]:
    """Return the text to learn from by its key, which takes its place in the query.

    Raises:
        ValueError: the file is not there, is empty or is not UTF-8.
    """
    text = query.get("text", "") if path is None else _read(path)
    if not text and path is not None:
        raise ValueError("it is empty")
    if not text:
        return {}
    key = text_key(clean_text(text))
    query["text"] = key
    return {key: text}


def _read(path: str) -> str:
    if path == "-":
        if sys.stdin is None:
            raise ValueError("there is no standard input")
        return _decoded(sys.stdin.buffer)
    try:
        with open(path, "rb") as file:
            return _decoded(file)
    except OSError as error:
        raise ValueError(error.strerror) from error


def _decoded(file: BinaryIO) -> str:
    """Return what a file holds as UTF-8; no more is read than anything may need."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
    return data.decode("utf-8-sig")


def _line(problem: Problem) -> str:
    name = f"--{problem.field.replace('_', '-')}"
    name = "--text-file" if name == "--text" else name
    return f"{name} {problem.value!r} {problem.reason.en}."


def _refuse(line: str) -> int:
    print(f"explorer: {' '.join(line.split())}", file=sys.stderr)
    return BAD_INPUT


def _train(config: RunConfig) -> int:
    task = config.build_task()
    baseline = task.baseline().metric
    end: dict[str, Any] = {"status": "done"}
    try:
        for snapshot in train(config):
            record = {
                "step": snapshot.step,
                "loss": snapshot.loss,
                "metric": snapshot.metric,
                "baseline": baseline,
                "grad_norm": snapshot.grad_norm,
                "seconds": round(snapshot.seconds, 4),
            }
            print(json.dumps(record), flush=True)
    except Diverged as diverged:
        end = {
            "status": "diverged",
            "step": diverged.step,
            "quantity": diverged.quantity,
        }
    end |= {"rivals": {rival.title.en: rival.metric for rival in task.rivals()}}
    end |= {"run": config.key, "query": urlencode(to_query(config))}
    print(json.dumps(end))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        print(f"explorer: {error.strerror}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
