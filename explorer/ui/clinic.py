"""The clinic: what ails a run, in words, and cures on one press that open a duel."""

from pathlib import Path

import streamlit as st

from explorer.config import RunConfig
from explorer.duels import differences
from explorer.figures._theme import number
from explorer.history import history, trace_at
from explorer.probes.cures import LEAP, Cure, cured, cures
from explorer.probes.diagnosis import (
    Course,
    Exploded,
    Finding,
    Stalled,
    Units,
    Vanished,
    diagnose,
)
from explorer.store import Run
from explorer.texts import Language, Text
from explorer.ui.duel_settings import prepare
from explorer.ui.services import Services
from explorer.views._kept import Kept

DUEL_PAGE = Path(__file__).parents[2] / "pages" / "duel.py"
NAMED = 8
"""How many units a sentence names."""
_KEPT: Kept[list[Finding]] = Kept(64)

TITLE = Text(en="Clinic", zh="诊断")
HELP = Text(
    en="What ails this run, and what may help", zh="这个运行出了什么问题，怎样医治"
)
CURES = Text(
    en="What may help? Each opens a duel, before and after, on the same data and "
    "seeds.",
    zh="可以怎么治？每一项都会打开一场对决：同样的数据和种子，治疗前后作对比。",
)
NO_CURE = Text(
    en="Nothing in the settings of this cell is known to help; try another cell.",
    zh="这种单元没有已知有帮助的设置，请换一种单元试试。",
)
TRY = Text(en="Try: {cure}", zh="试试：{cure}")
ENDED = Text(
    en="**It exploded.** At step {step} the {quantity} was no longer a finite number. "
    "The gradient's last finite norm was {norm}, {factor} times its usual {usual}.",
    zh="**爆炸了。**第 {step} 步的{quantity}不再是有限的数。"
    "梯度最后一个有限的范数是 {norm}，为平常值 {usual} 的 {factor} 倍。",
)
AT_ONCE = Text(
    en="**It exploded.** At step {step} the {quantity} was no longer a finite number, "
    "without a sign before: the gradient's last finite norm was {norm}.",
    zh="**爆炸了。**第 {step} 步的{quantity}不再是有限的数，事先没有征兆："
    "梯度最后一个有限的范数是 {norm}。",
)
QUANTITIES = {
    "loss": Text(en="loss", zh="损失"),
    "grad_norm": Text(en="gradient", zh="梯度"),
}
SPIKED = Text(
    en="**The gradient exploded** at step {step}: its norm was {norm}, {factor} times "
    "its usual {usual}.",
    zh="**梯度爆炸**：第 {step} 步梯度的范数为 {norm}，"
    "是平常值 {usual} 的 {factor} 倍。",
)
STALLED = Text(
    en="**It stalled.** Since step {since} the mean loss is {loss}; a guess without "
    "memory has {guess}.",
    zh="**停滞不前。**自第 {since} 步起平均损失为 {loss}，而不用记忆的猜测为 {guess}。",
)
VANISHED = Text(
    en="**The gradient vanishes.** At the first time step {first} is left of "
    "{largest}: what came early cannot be learned from.",
    zh="**梯度消失。**梯度最大处为 {largest}，到第一个时间步只剩 {first}："
    "早先的输入学不到。",
)
UNITS = {
    "saturated": Text(
        en="**{count} of {all} units are saturated** in layer {layer}: |h| is above "
        "0.97 nearly all the time. Units {which}.",
        zh="**第 {layer} 层 {all} 个单元中有 {count} 个饱和**：|h| 几乎一直大于 0.97。"
        "单元 {which}。",
    ),
    "dead": Text(
        en="**{count} of {all} units are dead** in layer {layer}: h is 0 all the time. "
        "Units {which}.",
        zh="**第 {layer} 层 {all} 个单元中有 {count} 个已死**：h 始终为 0。"
        "单元 {which}。",
    ),
    "shut": Text(
        en="**Gate {name} is shut** in {count} of {all} units of layer {layer}: below "
        "0.1 nearly all the time. Units {which}.",
        zh="**第 {layer} 层 {all} 个单元中有 {count} 个的门 {name} 关闭**："
        "几乎一直小于 0.1。单元 {which}。",
    ),
    "open": Text(
        en="**Gate {name} stands open** in {count} of {all} units of layer {layer}: "
        "above 0.9 nearly all the time. Units {which}.",
        zh="**第 {layer} 层 {all} 个单元中有 {count} 个的门 {name} 敞开**："
        "几乎一直大于 0.9。单元 {which}。",
    ),
}


