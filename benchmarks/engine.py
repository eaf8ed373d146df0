"""How fast an update is, ours against torch.nn, torchrecurrent and Keras.

    python -m benchmarks.engine [--cell gru ...] [--sizes 50x64x32 ...]
        [--activation tanh|...|all] [--peers ...] [--rounds N] [--wall]
        [--json FILE|-] [--write]

An update is T steps of the cell over B sequences of 2 inputs, a readout of the last h,
the mean squared error, backward and Adam, in float32. Everybody has a process of their
own on the same core, and they take turns. A ratio is the fastest peer's time over ours.

Time is the processor's, of all threads of a process. With one core that is the time
that passes, apart from waiting, and other programs lengthen it less. With --wall, or
where a process cannot be bound to a core, it is the clock on the wall.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks._engine_report import HEAD, line, write
from benchmarks._engine_rows import Row, verdict
from benchmarks._engine_team import Team, tell
from benchmarks._peers import ALL, BOUND, CELLS, PEERS, Absent, Work, peers_of
from explorer.cells import CELLS as OUR_CELLS

Size = tuple[int, int, int]
SIZES = ("50x64x32", "100x32x32", "100x32x128", "200x32x64", "28x128x64")
"""100x32x32 is where the app begins, 100x32x128 its LSTM for summaries."""


def size(text: str) -> Size:
    """Read T x B x H; raises ArgumentTypeError."""
    found = re.fullmatch(r"([1-9]\d*)[x×]([1-9]\d*)[x×]([1-9]\d*)", text)
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no size: T x B x H is meant, such as 50x64x32"
        )
    time, batch, hidden = map(int, found.groups())
    return time, batch, hidden


def works(cells: Sequence[str], activation: str, sizes: Sequence[Size]) -> list[Work]:
    """Return what is to be measured; "all" is all that a peer has as well."""
    names = ALL if activation == "all" else [activation]
    wanted = [Work(c, name, *each) for c in cells for name in names for each in sizes]
    return [work for work in wanted if peers_of(work) or activation != "all"]


def measured(team: Team, wanted: Sequence[Work], rounds: int) -> Iterator[Row]:
    """Measure one work after another."""
    for work in wanted:
        if not peers_of(work):
            tell(f"{work.cell}, {work.activation}: no peer has it")
        yield team.measure(work, rounds)


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("benchmarks.engine", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--cell", nargs="+", default=CELLS, choices=list(OUR_CELLS))
    parser.add_argument("--activation", default="tanh", choices=[*ALL, "all"])
    sizes = [size(each) for each in SIZES]
    parser.add_argument("--sizes", nargs="+", type=size, default=sizes, metavar="TxBxH")
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--wall", action="store_true", help="the clock on the wall")
    parser.add_argument("--json", metavar="FILE", help="- is the standard output")
    parser.add_argument("--write", action="store_true", help="into benchmarks/results")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    """Measure, print a table, and write what is asked for."""
    asked = arguments(given)
    wanted = works(asked.cell, asked.activation, asked.sizes)
    out = sys.stderr if asked.json == "-" else sys.stdout
    rows = []
    wall = asked.wall or not BOUND
    with Team(asked.peers, wall) as team:
        print(HEAD, file=out, flush=True)
        try:
            for row in measured(team, wanted, asked.rounds):
                rows.append(row)
                print(line(row), file=out, flush=True)
        except Absent as absent:
            sys.exit(str(absent))
        if asked.write:
            write(rows, team.versions, wall, verdict(rows))
    if asked.json:
        text = json.dumps([row.plain() for row in rows], indent=1) + "\n"
        if asked.json == "-":
            sys.stdout.write(text)
        else:
            Path(asked.json).write_text(text, "utf-8")
    print(verdict(rows), file=out)


if __name__ == "__main__":
    main()
