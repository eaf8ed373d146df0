"""The ways through a sequence by name, and what each costs, in a table."""

from collections.abc import Sequence
from html import escape

from explorer.costs import Fit, Point, fit
from explorer.figures._theme import COLON, number
from explorer.texts import Language, Text
from explorer.ui.cost_bench import Report
from explorer.ui.cost_settings import cell_name

UPPER = 5
"""How many of the longest lengths a slope is fitted over: a factor of 16."""
NOISY = 0.5
"""A quartile this far from the median, as a part of it, allows no conclusion."""
MIB = 2**20

WAYS = {
    "loop": Text(en="loop", zh="逐步循环"),
    "unrolled": Text(en="hand-written", zh="手写反向传播"),
    "compiled": Text(en="compiled", zh="编译"),
    "fused": Text(en="fused kernel", zh="融合内核"),
    "scan": Text(en="parallel scan", zh="并行扫描"),
    "checkpointed": Text(en="checkpoints", zh="检查点"),
}
SHORT = WAYS | {
    "loop": Text(en="loop", zh="循环"),
    "unrolled": Text(en="by hand", zh="手写反传"),
    "fused": Text(en="fused", zh="融合"),
    "scan": Text(en="scan", zh="扫描"),
}
"""The same where there is little room."""
ABOUT = {
    "loop": Text(
        en="step after step, differentiated by torch",
        zh="一步接一步，由 torch 自动求导",
    ),
    "unrolled": Text(
        en="step after step, with a backward pass written by hand",
        zh="一步接一步，反向传播由手写代码完成",
    ),
    "compiled": Text(
        en="step after step there and back, in machine code of our own",
        zh="前向与反向都一步接一步，由我们自己编译的机器码完成",
    ),
    "fused": Text(
        en="one of torch’s kernels for the whole sequence",
        zh="用 torch 的一个内核走完整个序列",
    ),
    "scan": Text(
        en="all time steps together, in about log₂ T rounds",
        zh="所有时间步一起算，约需 log₂ T 轮",
    ),
    "checkpointed": Text(
        en="the loop, keeping only every √T-th state and computing the rest twice",
        zh="同样逐步循环，但每 √T 步才保留一个状态，其余算两遍",
    ),
}
NAMED = Text(en="{cell} {way}", zh="{cell} {way}")
HEADS = (
    Text(en="way", zh="走法"),
    Text(en="measured to T", zh="测到 T"),
    Text(en="ms there", zh="该处毫秒"),
    Text(en="µs a time step", zh="每时间步微秒"),
    Text(en="time grows as", zh="时间增长"),
    Text(en="MiB kept", zh="保留 MiB"),
    Text(en="memory grows as", zh="内存增长"),
)
GPU_PEAK = Text(en="MiB on the GPU", zh="GPU 峰值 MiB")


def joined(parts: Sequence[Text]) -> Text:
    """Return sentences as one paragraph."""
    return Text(en="".join(p.en for p in parts), zh="".join(p.zh for p in parts))


def listed(parts: Sequence[Text]) -> Text:
    """Return the parts of a list as one text."""
    return Text(en="; ".join(p.en for p in parts), zh="；".join(p.zh for p in parts))


def name_of(point: Point) -> Text:
    """Return what a point's way is called."""
    return NAMED.format(cell=cell_name(point.cell), way=WAYS[point.way])


def spread(point: Point) -> float:
    """Return how far the further quartile is from the median, as a part of it."""
    return max(point.high - point.seconds, point.seconds - point.low) / point.seconds


def time_fit(course: Sequence[Point]) -> Fit | None:
    """Fit a power of T to the times of a way's longest sequences, noisy ones aside."""
    last = [point for point in course[-UPPER:] if spread(point) <= NOISY]
    return fit([p.length for p in last], [p.seconds for p in last])


def memory_fit(course: Sequence[Point]) -> Fit | None:
    """Fit a power of T to what a way keeps for its longest sequences."""
    last = [p for p in course[-UPPER:] if p.kept]
    return fit([p.length for p in last], [p.kept for p in last])


def table_html(report: Report, language: Language) -> str:
    """Return all ways, what each costs at its longest sequence, and its slopes."""
    courses = report.courses()
    peaks = any(course[-1].peak for course in courses)
    heads = [head.to(language) for head in (*HEADS, *[GPU_PEAK] * peaks)]
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    rows = "".join(_row(course, peaks, language) for course in courses)
    return (
        '<div class="cost-frame" tabindex="0"><table class="cost-table">'
        f"<thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(course: list[Point], peaks: bool, language: Language) -> str:
    last = course[-1]
    cells = [
        f"{last.length}",
        number(last.seconds * 1e3),
        number(last.seconds / last.length * 1e6),
        _power(time_fit(course)),
        number(last.kept / MIB),
        _power(memory_fit(course)),
    ]
    if peaks:
        cells.append("–" if last.peak is None else number(last.peak / MIB))
    name = f'<th scope="row">{escape(name_of(last).to(language))}</th>'
    return f"<tr>{name}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _power(found: Fit | None) -> str:
    return f"T<sup>{found.slope:.2f} ± {found.error:.2f}</sup>" if found else "–"


def ways_of(language: Language) -> str:
    """Return what the ways are, as a Markdown list."""
    colon = COLON.to(language)
    return "\n".join(
        f"- **{name.to(language)}**{colon}{ABOUT[way].to(language)}"
        for way, name in WAYS.items()
    )
