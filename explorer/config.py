"""RunConfig: everything that decides a run, frozen and checked; its hash names the run.

All bounds stand here, in the task's own fields and in INITIALISATIONS; menus, links and
the command line read them from there.
"""

import hashlib
import json
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.changes import CLIP_NORM as CLIP_NORM
from explorer.changes import LEARNING_RATE, MOST_CHANGES, Change
from explorer.fields import numbers, real, whole
from explorer.initialisations import INITIALISATIONS
from explorer.optimisers import OPTIMISERS
from explorer.tasks import TASKS, Task
from explorer.texts import Text

Device = Literal["cpu", "cuda"]
Finite = Annotated[  # adding 0 makes -0 a 0, so that equal runs have equal text
    float, Field(allow_inf_nan=False), AfterValidator(lambda value: value + 0.0)
]

STATES_PER_UPDATE = 4_000_000
"""Budget for hidden x layers x length x batch: some 200 MB of activations."""
STATES_PER_RUN = 4_000_000_000
"""Budget for the same x updates: half an hour of a core for the slowest cell."""
LONGEST_TEXT = 100_000
"""The most characters that a text to learn from may have."""


def clean_text(text: str) -> str:
    """Return a text as it is kept: one kind of line end, no half characters."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=64)
def text_key(text: str) -> str:
    """Return a text's name in links: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class RunConfig(BaseModel):
    """The settings of one run.

    `seq_len` and `task_params` take the task's defaults where they are left out, `init`
    is "chrono" for cells that have gates to set and the cell's usual one for others,
    `activation` is the cell's usual one, and `init_value` takes the
    initialisation's default. `text` is a reader's own, for tasks that learn from one.
    `changes` are in the order of their steps, and each changes something.

    Raises:
        pydantic.ValidationError: a value is unknown, out of bounds, not finite, does
            not go with the others, or the whole is over the budget.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str = "adding"
    seq_len: int = 100
    task_params: dict[str, Finite] = Field(default_factory=dict)
    text: str = ""
    cell: str = "lstm"
    activation: str = "tanh"
    num_layers: whole(Text(en="Layers", zh="层数"), 1, 3) = 1
    hidden_size: whole(Text(en="Hidden units H", zh="隐藏单元数 H"), 1, 256) = 32
    init: str = "chrono"
    init_value: Finite | None = None
    optimiser: str = "adam"
    learning_rate: real(Text(en="Learning rate", zh="学习率"), *LEARNING_RATE) = 0.01
    clip_norm: Annotated[
        float | None,
        Field(ge=CLIP_NORM[0], le=CLIP_NORM[1], allow_inf_nan=False),
        Text(en="Clipping norm", zh="裁剪范数"),
    ] = 1.0
    batch_size: whole(Text(en="Batch size", zh="批大小"), 1, 256) = 32
    steps: whole(Text(en="Training steps", zh="训练步数"), 1, 20_000) = 1000
    seed: whole(Text(en="Seed", zh="随机种子"), 0, 2**31 - 1) = 0
    device: Device = "cpu"
    changes: Annotated[tuple[Change, ...], Field(max_length=MOST_CHANGES)] = ()

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, raw: Any) -> Any:
        """Give what depends on the task and the initialisation its default."""
        if not isinstance(raw, dict):
            return raw
        raw = dict(raw)
        if isinstance(raw.get("text"), str):
            raw["text"] = clean_text(raw["text"])
        _known("task", raw.get("task", "adding"), TASKS)
        task_numbers = numbers(TASKS[raw.get("task", "adding")])
        raw.setdefault("seq_len", task_numbers["seq_len"].default)
        own = {n: v.default for n, v in task_numbers.items() if n != "seq_len"}
        given = raw.get("task_params")
        raw["task_params"] = own | given if isinstance(given, dict) else given or own
        _known("cell", raw.get("cell", "lstm"), CELLS)
        cell = CELLS[raw.get("cell", "lstm")]
        gated = "chrono" in cell.initialisations
        raw.setdefault("init", "chrono" if gated else cell.initialisations[0])
        raw.setdefault("activation", cell.activations[0])
        _known("init", raw["init"], INITIALISATIONS)
        parameter = INITIALISATIONS[raw["init"]].parameter
        if raw.get("init_value") is None and parameter is not None:
            raw["init_value"] = parameter.default
        return raw

    @model_validator(mode="after")
    def _check(self) -> Self:
        _known("activation", self.activation, ACTIVATIONS)
        _known("optimiser", self.optimiser, OPTIMISERS)
        self._check_task()
        cell = CELLS[self.cell]
        self._fits_the_cell("activation", self.activation, cell.activations)
        self._fits_the_cell("init", self.init, cell.initialisations)
        self._check_init_value()
        self._check_budget()
        self._check_text()
        self._check_changes()
        return self

    def _check_task(self) -> None:
        """Check length and parameters against the task's own bounds."""
        fields = numbers(TASKS[self.task])
        for name, value in {"seq_len": self.seq_len, **self.task_params}.items():
            if name not in fields:
                raise _problem(
                    "task_params", "unknown", value=name, options=sorted(fields)
                )
            low, high = fields[name].minimum, fields[name].maximum
            if not low <= value <= high:
                raise _problem(name, "range", value=value, minimum=low, maximum=high)
            if fields[name].integer and value != int(value):
                raise _problem(name, "whole", value=value)

    def _fits_the_cell(self, field: str, value: str, takes: tuple[str, ...]) -> None:
        if value not in takes:
            raise _problem(
                field, "mismatch", value=value, cell=self.cell, options=list(takes)
            )

    def _check_init_value(self) -> None:
        parameter = INITIALISATIONS[self.init].parameter
        if parameter is None and self.init_value is not None:
            raise _problem(
                "init_value", "unused", value=self.init_value, init=self.init
            )
        if parameter is not None and self.init_value is not None:
            low, high = parameter.minimum, parameter.maximum
            if not low <= self.init_value <= high:
                raise _problem(
                    "init_value",
                    "range",
                    value=self.init_value,
                    minimum=low,
                    maximum=high,
                )

    def _check_budget(self) -> None:
        states = self.hidden_size * self.num_layers * self.seq_len * self.batch_size
        if states > STATES_PER_UPDATE:
            fits = STATES_PER_UPDATE * self.batch_size // states
            raise _problem("batch_size", "budget", value=self.batch_size, maximum=fits)
        if states * self.steps > STATES_PER_RUN:
            fits = STATES_PER_RUN // states
            raise _problem("steps", "budget", value=self.steps, maximum=fits)

    def _check_text(self) -> None:
        """Check the reader's text: only the task knows what it can learn from."""
        if not self.text:
            return
        if not takes_text(self.task):
            raise _problem("text", "text_unused", task=self.task)
        if len(self.text) > LONGEST_TEXT:
            length = len(self.text)
            raise _problem("text", "text_long", length=length, maximum=LONGEST_TEXT)
        try:
            self.build_task()
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            told = first.get("ctx", {}) | {"field": "text"}
            raise PydanticCustomError(first["type"], "text: {field}", told) from None

    def _check_changes(self) -> None:
        """Check that each change comes after the one before, and changes something."""
        before = Change(0, self.learning_rate, self.clip_norm)
        for change in self.changes:
            if change.step >= self.steps:
                raise _problem(
                    "changes", "change_late", step=change.step, steps=self.steps
                )
            if change.step <= before.step:
                raise _problem(
                    "changes", "change_order", step=change.step, before=before.step
                )
            if change[1:] == before[1:]:
                raise _problem("changes", "change_idle", step=change.step)
            before = change

    def in_force(self, step: int) -> Change:
        """Return what the update after `step` others goes by, and since which step."""
        begun = Change(0, self.learning_rate, self.clip_norm)
        return [c for c in (begun, *self.changes) if c.step <= step][-1]

    def changes_told(self) -> list[tuple[int, Text]]:
        """Return each change's step and what is another value from there on."""
        return [
            (change.step, change.told_after(self.in_force(change.step - 1)))
            for change in self.changes
        ]

    @property
    def parent(self) -> "RunConfig | None":
        """The run that this one was until its last change; None without one."""
        if not self.changes:
            return None
        return self.model_copy(update={"changes": self.changes[:-1]})

    def changed(
        self, step: int, learning_rate: float, clip_norm: float | None
    ) -> "RunConfig":
        """Return the run that goes by other values from a step on.

        What was to change from that step on gives way to it. Where these are the values
        that hold already, it is the run without what gave way.

        Raises:
            pydantic.ValidationError: the run ends before, or is changed too often.
        """
        earlier = tuple(c for c in self.changes if c.step < step)
        before = self.model_copy(update={"changes": earlier})
        change = Change(step, learning_rate, clip_norm)
        if change[1:] == before.in_force(step)[1:]:
            return before
        return self.model_validate(self.model_dump() | {"changes": (*earlier, change)})

    def build_task(self) -> Task:
        """Return the task with its length and parameters."""
        own = tuple(sorted(self.task_params.items()))
        return _built(self.task, self.seq_len, own, self.text)

    def to_json(self) -> str:
        """Return all of it as JSON, sorted and without spaces."""
        return _json(self.model_dump(), text=self.text)

    def canonical(self) -> str:
        """Return what the run is named by: the JSON, its text told by its own key."""
        return _json(self.model_dump(), text=self.text_key)

    @property
    def text_key(self) -> str:
        """The name of the text in links and in the store; "" where there is none."""
        return text_key(self.text) if self.text else ""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the configuration that a JSON text describes."""
        return cls.model_validate_json(text)

    def __hash__(self) -> int:
        """Hash what names the run; a field of the model is a dict, which has none."""
        return hash(self.canonical())

    @property
    def key(self) -> str:
        """The run's name: 16 hexadecimal digits of the canonical JSON's SHA-256."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()[:16]


