"""What was found in a measurement of costs: sentences made of its numbers alone."""

from dataclasses import replace
from math import ceil, log2

import numpy as np

from explorer.costs import Fit, Point
from explorer.figures._theme import number
from explorer.texts import Text
from explorer.ui.cost_bench import Report
from explorer.ui.cost_races import winners
from explorer.ui.cost_settings import cell_name
from explorer.ui.cost_words import (
    MIB,
    NAMED,
    NOISY,
    WAYS,
    joined,
    listed,
    name_of,
    spread,
    time_fit,
)

STRAIGHT = 0.1  # a slope this near to 1 is called proportional

GROWTH = Text(
    en="**Time** grows between $T^{{{low}}}$ ({slow}) and $T^{{{high}}}$ ({fast}).",
    zh="**时间**的增长介于 $T^{{{low}}}$（{slow}）与 $T^{{{high}}}$（{fast}）之间。",
)
PROPORTIONAL = Text(
    en=" No exponent is further than {band} from 1: twice the length, about twice the "
    "time.",
    zh="指数与 1 相差都不超过 {band}：长度加倍，时间也大约加倍。",
)
DEPTH = Text(
    en="**Depth against work.** At T = {length} a loop is {length} steps, each "
    "waiting for the one before.",
    zh="**深度与工作量**：T = {length} 时，循环要走 {length} 步，每步都要等前一步。",
)
ROUNDS = Text(
    en=" The scan has only {rounds} rounds, but each goes over the whole sequence: up "
    "to {work:,} combinations instead of {length}, {rounds} times the work.",
    zh="扫描只有 {rounds} 轮，但每轮都要处理整个序列：最多 {work:,} 次合并，"
    "而不是 {length} 次，是 {rounds} 倍的工作量。",
)
GAIN = Text(
    en=" Measured at T = {length}, {cell} takes {loop} ms by the loop and {scan} ms by "
    "the scan: {factor} times as {verdict}.",
    zh="在 T = {length} 处实测，{cell} 用循环需 {loop} 毫秒，用扫描需 {scan} 毫秒："
    "扫描{verdict}到 {factor} 倍。",
)
FASTER = Text(en="fast", zh="快")
SLOWER = Text(en="slow", zh="慢")
PRICE = Text(
    en="**The price of memory.** At T = {length} the {cell} loop keeps {loop} MiB; "
    "with checkpoints at most {kept} MiB, 1/{less} of it, in {factor} times the time.",
    zh="**内存的价格**：T = {length} 时，{cell} 逐步循环要保留 {loop} MiB；"
    "用检查点最多 {kept} MiB，即 1/{less}，用时是逐步循环的 {factor} 倍。",
)
REASONS = {
    "time": Text(
        en="**Not measured**, since too little of the time was left: {which}.",
        zh="**未测量**，因为剩余时间不够：{which}。",
    ),
    "memory": Text(
        en="**Not measured**, since a step would need more than {most} MB: {which}.",
        zh="**未测量**，因为一次训练步所需内存会超过 {most} MB：{which}。",
    ),
}
FROM = Text(en="{name} from T = {length} on", zh="{name}（T ≥ {length}）")
SPREAD = Text(
    en="**Noise.** Half of the repeats lie within {middle} of their median for the "
    "typical point, within {worst} for the shakiest ({name}, T = {length}). "
    "Whatever else the machine does meanwhile is in these times.",
    zh="**噪声**：典型的点，半数重复与中位数之差在 {middle} 以内；"
    "最不稳的一点（{name}，T = {length}）在 {worst} 以内。"
    "机器同时在做的其他事，也算进了这些时间。",
)


TOO_NOISY = Text(
    en="**Too noisy to conclude from**, a quartile further than {band} from the "
    "median, and left out of all comparisons and exponents: {which}.",
    zh="**噪声太大，不足以下结论**（有四分位数与中位数相差超过 {band}），"
    "未计入任何比较和指数：{which}。",
)
NOISY_AT = Text(en="{name} at T = {lengths}", zh="{name}（T = {lengths}）")


