"""The pictures of a duel: losses, the task's metric, the gradient on its way back."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from explorer.config import RunConfig
from explorer.duels import Band, Duel, band_over_seconds, band_over_steps, short_names
from explorer.figures._theme import TRAINING_STEP, Figure, number
from explorer.figures.duel_curves import Group, duel_curves
from explorer.figures.gradient_profile import gradient_profile
from explorer.history import history, trace_at
from explorer.probes.gradients import state_gradient_norms
from explorer.store import Records, Store
from explorer.texts import Language, Text
from explorer.ui.duel_runs import Standing, with_divergence
from explorer.ui.live import Panel

TITLES = {
    "steps": Text(en="Loss over updates", zh="损失与更新次数"),
    "seconds": Text(en="Loss over seconds", zh="损失与时间"),
    "metric": Text(en="The task’s own score", zh="任务自己的得分"),
    "gradients": Text(en="Gradient through time", zh="梯度沿时间的传播"),
}
CAPTIONS = {
    "steps": Text(
        en="Who needs fewer updates? Thick: the median of the seeds; shaded: from "
        "lowest to highest.",
        zh="谁需要的更新更少？粗线：各种子的中位数；阴影：从最低到最高。",
    ),
    "seconds": Text(
        en="Who needs less computing? Seconds of this server while it computed each "
        "run, whatever else it did: runs timed apart compare roughly.",
        zh="谁需要的计算更少？秒数是这台服务器计算各个运行时所用，不论同时还做了什么："
        "不在同一时段计时的只能粗略比较。",
    ),
    "metric": Text(
        en="On sequences apart from training. Look for who leaves the dashed line, and "
        "when.",
        zh="在与训练分开抽取的序列上测量。看谁、在何时离开虚线。",
    ),
    "gradients": Text(
        en="The first seed’s newest weights, one axis for all: a line that falls to "
        "the left vanishes on its way back.",
        zh="第一个种子的最新权重，同一坐标轴：线越往左越低，说明梯度在反传途中消失。",
    ),
}
LOSS = Text(en="training loss", zh="训练损失")
SECONDS = Text(en="seconds of computing", zh="计算用时（秒）")
NOTHING = Text(en="Nothing trained yet.", zh="尚未训练。")
TOLD = Text(
    en="{name}: {value} after {step} updates ({count} seeds)",
    zh="{name}：{step} 次更新后为 {value}（{count} 个种子）",
)
ENDS = Text(
    en="{name}: {first} at the first time step, {last} at the last",
    zh="{name}：第一个时间步 {first}，最后一个 {last}",
)
Standings = Sequence[Sequence[Standing]]
"""[variant][seed]"""


def duel_panels(
    store: Store, duel: Duel, found: Standings, language: Language
) -> list[Panel]:
    """Return the four cards.

    Args:
        store: where the runs are.
        duel: what is set against what.
        found: [variant][seed], how the runs stand.
        language: the reader's.
    """
    called = short_names(duel)
    profiles = [_newest_profile(store, seeds[0]) for seeds in found]
    figures = {
        "steps": _losses(duel, found, called, "step", language),
        "seconds": _losses(duel, found, called, "seconds", language),
        "metric": _metric(duel, found, called, language),
        "gradients": gradient_profile(
            {n.to(language): p for n, p in zip(called, profiles, strict=True)},
            language=language,
        ),
    }
    told = {
        "steps": _told(found, called, lambda records: records.loss),
        "metric": _told(found, called, lambda records: records.metric),
        "gradients": [
            ENDS.format(name=n, first=number(p[0]), last=number(p[-1]))
            for n, p in zip(called, profiles, strict=True)
        ],
    }
    return [
        {
            "name": f"duel_{name}",
            "title": TITLES[name].to(language),
            "caption": CAPTIONS[name].to(language),
            "alt": _joined(told.get(name, told["steps"])).to(language),
            "figure": figure,
        }
        for name, figure in figures.items()
    ]


def _groups(
    found: Standings,
    called: Sequence[Text],
    values: Callable[[Records], np.ndarray],
    over: str,
    language: Language,
) -> list[Group]:
    """Return the curves of each variant's seeds as far as they are trained."""
    band: Callable[..., Band] = (
        band_over_seconds if over == "seconds" else band_over_steps
    )
    groups = []
    for place, (name, seeds) in enumerate(zip(called, found, strict=True)):
        curves = [
            (getattr(each.records, over).astype(float), values(each.records))
            for each in seeds
            if each.records is not None
        ]
        if curves:
            said = with_divergence(name, seeds).to(language)
            groups.append(Group(said, place, curves, band(curves)))
    return groups


def _losses(
    duel: Duel,
    found: Standings,
    called: Sequence[Text],
    over: str,
    language: Language,
) -> Figure:
    baseline = duel.base.build_task().baseline()
    timed = over == "seconds"
    return duel_curves(
        _groups(found, called, lambda records: records.loss, over, language),
        x_title=(SECONDS if timed else TRAINING_STEP).to(language),
        y_title=LOSS.to(language),
        end=None if timed else float(duel.base.steps),
        baseline=None
        if baseline.loss is None
        else (baseline.title.to(language), baseline.loss),
        log=True,
        language=language,
    )


def _metric(
    duel: Duel, found: Standings, called: Sequence[Text], language: Language
) -> Figure:
    task = duel.base.build_task()
    baseline = task.baseline()
    return duel_curves(
        _groups(found, called, lambda records: records.metric, "step", language),
        x_title=TRAINING_STEP.to(language),
        y_title=task.metric_title.to(language),
        end=float(duel.base.steps),
        baseline=(baseline.title.to(language), baseline.metric),
        log=not task.higher_is_better,
        language=language,
    )


def _newest_profile(store: Store, standing: Standing) -> np.ndarray:
    """Return |dL/dh_t| of a run's top layer, (time,), from its newest weights."""
    known = history(store, standing.config)
    for step in (*reversed(known.weight_steps[-2:]), 0):
        try:
            return _profile(store, standing.config, step)
        except LookupError:  # the newest step has only its checkpoint, which moves on
            continue
    raise AssertionError("step 0 is always there")


@lru_cache(maxsize=64)
def _profile(store: Store, config: RunConfig, step: int) -> np.ndarray:
    norms: np.ndarray = state_gradient_norms(trace_at(store, config, step))["h"][-1]
    return norms


def _told(
    found: Standings,
    called: Sequence[Text],
    values: Callable[[Records], np.ndarray],
) -> list[Text]:
    """Return the median over the seeds of what each variant has come to."""
    told = []
    for name, seeds in zip(called, found, strict=True):
        records = [each.records for each in seeds if each.records is not None]
        if records:
            told.append(
                TOLD.format(
                    name=name,
                    value=number(float(np.median([values(r)[-1] for r in records]))),
                    step=min(int(r.step[-1]) for r in records),
                    count=len(records),
                )
            )
    return told or [NOTHING]


def _joined(texts: Sequence[Text]) -> Text:
    return Text(en="; ".join(t.en for t in texts), zh="；".join(t.zh for t in texts))