def takes_text(task: str) -> bool:
    """Return whether a task can learn from a reader's own text."""
    return "text" in TASKS[task].model_fields


@lru_cache(maxsize=16)
def _built(
    task: str, seq_len: int, params: tuple[tuple[str, float], ...], text: str
) -> Task:
    """Return a task; the same one again while it is in use: reading texts takes time.

    Raises:
        pydantic.ValidationError: the task cannot learn from the text.
    """
    fields = numbers(TASKS[task])
    own = {n: int(value) if fields[n].integer else value for n, value in params}
    given = {"text": text} if text else {}
    return TASKS[task](seq_len=seq_len, **own, **given)


def _json(settings: dict[str, Any], text: str) -> str:
    """Return settings as JSON, without a text or changes where a run has none."""
    settings = settings | {"text": text}
    settings = {n: v for n, v in settings.items() if v or n not in ("text", "changes")}
    return json.dumps(settings, sort_keys=True, separators=(",", ":"))


def _known(field: str, value: Any, options: Any) -> None:
    if not isinstance(value, str) or value not in options:
        raise _problem(field, "unknown", value=value, options=list(options))


def _problem(field: str, kind: str, **values: Any) -> PydanticCustomError:
    """Return an error that tells its field, so that a link can drop just that one."""
    told = ", ".join(f"{name} {value}" for name, value in values.items())
    message = f"{field}: {kind} ({told})".replace("{", "(").replace("}", ")")
    return PydanticCustomError(kind, message, {"field": field, **values})
