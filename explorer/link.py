"""A run as a link: settings as flat name=value pairs, and what was wrong with them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from explorer.config import CLIP_NORM, RunConfig, takes_text
from explorer.fields import numbers
from explorer.tasks import TASKS
from explorer.texts import Text

LONGEST_VALUE = 40
NONE = "none"

UNKNOWN = Text(en="is not one of {options}", zh="不在可选项 {options} 之中")
OUT_OF_BOUNDS = Text(
    en="must lie between {minimum} and {maximum}",
    zh="必须在 {minimum} 与 {maximum} 之间",
)
OVER_BUDGET = Text(
    en="is too much for a shared server together with the other settings; "
    "{maximum} fits",
    zh="与其他设置合在一起，对共享服务器来说太大；最多可用 {maximum}",
)
MISMATCH = Text(
    en="does not go with the cell {cell}, which takes {options}",
    zh="不适用于单元 {cell}，可选 {options}",
)
UNUSED = Text(
    en="has no meaning for the initialisation {init}", zh="对初始化 {init} 没有意义"
)
NOT_FINITE = Text(en="must be a finite number", zh="必须是有限的数")
NOT_WHOLE = Text(en="must be a whole number", zh="必须是整数")
NOT_A_NUMBER = Text(en="is not a number", zh="不是数字")
NO_SETTING = Text(en="is not a setting", zh="不是一个设置项")
NO_DEVICE = Text(en="is not there on this machine", zh="在这台机器上不存在")
TEXT_UNUSED = Text(
    en="is not something the task {task} learns from", zh="不是任务 {task} 的学习材料"
)
TEXT_GONE = Text(
    en="is not on this server (any more): paste the text again",
    zh="不在此服务器上（或已不在）：请重新粘贴文本",
)
TEXT_LONG = Text(
    en="has {length} characters, and {maximum} is the most",
    zh="有 {length} 个字符，最多 {maximum} 个",
)
TEXT_SHORT = Text(
    en="is too short to be cut into sequences: it has {length} characters and needs "
    "{minimum}",
    zh="太短，无法切成序列：只有 {length} 个字符，至少需要 {minimum} 个",
)
TEXT_CONSTANT = Text(
    en="has fewer than two different characters, so there is nothing to learn",
    zh="不同的字符少于两个，没有可学的内容",
)
TEXT_UNFIT = Text(en="cannot be learned from", zh="无法用于学习")
INSTEAD = Text(
    en="“{field} = {value}” {reason}. Used instead: {used}.",
    zh="“{field} = {value}”{reason}。已改用：{used}。",
)
DROPPED = Text(
    en="“{field} = {value}” {reason}; it was left out.",
    zh="“{field} = {value}”{reason}；已忽略。",
)
BUILT_IN = Text(
    en="“{field} = {value}” {reason}. The built-in text is used instead.",
    zh="“{field} = {value}”{reason}。已改用内置文本。",
)


@dataclass(frozen=True)
class Problem:
    """One setting that could not be used.

    Attributes:
        field: the setting's name as it stands in the link.
        value: what was given, shortened.
        reason: what is wrong with it, to follow the value in a sentence.
        used: what stands in its place; None where nothing does.
        built_in: whether the task's own text does.
    """

    field: str
    value: str
    reason: Text
    used: str | None
    built_in: bool = False

    @property
    def sentence(self) -> Text:
        """The whole sentence for a reader."""
        frame = DROPPED if self.used is None else INSTEAD
        frame = BUILT_IN if self.built_in else frame
        return frame.format(
            field=self.field, value=self.value, reason=self.reason, used=self.used
        )


def to_query(config: RunConfig) -> dict[str, str]:
    """Return all settings as the name=value pairs of a link, a text by its key."""
    settings = config.model_dump() | {"text": config.text_key}
    settings |= settings.pop("task_params")
    if not config.text:
        del settings["text"]
    if settings["init_value"] is None:
        del settings["init_value"]
    return {name: _to_text(value) for name, value in settings.items()}


def task_query(task: str) -> dict[str, str]:
    """Return the settings under which a task is instructive, the usual ones left out.

    Args:
        task: the name of a task.
    """
    return {"task": task} | {n: _to_text(v) for n, v in TASKS[task].settings.items()}


def _no_texts(key: str) -> str | None:
    return None


def from_query(
    query: Mapping[str, str],
    devices: Iterable[str] = ("cpu", "cuda"),
    texts: Callable[[str], str | None] = _no_texts,
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
            _shorten(field),
            _shorten(value),
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
    text = texts(key) if key else ""
    if text:
        given["text"] = text
    elif key:
        rejected["text"] = (key, TEXT_GONE)


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
    return _to_text(details.get("ctx", {}).get("value", ""))


def unknown_option(
    field: str, value: str, options: Iterable[str], used: str
) -> Problem:
    """Return what to say of a choice that is not on offer."""
    reason = UNKNOWN.format(options=", ".join(options))
    return Problem(field, _shorten(value), reason, used)


def explain(details: ErrorDetails) -> tuple[str, Text, str | None]:
    """Return an error's field, what is wrong, and the nearest value that would do."""
    context = dict(details.get("ctx", {}))
    field = str(context.pop("field", "") or (details["loc"] or ("?",))[-1])
    value, kind = context.get("value", details["input"]), details["type"]
    if kind in ("greater_than_equal", "less_than_equal"):
        return _out_of_bounds(field, value, *_bounds(field))
    if kind == "range":
        return _out_of_bounds(field, value, context["minimum"], context["maximum"])
    if kind == "budget":
        return field, OVER_BUDGET.format(**context), str(context["maximum"])
    if "options" in context:
        context["options"] = ", ".join(context["options"])
    if kind == "literal_error":
        listed = context["expected"].replace(" or ", ", ")
        context["options"] = listed.replace("'", "")
    reason = {
        "unknown": UNKNOWN,
        "literal_error": UNKNOWN,
        "mismatch": MISMATCH,
        "unused": UNUSED,
        "text_unused": TEXT_UNUSED,
        "text_long": TEXT_LONG,
        "text_short": TEXT_SHORT,
        "text_constant": TEXT_CONSTANT,
        "finite_number": NOT_FINITE,
        "whole": NOT_WHOLE,
        "int_from_float": NOT_WHOLE,
        "int_parsing": NOT_WHOLE,
        "int_parsing_size": NOT_WHOLE,
        "extra_forbidden": NO_SETTING,
    }.get(kind, TEXT_UNFIT if field == "text" else NOT_A_NUMBER)
    return field, reason.format(**context), None


