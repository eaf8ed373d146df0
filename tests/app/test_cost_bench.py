"""One measurement at a time, ended when nobody looks; what it found is remembered."""

import time
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from explorer.costs import Limits, Point, Settings, Skipped
from explorer.ui import cost_bench
from explorer.ui.cost_bench import PATIENCE, Bench, Report

OURS, OTHER = Settings(cells=("rnn",)), Settings(cells=("gru",))
FOUND = [
    Point("rnn", "loop", 8, 1, 2e-3, 1e-3, 3e-3, 100, None),
    Point("rnn", "loop", 8, 2, 1e-3, 1e-3, 2e-3, 100, None),
    Point("rnn", "fused", 8, 1, 5e-4, 4e-4, 6e-4, 90, None),
    Skipped("rnn", "loop", 16, "time"),
]


class Script:
    """A measurement that waits before each thing it finds."""

    def __init__(self) -> None:
        self.gates = [Event() for _ in FOUND]
        self.closed = Event()

    def __call__(self, settings: Settings, limits: Limits) -> Iterator[Point | Skipped]:
        try:
            for gate, item in zip(self.gates, FOUND, strict=True):
                assert gate.wait(60)
                yield item
        finally:
            self.closed.set()

    def go(self, *steps: int) -> None:
        for step in steps:
            self.gates[step].set()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def known(bench: Bench, settings: Settings = OURS) -> Report:
    report = bench.look(settings)
    assert report is not None
    return report


def ended(bench: Bench) -> None:
    until(lambda: bench.running is None)


def test_points_come_one_by_one_and_a_later_one_replaces_an_earlier(clock) -> None:
    script = Script()
    bench = Bench(measuring=script, clock=clock)
    assert bench.look(OURS) is None
    assert bench.start(OURS, "ann")
    assert known(bench).points == {} and known(bench).stage == "measuring"
    script.go(0)
    until(lambda: known(bench).points)
    early = known(bench)
    script.go(1, 2, 3)
    ended(bench)
    assert early.points == {("rnn", "loop", 8): FOUND[0]}, "a copy stays as it was"
    late = known(bench)
    assert late.stage == "done" and late.skipped == [FOUND[3]]
    assert late.courses() == [[FOUND[1]], [FOUND[2]]]


def test_one_at_a_time_and_all_see_what_is_found(clock) -> None:
    script = Script()
    bench = Bench(measuring=script, clock=clock)
    assert bench.start(OURS, "ann")
    assert not bench.start(OTHER, "bob") and not bench.start(OURS, "bob")
    assert bench.look(OTHER) is None
    assert bench.running is not None and bench.running.viewer == "ann"
    script.go(0, 1, 2, 3)
    ended(bench)
    assert len(known(bench).points) == 2
    assert bench.start(OTHER, "bob")
    script.go(0, 1, 2, 3)
    ended(bench)
    assert len(known(bench).points) == 2, "an older result is still there"


def test_who_asked_for_it_can_stop_it_and_nobody_else(clock) -> None:
    script = Script()
    bench = Bench(measuring=script, clock=clock)
    bench.start(OURS, "ann")
    bench.stop("bob")
    script.go(0)
    until(lambda: known(bench).points)
    assert known(bench).stage == "measuring"
    bench.stop("ann")
    script.go(1)
    ended(bench)
    assert known(bench).stage == "stopped" and script.closed.is_set()
    assert list(known(bench).points.values()) == [FOUND[1]]


def test_it_ends_when_nobody_has_looked_for_a_while(clock) -> None:
    script = Script()
    bench = Bench(measuring=script, clock=clock)
    bench.start(OURS, "ann")
    clock.now += PATIENCE - 1
    known(bench)
    clock.now += PATIENCE - 1
    script.go(0)
    until(lambda: bench._reports[OURS].points)  # without a look
    assert bench.running is not None
    clock.now += 2
    script.go(1)
    ended(bench)
    assert script.closed.is_set()
    assert known(bench).stage == "stopped"


def test_a_measurement_that_fails_leaves_room_for_the_next(clock) -> None:
    def broken(settings: Settings, limits: Limits) -> Iterator[Point | Skipped]:
        yield FOUND[0]
        raise MemoryError

    bench = Bench(measuring=broken, clock=clock)
    bench.start(OURS, "ann")
    ended(bench)
    assert known(bench).stage == "failed" and len(known(bench).points) == 1
    assert bench.start(OURS, "ann")
    ended(bench)


def test_only_so_many_results_are_remembered(
    clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost_bench, "KEPT", 2)
    bench = Bench(measuring=lambda settings, limits: iter_of(FOUND), clock=clock)
    sizes = [Settings(cells=("rnn",), hidden_size=size) for size in (1, 2, 3)]
    for settings in sizes:
        assert bench.start(settings, "ann")
        ended(bench)
    assert [bench.look(settings) is None for settings in sizes] == [True, False, False]


def iter_of(items: list) -> Iterator:
    yield from items


def test_the_machine_is_named_with_what_it_computes_on() -> None:
    named = cost_bench.machine_of("cpu")
    assert named.en.startswith("CPU (") and "cores" in named.en and "核" in named.zh