def findings(report: Report, most: float) -> list[Text]:
    """Return what was found, a sentence or two each.

    Args:
        report: at least one point.
        most: how many bytes a step could have used.
    """
    sure = {key: p for key, p in report.points.items() if spread(p) <= NOISY}
    steady = replace(report, points=sure)
    said = [_growth(steady), _depth(steady), winners(steady), _price(steady)]
    said += [
        _noisy(report),
        _skipped(report, "time", most),
        _skipped(report, "memory", most),
    ]
    return [text for text in [*said, _spread(report)] if text]


def _noisy(report: Report) -> Text | None:
    """Name the points that are too noisy, way by way."""
    parts = []
    for course in report.courses():
        lengths = [f"{point.length}" for point in course if spread(point) > NOISY]
        if lengths:
            told = {"name": name_of(course[0]), "lengths": ", ".join(lengths)}
            parts.append(NOISY_AT.format(**told))
    told = {"band": f"±{NOISY:.0%}", "which": listed(parts)}
    return TOO_NOISY.format(**told) if parts else None


def _growth(report: Report) -> Text | None:
    fits = [(f, c[-1]) for c in report.courses() if (f := time_fit(c))]
    if not fits:
        return None
    fits.sort(key=lambda pair: pair[0].slope)
    (low, slow), (high, fast) = fits[0], fits[-1]
    said = GROWTH.format(
        low=_power(low), high=_power(high), slow=name_of(slow), fast=name_of(fast)
    )
    if max(abs(f.slope - 1) for f, _ in fits) > STRAIGHT:
        return said
    return joined([said, PROPORTIONAL.format(band=f"{STRAIGHT:g}")])


def _power(found: Fit) -> str:
    """Return an exponent with its standard error, as LaTeX."""
    return rf"{found.slope:.2f} \pm {found.error:.2f}"


def _depth(report: Report) -> Text | None:
    if not report.points:
        return None
    length = max(point.length for point in report.points.values())
    said = [DEPTH.format(length=length)]
    scans = [c for c in report.courses() if c[-1].way == "scan"]
    if scans:
        rounds = ceil(log2(length))
        told = {"rounds": rounds, "work": rounds * length, "length": length}
        said.append(ROUNDS.format(**told))
    for course in scans:
        loops = {p.length: p for p in report.course(course[0].cell, "loop")}
        both = [(loops[p.length], p) for p in course if p.length in loops]
        if both:
            said.append(_gain(*both[-1]))
    return joined(said)


def _gain(loop: Point, scan: Point) -> Text:
    factor = loop.seconds / scan.seconds
    return GAIN.format(
        length=loop.length,
        cell=cell_name(loop.cell),
        loop=number(loop.seconds * 1e3),
        scan=number(scan.seconds * 1e3),
        factor=number(max(factor, 1 / factor)),
        verdict=FASTER if factor >= 1 else SLOWER,
    )


def _price(report: Report) -> Text | None:
    """Say what checkpoints save and cost at the longest sequence of both ways."""
    cell = report.settings.checkpointed
    loops = {p.length: p for p in report.course(cell, "loop")}
    both = [p for p in report.course(cell, "checkpointed") if p.length in loops]
    if not both:
        return None
    point = both[-1]
    loop = loops[point.length]
    return PRICE.format(
        length=point.length,
        cell=cell_name(cell),
        loop=number(loop.kept / MIB),
        kept=number(point.kept / MIB),
        less=number(loop.kept / point.kept),
        factor=number(point.seconds / loop.seconds),
    )


def _skipped(report: Report, reason: str, most: float) -> Text | None:
    parts = [
        FROM.format(
            name=NAMED.format(cell=cell_name(each.cell), way=WAYS[each.way]),
            length=each.length,
        )
        for each in report.skipped
        if each.reason == reason
    ]
    told = {"which": listed(parts), "most": round(most / 1e6)}
    return REASONS[reason].format(**told) if parts else None


def _spread(report: Report) -> Text:
    points = list(report.points.values())
    wide = np.array([spread(point) for point in points])
    worst = points[int(wide.argmax())]
    return SPREAD.format(
        middle=f"±{np.median(wide):.0%}",
        worst=f"±{wide.max():.0%}",
        name=name_of(worst),
        length=worst.length,
    )