def clinic(shared: Services, config: RunConfig, language: Language) -> None:
    """Draw the popover where a run that rests diverged or stalled."""
    run = shared.store.run(config.key)
    if run is None or run.active or not run.step:
        return
    found = findings(shared, config, run)
    if not found:
        return
    with st.popover(
        TITLE.to(language),
        icon=":material/stethoscope:",
        help=HELP.to(language),
        key="clinic",
    ):
        for finding in found:
            st.markdown(told(config, finding).to(language))
        _offer(config, found, language)


def findings(shared: Services, config: RunConfig, run: Run) -> list[Finding]:
    """Return what ails a run that diverged or stalled, computed once for each step.

    A run that learns may well have a gradient that leaps or fades, and units that are
    saturated: by themselves they are no illness.
    """
    name = config.key, run.step, run.status
    try:
        return _KEPT.get(name, lambda: _diagnosis(shared, config, run))
    except _Forgotten:
        return []


class _Forgotten(Exception):
    """The weights that were to be looked at have been dropped meanwhile."""


def _diagnosis(shared: Services, config: RunConfig, run: Run) -> list[Finding]:
    records, steps = history(shared.store, config)
    diverged = run.message if run.status == "diverged" else None
    sound = [s for s in steps if diverged is None or s < run.step] or [0]
    try:
        trace = trace_at(shared.store, config, sound[-1])
    except LookupError as error:
        raise _Forgotten from error
    course = Course(records.step, records.loss, records.grad_norm)
    found = diagnose(config, course, trace, diverged)
    if diverged:  # before any training, units and gradients are not what ails it
        return found if sound[-1] else found[:1]
    return found if any(isinstance(finding, Stalled) for finding in found) else []


def told(config: RunConfig, finding: Finding) -> Text:
    """Return a finding as a sentence with its numbers."""
    if isinstance(finding, Exploded):
        leaps = finding.factor >= LEAP
        said = SPIKED if finding.quantity is None else ENDED if leaps else AT_ONCE
        return said.format(
            step=finding.step,
            quantity=QUANTITIES.get(finding.quantity or "", ""),
            norm=number(finding.last_norm),
            usual=number(finding.usual),
            factor=number(finding.factor),
        )
    if isinstance(finding, Stalled):
        return STALLED.format(
            since=finding.since, loss=number(finding.loss), guess=number(finding.guess)
        )
    if isinstance(finding, Vanished):
        first, largest = number(finding.first), number(finding.largest)
        return VANISHED.format(first=first, largest=largest)
    return _of_units(config, finding)


def _of_units(config: RunConfig, finding: Units) -> Text:
    named = ", ".join(map(str, finding.units[:NAMED]))
    return UNITS[finding.kind].format(
        count=len(finding.units),
        all=config.hidden_size,
        layer=finding.layer + 1,
        name=finding.name,
        which=named + (" …" if len(finding.units) > NAMED else ""),
    )


def _offer(config: RunConfig, found: list[Finding], language: Language) -> None:
    """Draw a button for each cure of any finding, the likeliest first."""
    base = config.model_copy(update={"changes": ()})
    offered = all_cures(config, found)
    st.caption((CURES if offered else NO_CURE).to(language))
    for place, cure in enumerate(offered):
        after = cured(config, cure)
        if after is None:
            continue
        said = differences(base, after)
        words = Text(
            en=", ".join(text.en for text in said), zh="，".join(t.zh for t in said)
        )
        label = TRY.format(cure=words).to(language)
        if st.button(label, key=f"cure_{place}", icon=":material/healing:"):
            prepare(((), tuple(cure.items())))
            st.switch_page(DUEL_PAGE)


def all_cures(config: RunConfig, found: list[Finding]) -> list[Cure]:
    """Return the cures of all findings, each once."""
    offered: list[Cure] = []
    for finding in found:
        offered += [cure for cure in cures(config, finding) if cure not in offered]
    return offered
