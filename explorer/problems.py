"""What was wrong with a setting, as a sentence in both languages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from explorer.changes import LEARNING_RATE, MOST_CHANGES
from explorer.config import CLIP_NORM, RunConfig
from explorer.fields import numbers
from explorer.texts import Text

LONGEST_VALUE = 40
NONE = "none"
"""How a link says that there is none of something."""

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
    zh="不适用于循环单元 {cell}，可选 {options}",
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
CHANGES_FORM = Text(
    en="does not read step:learning_rate:clip_norm, with a semicolon between two "
    "changes and “none” for no clipping",
    zh="不符合“步:学习率:裁剪范数”的写法（多处更改以分号隔开，不裁剪写 none）",
)
CHANGES_MANY = Text(
    en="has more than {maximum} changes", zh="包含的更改超过 {maximum} 处"
)
CHANGE_LATE = Text(
    en="changes something at step {step} of a run that ends at step {steps}",
    zh="要在第 {step} 步更改，而运行到第 {steps} 步就结束",
)
CHANGE_ORDER = Text(
    en="has a change at step {step} after one at step {before}",
    zh="的更改不是按步数递增：第 {before} 步之后是第 {step} 步",
)
CHANGE_IDLE = Text(
    en="changes nothing at step {step}", zh="在第 {step} 步没有改变任何东西"
)
CHANGE_PART = Text(
    en="has in change {place} a {part} that {reason}",
    zh="的第 {place} 处更改中，{part}{reason}",
)
PARTS = (
    Text(en="step", zh="步数"),
    Text(en="learning rate", zh="学习率"),
    Text(en="clipping norm", zh="裁剪范数"),
)
FIRST_STEP = Text(en="must be at least 1", zh="必须不小于 1")
FORKED_FROM = Text(
    en="belonged to the run before: with other settings this is a new one, from its "
    "beginning on",
    zh="属于之前的运行：设置改变后，这是一个从头开始的新运行",
)
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


def unknown_option(
    field: str, value: str, options: Iterable[str], used: str
) -> Problem:
    """Return what to say of a choice that is not on offer."""
    reason = UNKNOWN.format(options=", ".join(options))
    return Problem(field, shorten(value), reason, used)


def explain(details: ErrorDetails) -> tuple[str, Text, str | None]:
    """Return an error's field, what is wrong, and the nearest value that would do."""
    context = dict(details.get("ctx", {}))
    field = str(context.pop("field", "") or (details["loc"] or ("?",))[-1])
    value, kind = context.get("value", details["input"]), details["type"]
    if details["loc"][:1] == ("changes",):
        return "changes", _change_reason(kind, details["loc"]), None
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
        "change_late": CHANGE_LATE,
        "change_order": CHANGE_ORDER,
        "change_idle": CHANGE_IDLE,
    }.get(kind, TEXT_UNFIT if field == "text" else NOT_A_NUMBER)
    return field, reason.format(**context), None


def _change_reason(kind: str, loc: tuple[int | str, ...]) -> Text:
    """Return what is wrong with the form of the changes, or with a number in one."""
    if kind == "too_long" and len(loc) == 1:
        return CHANGES_MANY.format(maximum=MOST_CHANGES)
    if len(loc) < 3:
        return CHANGES_FORM
    place, part = int(loc[1]), int(loc[2])
    if kind in ("greater_than_equal", "less_than_equal"):
        reason = FIRST_STEP
        if part:
            low, high = map(to_text, (LEARNING_RATE, CLIP_NORM)[part - 1])
            reason = OUT_OF_BOUNDS.format(minimum=low, maximum=high)
    elif kind == "finite_number":
        reason = NOT_FINITE
    else:
        reason = NOT_A_NUMBER if part else NOT_WHOLE
    return CHANGE_PART.format(place=place + 1, part=PARTS[part], reason=reason)


def _bounds(field: str) -> tuple[float, float]:
    if field == "clip_norm":
        return CLIP_NORM
    number = numbers(RunConfig)[field]
    return number.minimum, number.maximum


def _out_of_bounds(
    field: str, value: Any, low: float, high: float
) -> tuple[str, Text, str]:
    reason = OUT_OF_BOUNDS.format(minimum=to_text(low), maximum=to_text(high))
    # A whole number may be too large for a float; a float may stand here as text.
    number = float(value) if isinstance(value, str) else value
    return field, reason, to_text(min(max(number, low), high))


def to_text(value: Any) -> str:
    """Return a value as it stands in a link."""
    if value is None:
        return NONE
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def shorten(value: str) -> str:
    """Return a stranger's text, at most `LONGEST_VALUE` characters of it."""
    return value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"
