"""The engine's results for readers: a table, JSON, and a chart as SVG."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import date
from html import escape
from math import log2
from pathlib import Path

from benchmarks._engine_rows import Row

RESULTS = Path(__file__).parent / "results"
HEAD = (
    "| cell | T x B x H | activation | ours, ms | fastest peer, ms | ratio | quartiles "
    "| who |\n|---|---|---|---|---|---|---|---|"
)
LEFT, WIDTH, LINE, TOP = 220, 640, 16, 34
LOWEST, HIGHEST = 0.25, 16.0
"""The chart's ends; what lies beyond stands at them."""


def line(row: Row) -> str:
    """Return a row of the table."""
    work, ours = row.work, f"{row.ours:.2f}"
    start = f"| {work.cell} | {work.size} | {work.activation} | {ours} | "
    if row.fastest is None:
        return start + "| | | no peer |"
    low, high = row.spread
    theirs = f"{row.peers[row.fastest]:.2f} | {row.ratio:.2f} | {low:.2f}–{high:.2f}"
    return f"{start}{theirs} | {row.fastest} |"


def write(
    rows: Sequence[Row], versions: Sequence[str], wall: bool, verdict: str
) -> None:
    """Write `engine.md`, `engine.json` and `engine.svg` into the folder of results."""
    RESULTS.mkdir(exist_ok=True)
    made = {
        "date": date.today().isoformat(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": list(versions),
        "clock": "the clock's on the wall" if wall else "the processor's",
    }
    found = [
        row.plain() | {"quartiles": row.spread, "rounds": len(row.ratios)}
        for row in rows
    ]
    plain = {"made": made, "verdict": verdict, "rows": found}
    (RESULTS / "engine.json").write_text(json.dumps(plain, indent=1) + "\n", "utf-8")
    (RESULTS / "engine.md").write_text(_markdown(rows, made, verdict), "utf-8")
    (RESULTS / "engine.svg").write_text(chart(rows), "utf-8")


def processor() -> str:
    """Return the processor's name, as far as the system tells."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    names = [each.partition(":")[2].strip() for each in lines if "model name" in each]
    return names[0] if names else platform.processor() or platform.machine()


def _markdown(rows: Sequence[Row], made: dict, verdict: str) -> str:
    ways = list(dict.fromkeys(way for row in rows for way in row.peers))
    return "\n".join(
        [
            "# How fast an update is",
            "",
            "T steps of the cell over B sequences of 2 inputs with H units, a readout "
            "of the last h, the mean squared error, backward and Adam, in float32, on "
            f"one core; everybody takes turns. Time is {made['clock']}. A ratio is "
            "the fastest peer's time over ours, the median over rounds: above 1, ours "
            "is the faster one. Written by `python -m benchmarks.engine --write`.",
            "",
            f"{made['date']}, {made['processor']}, {made['cores']} cores, "
            f"Python {made['python']}; {'; '.join(made['versions'])}.",
            "",
            "![ratios](engine.svg)",
            "",
            HEAD,
            *map(line, rows),
            "",
            f"{verdict}",
            "",
            "## All ways, milliseconds an update",
            "",
            "| cell | T x B x H | activation | ours | " + " | ".join(ways) + " |",
            "|---" * (4 + len(ways)) + "|",
            *(_all_ways(row, ways) for row in rows),
            "",
        ]
    )


def _all_ways(row: Row, ways: Sequence[str]) -> str:
    work, peers = row.work, row.peers
    times = [f"{peers[way]:.2f}" if way in peers else "" for way in ways]
    fields = [work.cell, work.size, work.activation, f"{row.ours:.2f}", *times]
    return f"| {' | '.join(fields)} |"


def chart(rows: Sequence[Row]) -> str:
    """Return the ratios as dots with their quartiles on a log axis, as SVG."""
    against = [row for row in rows if row.ratio is not None]
    bottom = TOP + LINE * len(against)
    grid = "".join(
        f'<path d="M{_x(tick)} {TOP - 6}V{bottom}" '
        f'stroke="{"#000" if tick == 1 else "#ddd"}"/>'
        f'<text x="{_x(tick)}" y="{TOP - 12}" text-anchor="middle">{tick:g}</text>'
        for tick in (0.25, 0.5, 1, 2, 4, 8, 16)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" '
        f'font-size="11" width="{LEFT + WIDTH + 30}" height="{bottom + 10}">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="6" y="{TOP - 12}">fastest peer / ours</text>{grid}'
        f"{''.join(_dot(row, i) for i, row in enumerate(against))}</svg>\n"
    )


def _dot(row: Row, place: int) -> str:
    y, work = TOP + LINE * (place + 0.5), row.work
    low, high = row.spread
    colour = "#0072b2" if row.ratio >= 1 else "#d55e00"
    name = escape(f"{work.cell} {work.activation} {work.size}")
    return (
        f'<text x="6" y="{y + 4}">{name}</text><path d="M{_x(low)} {y}H{_x(high)}" '
        f'stroke="{colour}" stroke-width="2"/><circle cx="{_x(row.ratio)}" cy="{y}" '
        f'r="3.5" fill="{colour}"><title>{row.ratio:.2f}</title></circle>'
    )


def _x(ratio: float) -> float:
    """Return where a ratio stands, in pixels."""
    inside = min(max(ratio, LOWEST), HIGHEST)
    share = log2(inside / LOWEST) / log2(HIGHEST / LOWEST)
    return round(LEFT + WIDTH * share, 1)
