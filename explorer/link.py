"""A run as a link: settings as flat name=value pairs, and what was wrong with them."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from explorer.changes import Change
from explorer.config import RunConfig, takes_text
from explorer.fields import numbers
from explorer.problems import (
    NO_DEVICE,
    NO_SETTING,
    NONE,
    TEXT_GONE,
    TEXT_UNUSED,
    Problem,
    explain,
    shorten,
    to_text,
)
from explorer.tasks import TASKS
from explorer.texts import Text

TEXT_KEY = re.compile("[0-9a-f]{16}")


def to_query(config: RunConfig) -> dict[str, str]:
    """Return all settings as the name=value pairs of a link, a text by its key."""
    settings = config.model_dump() | {"text": config.text_key}
    settings |= settings.pop("task_params")
    if not config.text:
        del settings["text"]
    if settings["init_value"] is None:
        del settings["init_value"]
    changes = changes_text(settings.pop("changes"))
    settings |= {"changes": changes} if changes else {}
    return {name: to_text(value) for name, value in settings.items()}


def changes_text(changes: Iterable[Change]) -> str:
    """Return changes as a link has them, such as "400:0.001:1;600:0.0001:none"."""
    return ";".join(":".join(map(to_text, change)) for change in changes)


def task_query(task: str) -> dict[str, str]:
    """Return the settings under which a task is instructive, the usual ones left out.

    Args:
        task: the name of a task.
    """
    return {"task": task} | {n: to_text(v) for n, v in TASKS[task].settings.items()}


def no_texts(key: str) -> str | None:
    """Return that nobody has a text."""
    return None


def from_query(
    query: Mapping[str, str],
    devices: Iterable[str] = ("cpu", "cuda"),
    texts: Callable[[str], str | None] = no_texts,
) -> tuple[RunConfig, list[Problem]]:
    """Return the run that a link means, and what in it could not be used.

    Args:
        query: name=value pairs; anything may stand in them.
        devices: the devices that this machine has.
        texts: finds the text that a key stands for; None where nobody has it.
    """
    given = {_clean(name): _clean(text) for name, text in query.items()}
    rejected: dict[str, tuple[str, Text]] = {}
    _look_up(given, rejected, texts)
    if "task_params" in given:  # in a link each of them is a setting of its own
        rejected["task_params"] = (given.pop("task_params"), NO_SETTING)
    if given.get("device", "cpu") in {"cuda"} - set(devices):
        rejected["device"] = (given.pop("device"), NO_DEVICE)
    config = _repaired(given, rejected)
    used, can_read = to_query(config), takes_text(config.task)
    return config, [
        Problem(
            shorten(field),
            shorten(value),
            reason,
            used.get(field),
            built_in=field == "text" and can_read,
        )
        for field, (value, reason) in rejected.items()
    ]


def _look_up(
    given: dict[str, str],
    rejected: dict[str, tuple[str, Text]],
    texts: Callable[[str], str | None],
) -> None:
    """Put the text in the place of its key, or enter that nobody has it."""
    key = given.pop("text", "")
    text = texts(key) if TEXT_KEY.fullmatch(key) else None
    if text:
        given["text"] = text
    elif key:
        task = given.get("task", RunConfig.model_fields["task"].default)
        used = task not in TASKS or takes_text(task)
        rejected["text"] = (key, TEXT_GONE if used else TEXT_UNUSED.format(task=task))


def _repaired(
    given: dict[str, str], rejected: dict[str, tuple[str, Text]]
) -> RunConfig:
    """Drop or mend one bad setting after the other; enter each in `rejected`."""
    while True:
        try:
            return RunConfig(**_nested(given))
        except ValidationError as error:
            before = dict(given)
            for details in error.errors():
                field, reason, nearest = explain(details)
                value = given.pop(field, _not_given(details))
                rejected.setdefault(field, (value, reason))
                if nearest is not None:
                    given[field] = nearest
            if given == before:
                raise


def _not_given(details: ErrorDetails) -> str:
    """Return the value of a setting that the link leaves at its default."""
    return to_text(details.get("ctx", {}).get("value", ""))


def _nested(given: Mapping[str, str]) -> dict[str, Any]:
    """Return flat settings as RunConfig takes them."""
    task = given.get("task", RunConfig.model_fields["task"].default)
    own = set(numbers(TASKS[task])) - {"seq_len"} if task in TASKS else set()
    nested: dict[str, Any] = {k: v for k, v in given.items() if k not in own}
    nested.pop("", None)
    nested["task_params"] = {k: v for k, v in given.items() if k in own}
    if nested.get("clip_norm") == NONE:
        nested["clip_norm"] = None
    nested["changes"] = _changes(given.get("changes", ""))
    return nested


def _changes(text: str) -> str | list[list[str | None]]:
    """Return the parts of each change that a link names; the text where some lack."""
    changes = [change.split(":") for change in text.split(";") if text]
    if any(len(change) != len(Change._fields) for change in changes):
        return text
    return [[None if part == NONE else part for part in c] for c in changes]


def _clean(text: str) -> str:
    """Return the text without space around it and without half characters."""
    return text.encode(errors="replace").decode().strip()
