"""What a reader asks for inside a cell: a unit, a change such as "h:3:by:1:40:0"."""

import math
from collections.abc import Mapping, Sequence

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.probes.perturbation import INPUT, Change
from explorer.tasks import Task
from explorer.texts import Text

MOST = 100.0
"""How much a number may be changed by: more would only draw a blown-up picture."""


def kinds(config: RunConfig) -> list[str]:
    """Return what can be changed: an input, a state or a gate."""
    cell = CELLS[config.cell]
    return [INPUT, *cell.states, *cell.gates]


def entries(config: RunConfig, task: Task, what: str) -> int:
    """Return how many numbers there are of one kind."""
    return len(task.input_names) if what == INPUT else config.hidden_size


def whole(text: str, below: int, otherwise: int) -> int:
    """Return a number that was chosen, or another where it makes no sense."""
    digits = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if digits and int(text) < below else otherwise


def asked(config: RunConfig, task: Task, text: str) -> Change | None:
    """Return the change that a text asks for; None where it makes no sense."""
    parts = text.split(":")
    if len(parts) != 6 or parts[0] not in kinds(config):
        return None
    what, how = parts[0], parts[2]
    try:
        index, when, layer = int(parts[1]), int(parts[4]), int(parts[5])
        amount = float(parts[3])
    except ValueError:
        return None
    within = (
        0 <= index < entries(config, task, what)
        and 0 <= when < config.seq_len
        and 0 <= layer < config.num_layers
        and math.isfinite(amount)
        and abs(amount) <= MOST
    )
    if not within or how not in ("by", "to"):
        return None
    return Change(what, index, "by" if how == "by" else "to", amount, when, layer)


def asked_last(
    config: RunConfig, task: Task, chosen: Mapping[str, str]
) -> Change | None:
    """Return the change that was asked for last, in whichever card, if any.

    Both cards put a time stamp behind theirs: "h:3:by:1:40:0@1700000000000".
    """
    texts = [chosen.get(name, "").partition("@") for name in ("edit", "change")]
    text, _, _ = max(texts, key=lambda part: part[2].rjust(20, "0")[:20])
    return asked(config, task, text)


def in_words(change: Change, input_names: Sequence[Text], layers: int) -> Text:
    """Return what is changed, without when."""
    name: Text | str = f"{change.what}{chr(0x2009)}[{change.index}]"
    if change.what == INPUT:
        name = Text(en="input “{name}”", zh="输入“{name}”").format(
            name=input_names[change.index]
        )
    elif layers > 1:
        name = Text(en="{name} of layer {n}", zh="第 {n} 层的 {name}").format(
            name=name, n=change.layer + 1
        )
    amount = f"{abs(change.amount):g}"
    if change.how == "to":
        return Text(en="{name} set to {a}", zh="{name} 设为 {a}").format(
            name=name, a=("−" if change.amount < 0 else "") + amount
        )
    sign = "−" if change.amount < 0 else "+"
    return Text(en="{name} {sign} {a}", zh="{name} {sign} {a}").format(
        name=name, sign=sign, a=amount
    )
