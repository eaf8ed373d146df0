"""The measurement, as a generator of points.

A step is a forward and a backward pass through one cell, with a gradient arriving at
every time step. The ways through a sequence are measured in turn, repeat by repeat, so
that a disturbance of the machine falls on all of them.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

import numpy as np
import torch
from torch import Tensor

from explorer.cells import CELLS, Cell
from explorer.costs._checkpoints import checkpointed
from explorer.costs._memory import kept_bytes
from explorer.costs._settings import Limits, Point, Reason, Settings, Skipped, Way
from explorer.devices import give_back_freed_memory
from explorer.training import flushing_subnormals

INPUT_SIZE = 2
"""Input channels, as in the adding problem."""
LEAST_REPEATS, MOST_REPEATS = 3, 15
RESERVE = 0.15
"""How much of the time that is left one way may set aside for longer sequences."""
TEMPORARY = 1.5
"""About how much more than what is kept a step needs while it runs."""


@dataclass
class _Course:
    """One way of one cell through longer and longer sequences."""

    name: str
    way: Way
    cell: Cell
    run: Callable[[Tensor], Tensor]
    length: int = 1
    expected: float = 0.0
    kept: int = 0
    peak: int | None = None
    times: list[float] = field(default_factory=list)

    def point(self) -> Point:
        low, median, high = np.quantile(self.times, (0.25, 0.5, 0.75)).tolist()
        told = self.name, self.way, self.length, len(self.times)
        return Point(*told, median, low, high, self.kept, self.peak)


def measure(
    settings: Settings,
    limits: Limits | None = None,
    clock: Callable[[], float] = perf_counter,
) -> Generator[Point | Skipped]:
    """Measure all ways at all lengths, the shortest first; yield what is known so far.

    A way that would need too much time or memory is skipped from there on, the others
    go on. Sets the calling thread to one torch thread. Stop by closing the generator.

    Args:
        settings: what is measured.
        limits: how far; by default as `Limits` has it.
        clock: returns seconds.
    """
    torch.set_num_threads(1)
    limits = limits or Limits()
    end = clock() + limits.seconds
    courses = _courses(settings)
    try:
        for length in limits.lengths:
            for course, reason in _too_much(courses, length, limits, end - clock()):
                courses.remove(course)
                yield Skipped(course.name, course.way, length, reason)
            if courses:
                yield from _at(length, courses, settings, limits.each, end, clock)
            give_back_freed_memory()  # of another length, of no use for the next
    finally:
        give_back_freed_memory()


def _courses(settings: Settings) -> list[_Course]:
    """Return every way of every cell, the plain loop first."""
    courses = []
    for name in settings.cells:
        cell = CELLS[name](INPUT_SIZE, settings.hidden_size, CELLS[name].activations[0])
        cell.reset(torch.Generator().manual_seed(0))
        cell.to(settings.device)
        # Of all ways: the plain one, the fastest, and the one that is parallel.
        own, shown = cell.ways(), ("loop", cell.way, "scan")
        ways: dict[Way, Callable[[Tensor], Tensor]] = {
            way: own[way] for way in shown if way in own
        }
        if name == settings.checkpointed:
            ways["checkpointed"] = partial(checkpointed, cell)
        courses += [_Course(name, way, cell, run) for way, run in ways.items()]
    return courses


def _too_much(
    courses: list[_Course], length: int, limits: Limits, left: float
) -> list[tuple[_Course, Reason]]:
    """Return what cannot go on to a longer sequence, judged by the last one, and why.

    The fast ways come first and set some time aside for still longer sequences; the
    slow ones go as far as the rest lasts.
    """
    refused: list[tuple[_Course, Reason]] = []
    for course in sorted(courses, key=lambda course: course.expected):
        longer = length / course.length
        # Twice more than the repeats: memory is counted in a run of its own.
        seconds = course.expected * longer * (LEAST_REPEATS + 2)
        if course.kept * longer * TEMPORARY > limits.bytes:
            refused.append((course, "memory"))
        elif seconds > left:
            refused.append((course, "time"))
        else:
            to_the_end = seconds * (2 * limits.lengths[-1] / length - 1)
            left -= max(seconds, min(to_the_end, RESERVE * left))
    return refused


def _at(
    length: int,
    courses: list[_Course],
    settings: Settings,
    each: float,
    end: float,
    clock: Callable[[], float],
) -> Iterator[Point]:
    """Measure all courses at one length, in rounds."""
    generator = torch.Generator().manual_seed(length)
    x = torch.randn(length, settings.batch_size, INPUT_SIZE, generator=generator)
    shape = (length, settings.batch_size, settings.hidden_size)
    gradient = torch.randn(shape, generator=generator)
    x, gradient = x.to(settings.device), gradient.to(settings.device)
    for course in courses:
        course.kept, course.peak = _memory(course, x, gradient)  # also warms it up
        course.expected *= length / course.length
        course.length, course.times = length, []
    for repeat in range(MOST_REPEATS):
        for course in courses:
            if repeat >= _repeats(course.expected, each):
                continue
            if repeat and clock() > end:
                return
            course.times.append(_time(course, x, gradient, clock))
            point = course.point()
            course.expected = point.seconds
            yield point


def _repeats(seconds: float, each: float) -> int:
    wanted = each / seconds if seconds > 0 else MOST_REPEATS
    return int(min(max(wanted, LEAST_REPEATS), MOST_REPEATS))


@flushing_subnormals()
def _time(
    course: _Course, x: Tensor, gradient: Tensor, clock: Callable[[], float]
) -> float:
    """Return the seconds of one forward and one backward pass."""
    _wait(x)
    began = clock()
    course.run(x).backward(gradient)
    _wait(x)
    seconds = clock() - began
    course.cell.zero_grad()
    return seconds


def _wait(x: Tensor) -> None:
    """Wait until a GPU has done what it was told."""
    if x.is_cuda:
        torch.cuda.synchronize()


@flushing_subnormals()
def _memory(course: _Course, x: Tensor, gradient: Tensor) -> tuple[int, int | None]:
    """Return the bytes kept for the backward pass, and a GPU's peak."""
    if x.is_cuda:
        torch.cuda.reset_peak_memory_stats()
    besides = [x, gradient, *course.cell.parameters()]
    kept = kept_bytes(lambda: course.run(x).backward(gradient), besides)
    course.cell.zero_grad()
    return kept, torch.cuda.max_memory_allocated() if x.is_cuda else None
