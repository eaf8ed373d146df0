"""All timings, one after another, and their last lines once more at the end.

    python -m benchmarks [--engine-python PYTHON] [name ...]

What fails does not keep the others from running, and is told by the exit status 1. The
engine runs in the environment that has the peers, which is the one given, if one is.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
COMMANDS: dict[str, list[str]] = {
    "solve": [],
    "page": [],
    "live": [],
    "inside": [],
    "watching": [],
    "classroom": [],
    "members": [],
    "probes": [],
    "engine": ["--write"],
}
"""Benchmark -> what it is given; the engine is the last, so its verdict ends it all."""


class Told(NamedTuple):
    """What a benchmark came to."""

    status: int
    last: str
    seconds: float


def run(name: str, python: str) -> Told:
    """Run a benchmark, passing on what it prints as it comes."""
    print(f"== {name}", flush=True)
    began, last = perf_counter(), ""
    command = [python, "-m", f"benchmarks.{name}", *COMMANDS[name]]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line.strip() or last
    return Told(process.wait(), last, perf_counter() - began)


def summary(found: dict[str, Told]) -> str:
    """Return a line a benchmark: how it ended, how long it took, its last words."""
    lines = [
        f"{name}: {'ok' if told.status == 0 else f'FAILED ({told.status})'}, "
        f"{told.seconds:.0f} s"
        for name, told in found.items()
    ]
    verdicts = [told.last for told in found.values() if told.status == 0]
    return "\n".join(["== summary", *lines, *verdicts])


def main(given: Sequence[str] | None = None) -> int:
    """Run what is asked for; return the exit status."""
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="name", help=" ".join(COMMANDS))
    parser.add_argument("--engine-python", default=sys.executable)
    asked = parser.parse_args(given)
    if unknown := [name for name in asked.names if name not in COMMANDS]:
        parser.error(f"unknown: {' '.join(unknown)}; there are {' '.join(COMMANDS)}")
    pythons = {"engine": asked.engine_python}
    names = [name for name in COMMANDS if name in asked.names or not asked.names]
    found = {name: run(name, pythons.get(name, sys.executable)) for name in names}
    print(summary(found))
    return int(any(told.status for told in found.values()))


if __name__ == "__main__":
    sys.exit(main())
