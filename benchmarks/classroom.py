"""A class on one server: every viewer trains a run of their own and watches it.

    python -m benchmarks.classroom [--viewers 30] [--seconds 40] [--within 15]

Starts a server of its own on a free port with an empty database. The viewers come one
after the other, each to another task and cell, and press Train; then it is measured
for some seconds. Prints what was measured as JSON, and a last line with the goals.
Linux only.

An update is what shows a viewer a newer step of training, be it an event of the stream
or a picture; it is delayed from the moment when the training thread had it to its
arrival. A picture is delayed from the moment when the database had its step, which is
looked up every few milliseconds. What a browser does with them is not in here:
`benchmarks.live` asks a real one.
"""

import argparse
import asyncio
import json
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from benchmarks._class_report import (
    Register,
    Usage,
    goals,
    of_server,
    of_viewers,
)
from benchmarks._server import Server, serving
from benchmarks._viewer import Viewer
from explorer.cells import CELLS
from explorer.link import from_query, task_query
from explorer.tasks import TASKS

MOST_VIEWERS, MOST_SECONDS = 100, 600
PATIENCE = 30  # seconds after the last has come in which all are to see something
STEPS = "10000"  # of each run: no run is to end while it is measured


def settings(viewers: int) -> list[tuple[str, str, str]]:
    """Return as many different runs: each one's key, link and name."""
    found = []
    turns = zip(cycle(TASKS), cycle(CELLS), range(viewers), strict=False)
    for task, cell, seed in turns:
        query = task_query(task) | {"cell": cell, "seed": str(seed), "steps": STEPS}
        config, _ = from_query(query, ["cpu"])  # which mends what the cell cannot have
        found.append(
            (config.key, urlencode(query | {"lang": "en"}), f"{task} {cell} {seed}")
        )
    return found


async def play(
    server: Server, viewers: int, seconds: float, within: float
) -> dict[str, Any]:
    """Let the class come, train and watch; return what was measured."""
    register, over = Register(), asyncio.Event()
    keys, links, names = zip(*settings(viewers), strict=True)
    people = [Viewer(server.address, *run) for run in zip(links, names, strict=True)]
    looking = [register.keep(server), register.weigh(server)]
    keeping = [asyncio.create_task(each) for each in looking]
    beginning: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as room:
        for person in people:
            room.create_task(person.visit(over))
            beginning.append(room.create_task(begin(person)))
            await asyncio.sleep(within / viewers)
        served = await all_see(people)
        first = Usage.now(server)
        await asyncio.sleep(seconds)
        last = Usage.now(server)
        over.set()
        for each in beginning:
            each.cancel()
    for each in keeping:
        each.cancel()
    for fault in await asyncio.gather(*keeping, return_exceptions=True):
        if isinstance(fault, Exception):  # cancelling is none
            raise fault
    register.read(server)
    measured = of_viewers(list(zip(keys, people, strict=True)), register, first, last)
    server_side = of_server(server, viewers, register, first, last)
    return {"viewers": viewers, "served": served} | measured | server_side


async def all_see(people: list[Viewer]) -> int:
    """Wait until all see their run advance, but not for ever; return how many do."""
    seeing = [asyncio.create_task(p.until(lambda p: p.step > 0)) for p in people]
    done, late = await asyncio.wait(seeing, timeout=PATIENCE)
    for task in late:
        task.cancel()
    return len(done)


async def begin(person: Viewer) -> None:
    """Press Train as soon as the page is there."""
    await person.until(lambda p: p.loaded)
    await person.press("button_train")


def measure(viewers: int = 30, seconds: float = 40, within: float = 15) -> dict:
    """Return what a class of so many viewers sees and costs, and the goals.

    Args:
        viewers: at most MOST_VIEWERS.
        seconds: how long it is measured, at most MOST_SECONDS.
        within: seconds in which all of them come.
    """
    with serving() as server:
        waiting = play(server, viewers, seconds, within)
        patience = seconds + within + 120
        measured = asyncio.run(asyncio.wait_for(waiting, patience))
    return measured | {"goals": goals(measured)}


def verdict(measured: dict[str, Any]) -> str:
    """Return the goals in one line."""
    told = []
    for name, goal in measured["goals"].items():
        met = "met" if goal["met"] else "not met"
        told.append(f"{name} {goal['measured']:.3g} (goal {goal['goal']:g} {met})")
    return f"classroom of {measured['viewers']}: {', '.join(told)}"


def main() -> None:
    """Print what was measured as JSON, and the goals in a last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--within", type=float, default=15)
    chosen = parser.parse_args()
    if not 1 <= chosen.viewers <= MOST_VIEWERS:
        parser.error(f"--viewers goes from 1 to {MOST_VIEWERS}")
    if not 0 < max(chosen.seconds, chosen.within) <= MOST_SECONDS:
        parser.error(f"--seconds and --within go up to {MOST_SECONDS}")
    measured = measure(chosen.viewers, chosen.seconds, chosen.within)
    print(json.dumps(measured, indent=2))
    print(verdict(measured))


if __name__ == "__main__":
    main()
