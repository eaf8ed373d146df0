"""Which way through a cell was fastest, and where its parallel scan won."""

from itertools import groupby

from explorer.costs import Point
from explorer.figures._theme import number
from explorer.texts import Text
from explorer.ui.cost_bench import Report
from explorer.ui.cost_settings import cell_name
from explorer.ui.cost_words import WAYS, joined, listed

FASTEST = Text(
    en="**Which way was fastest** through the same cell? {winners}.",
    zh="**同一单元哪种走法最快**：{winners}。",
)
RACE = Text(en="{cell}: {spans}", zh="{cell}：{spans}")
SPAN = Text(
    en="{way} at T = {span} ({factor} times as fast as the next)",
    zh="T = {span} 时是{way}（速度是第二名的 {factor} 倍）",
)
ALONE = Text(
    en="{way} at T = {span} (hardly faster than the next)",
    zh="T = {span} 时是{way}（与第二名相差无几）",
)
NEVER = Text(
    en=" The scan of {cell} won at none of its {count} lengths.",
    zh="{cell} 的扫描在 {count} 个长度上都没有取胜。",
)
ALWAYS = Text(
    en=" The scan of {cell} won at each of its {count} lengths.",
    zh="{cell} 的扫描在全部 {count} 个长度上取胜。",
)
SOMETIMES = Text(
    en=" The scan of {cell} won at {won} of its {count} lengths.",
    zh="{cell} 的扫描在 {count} 个长度中的 {won} 个上取胜。",
)
WORK_COUNTS = Text(
    en=" One core did all of this, with nobody to share a round with: there the least "
    "work wins, not the fewest rounds. A scan needs many cores or a GPU to pay.",
    zh="这里只用一个核，一轮的工作无人分担：取胜的是工作量最少的走法，而不是轮数最少者。"
    "扫描要有许多核或 GPU 才划算。",
)


def winners(report: Report) -> Text | None:
    """Say which way of each cell was fastest, where at least two were measured.

    Cells are not set against each other: the one with the least work would win.
    """
    cells = dict.fromkeys(cell for cell, *_ in report.points)
    races = {cell: found for cell in cells if (found := _races(report, cell))}
    if not races:
        return None
    told = [_race(cell, found) for cell, found in races.items()]
    scans = [_scan_won(cell, found) for cell, found in races.items()]
    said = [FASTEST.format(winners=listed(told)), *(text for text in scans if text)]
    lost = any(_ways(found) > {"scan"} and not _won(found) for found in races.values())
    if lost and report.settings.device == "cpu":
        said.append(WORK_COUNTS)
    return joined(said)


def _race(cell: str, races: list[list[Point]]) -> Text:
    """Say which way of a cell was fastest at which lengths."""
    spans = [_span([*race]) for _, race in groupby(races, key=lambda race: race[0].way)]
    said = Text(en=", ".join(t.en for t in spans), zh="，".join(t.zh for t in spans))
    return RACE.format(cell=cell_name(cell), spans=said)


def _scan_won(cell: str, races: list[list[Point]]) -> Text | None:
    """Say at how many lengths a cell's scan was the fastest way, if it has one."""
    with_scan = [race for race in races if "scan" in _ways([race])]
    if not with_scan:
        return None
    won, count = _won(races), len(with_scan)
    said = NEVER if not won else ALWAYS if won == count else SOMETIMES
    return said.format(cell=cell_name(cell), won=won, count=count)


def _won(races: list[list[Point]]) -> int:
    """Return at how many lengths a scan was fastest."""
    return sum(race[0].way == "scan" for race in races)


def _ways(races: list[list[Point]]) -> set[str]:
    return {point.way for race in races for point in race}


def _races(report: Report, cell: str) -> list[list[Point]]:
    """Return a cell's points at each length of two ways or more, fastest first."""
    by_length: dict[int, list[Point]] = {}
    for point in report.points.values():
        if point.cell == cell:
            by_length.setdefault(point.length, []).append(point)
    return [
        sorted(by_length[length], key=lambda point: point.seconds)
        for length in sorted(by_length)
        if len(by_length[length]) > 1
    ]


def _span(races: list[list[Point]]) -> Text:
    """Say over which lengths the same way was fastest, and by how much."""
    ratios = [race[1].seconds / race[0].seconds for race in races]
    first, last = races[0][0].length, races[-1][0].length
    low, high = number(min(ratios)), number(max(ratios))
    told = {
        "way": WAYS[races[0][0].way],
        "span": f"{first}" if first == last else f"{first} … {last}",
        "factor": low if low == high else f"{low}–{high}",
    }
    return (ALONE if high == "1" else SPAN).format(**told)
