"""The pictures on the page of costs: what was measured so far."""

from collections.abc import Sequence
from typing import Any, Literal

from explorer.costs import Point, Settings
from explorer.figures._cost_lines import Curve
from explorer.figures._theme import number
from explorer.figures.cost_checkpoints import cost_checkpoints
from explorer.figures.cost_curves import cost_curves
from explorer.texts import Language, Text
from explorer.ui.cost_bench import Report
from explorer.ui.cost_settings import cell_name
from explorer.ui.cost_words import MIB, NAMED, SHORT, memory_fit, name_of, time_fit
from explorer.ui.live import Panel

Quantity = Literal["time", "memory"]
TITLES = {
    "time": Text(en="Time of a training step", zh="一次训练步的时间"),
    "memory": Text(en="Memory kept for the way back", zh="为反向传播保留的内存"),
    "checkpoints": Text(en="Checkpoints: the price of memory", zh="检查点：内存的价格"),
}
CAPTIONS = {
    "time": Text(
        en="A straight line is a power of T; parallel to the grey one, twice the "
        "length takes twice the time. Whiskers span the middle half of the repeats. "
        "Look for who is lowest on the right.",
        zh="直线表示 T 的幂；与灰线平行，即长度加倍、时间也加倍。"
        "误差线为重复测量居中的一半。看右端谁最低。",
    ),
    "memory": Text(
        en="What autograd holds for the backward pass, weights and inputs not counted. "
        "Parallel to the grey line, each time step adds the same.",
        zh="自动求导为反向传播保留的量，不计权重和输入。"
        "与灰线平行，即每个时间步都增加同样多。",
    ),
    "checkpoints": Text(
        en="The {cell} keeping all states, or only every √T-th and computing the rest "
        "anew. Look for the bend towards √T above, and for what it costs below.",
        zh="{cell}：保留全部状态，或每 √T 步只留一个、其余重算。"
        "看上图如何弯向 √T，再看下图为此付出多少时间。",
    ),
}
NOTHING = Text(en="Nothing measured yet.", zh="尚未测量。")
FROM_TO = Text(
    en="{name}: {low} {unit} at T = {first}, {high} {unit} at T = {last}",
    zh="{name}：T = {first} 时 {low} {unit}，T = {last} 时 {high} {unit}",
)
UNITS = {"time": "ms", "memory": "MiB"}


def cost_panels(
    settings: Settings,
    report: Report | None,
    lengths: Sequence[int],
    language: Language,
) -> list[Panel]:
    """Return the three cards.

    Args:
        settings: what is to be measured.
        report: what is known of it, if anything.
        lengths: all T that the axes have room for, ascending.
        language: the reader's.
    """
    every = report.courses() if report else []
    plain = [course for course in every if course[-1].way != "checkpointed"]
    pair = _pair(settings, report)

    def curves(courses: list[list[Point]], quantity: Quantity) -> list[Curve]:
        return [_curve(course, settings, quantity, language) for course in courses]

    room: Any = {"lengths": lengths, "language": language}
    figures = {
        "time": cost_curves(curves(plain, "time"), "time", **room),
        "memory": cost_curves(curves(plain, "memory"), "memory", **room),
        "checkpoints": cost_checkpoints(
            curves(pair, "memory"), curves(pair, "time"), **room
        ),
    }
    cell = cell_name(settings.checkpointed) if settings.cells else Text(en="–", zh="–")
    return [
        {
            "name": f"cost_{name}",
            "title": TITLES[name].to(language),
            "caption": CAPTIONS[name].format(cell=cell).to(language),
            "alt": _alt(plain if name != "checkpoints" else pair, name).to(language),
            "figure": figure,
        }
        for name, figure in figures.items()
    ]


def _pair(settings: Settings, report: Report | None) -> list[list[Point]]:
    """Return the loop with and without checkpoints, where there are any points."""
    if report is None or not settings.cells:
        return []
    ways = (report.course(settings.checkpointed, w) for w in ("loop", "checkpointed"))
    return [course for course in ways if course]


def _curve(
    course: list[Point], settings: Settings, quantity: Quantity, language: Language
) -> Curve:
    timed = quantity == "time"
    last = course[-1]
    found = time_fit(course) if timed else memory_fit(course)
    slope = f" T<sup>{found.slope:.2f}</sup>" if found else ""
    name = NAMED.format(cell=cell_name(last.cell), way=SHORT[last.way])
    return Curve(
        name.to(language) + slope,
        settings.cells.index(last.cell),
        last.way,
        [point.length for point in course],
        [_value(point, quantity) for point in course],
        [point.low * 1e3 for point in course] if timed else None,
        [point.high * 1e3 for point in course] if timed else None,
    )


def _value(point: Point, quantity: str) -> float:
    """Return milliseconds or MiB."""
    return point.seconds * 1e3 if quantity == "time" else point.kept / MIB


def _alt(courses: list[list[Point]], name: str) -> Text:
    """Say each way's first and last point, for those who cannot see the picture."""
    shown = ("memory", "time") if name == "checkpoints" else (name,)
    said = [_ends(course, quantity) for quantity in shown for course in courses]
    if not said:
        return NOTHING
    return Text(
        en="; ".join(text.en for text in said), zh="；".join(text.zh for text in said)
    )


def _ends(course: list[Point], quantity: str) -> Text:
    first, last = course[0], course[-1]
    return FROM_TO.format(
        name=name_of(last),
        first=first.length,
        last=last.length,
        low=number(_value(first, quantity)),
        high=number(_value(last, quantity)),
        unit=UNITS[quantity],
    )