def _bounds(field: str) -> tuple[float, float]:
    if field == "clip_norm":
        return CLIP_NORM
    number = numbers(RunConfig)[field]
    return number.minimum, number.maximum


def _out_of_bounds(
    field: str, value: Any, low: float, high: float
) -> tuple[str, Text, str]:
    reason = OUT_OF_BOUNDS.format(minimum=_to_text(low), maximum=_to_text(high))
    # A whole number may be too large for a float; a float may stand here as text.
    number = float(value) if isinstance(value, str) else value
    return field, reason, _to_text(min(max(number, low), high))


def _nested(given: Mapping[str, str]) -> dict[str, Any]:
    """Return flat settings as RunConfig takes them."""
    task = given.get("task", RunConfig.model_fields["task"].default)
    own = set(numbers(TASKS[task])) - {"seq_len"} if task in TASKS else set()
    nested: dict[str, Any] = {k: v for k, v in given.items() if k not in own}
    nested.pop("", None)
    nested["task_params"] = {k: v for k, v in given.items() if k in own}
    if nested.get("clip_norm") == NONE:
        nested["clip_norm"] = None
    return nested


def _to_text(value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def _clean(text: str) -> str:
    """Return the text without space around it and without half characters."""
    return text.encode(errors="replace").decode().strip()


def _shorten(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"
