"""What a training step costs: bytes counted by hand, checkpoints, slopes, limits."""

from itertools import count, islice

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from explorer.cells import CELLS, Cell
from explorer.costs import (
    Limits,
    Point,
    Settings,
    Skipped,
    _measure,
    checkpointed,
    fit,
    kept_bytes,
    measure,
)

TINY = Settings(cells=("rnn", "mingru"), hidden_size=3, batch_size=2)
FLOAT = 4  # bytes


def built(name: str, hidden: int = 5) -> Cell:
    cell = CELLS[name](2, hidden, CELLS[name].activations[0])
    cell.reset(Generator().manual_seed(1))
    return cell.double()


def gradients(cell: Cell, hidden: Tensor) -> list[Tensor]:
    weight = torch.linspace(-1, 1, hidden.numel(), dtype=hidden.dtype)
    return list(
        torch.autograd.grad((hidden.flatten() * weight).sum(), cell.parameters())
    )


def test_what_the_backward_pass_keeps_is_counted_as_by_hand() -> None:
    w, x = torch.ones(6, 7, requires_grad=True), torch.ones(6, 7)
    kept = kept_bytes(lambda: torch.tanh(w * x), besides=[w, x])
    assert kept == 6 * 7 * FLOAT, "tanh keeps its output, the product only x"
    assert kept_bytes(lambda: torch.tanh(w * x)) == 2 * 6 * 7 * FLOAT


def test_two_views_of_one_storage_are_counted_once() -> None:
    w = torch.ones(6, 7, requires_grad=True)

    def step() -> Tensor:
        a = torch.tanh(w)
        return a[0] * a[1] * a[2]  # keeps two views of a, a product and a third view

    assert kept_bytes(step) == 6 * 7 * FLOAT + 7 * FLOAT


def test_what_was_freed_in_between_does_not_count() -> None:
    w = torch.ones(6, 7, requires_grad=True)

    def twice() -> None:
        torch.tanh(w).sum().backward()
        torch.tanh(w).sum().backward()

    both = kept_bytes(lambda: (torch.tanh(w).sum(), torch.tanh(w).sum()))
    assert (kept_bytes(twice), both) == (6 * 7 * FLOAT, 2 * 6 * 7 * FLOAT)


def test_nothing_to_differentiate_keeps_nothing() -> None:
    assert kept_bytes(lambda: torch.tanh(torch.ones(9))) == 0


def test_a_tanh_loop_keeps_its_states_and_the_first() -> None:
    cell, x = built("rnn").float(), torch.randn(11, 3, 2)
    kept = kept_bytes(lambda: cell.loop(x), besides=[x, *cell.parameters()])
    assert kept == (11 + 1) * 3 * 5 * FLOAT


@pytest.mark.parametrize("length", [1, 2, 7, 16])
@pytest.mark.parametrize("name", list(CELLS))
def test_checkpoints_change_neither_values_nor_gradients(
    name: str, length: int
) -> None:
    cell = built(name)
    x = torch.randn(length, 3, 2, generator=Generator().manual_seed(2)).double()
    plain, sparing = cell.loop(x), checkpointed(cell, x)
    torch.testing.assert_close(sparing, plain, rtol=1e-12, atol=1e-14)
    for ours, reference in zip(
        gradients(cell, sparing), gradients(cell, plain), strict=True
    ):
        torch.testing.assert_close(ours, reference, rtol=1e-10, atol=1e-12)


def test_checkpoints_keep_about_the_square_root() -> None:
    cell = built("lstm")

    def kept(run: object, length: int) -> int:
        x = torch.randn(length, 3, 2).double()
        besides = [x, *cell.parameters()]
        return kept_bytes(lambda: run(x).sum().backward(), besides)  # type: ignore

    def sparing(x: Tensor) -> Tensor:
        return checkpointed(cell, x)

    plain = [kept(cell.loop, length) for length in (64, 256)]
    spared = [kept(sparing, length) for length in (64, 256)]
    assert plain[1] == pytest.approx(4 * plain[0], rel=0.05)
    assert spared[1] == pytest.approx(2 * spared[0], rel=0.1)
    assert spared[0] < plain[0] / 4


def test_a_power_law_is_found_again_exactly() -> None:
    lengths = 2.0 ** np.arange(3, 13)
    found = fit(lengths, 3e-5 * lengths**1.25)
    assert found is not None
    assert found.slope == pytest.approx(1.25) and found.factor == pytest.approx(3e-5)
    assert found.error == pytest.approx(0, abs=1e-7)


def test_the_standard_error_is_that_of_least_squares() -> None:
    lengths = 2.0 ** np.arange(3, 9)
    noise = np.exp(np.random.default_rng(0).normal(0, 0.2, 6))
    found = fit(lengths, lengths * noise)
    (slope, _), covariance = np.polyfit(
        np.log(lengths), np.log(lengths * noise), 1, cov=True
    )
    assert found is not None
    assert found.slope == pytest.approx(slope)
    assert found.error == pytest.approx(np.sqrt(covariance[0, 0]))


def test_two_points_are_no_slope() -> None:
    assert fit([8, 16], [1.0, 2.0]) is None and fit([], []) is None


def unhurried() -> Limits:
    return Limits(lengths=(4, 8, 16), seconds=1e9, each=0)


def test_every_way_of_every_cell_is_measured_at_every_length() -> None:
    found = list(measure(TINY, unhurried()))
    assert all(isinstance(item, Point) for item in found)
    points = {item[:3]: item for item in found if isinstance(item, Point)}
    ways = {(cell, way) for cell, way, _ in points}
    rnn = CELLS["rnn"](2, 3, "tanh").way
    assert ways == {
        ("rnn", "loop"),
        ("rnn", rnn),
        ("rnn", "checkpointed"),
        ("mingru", "loop"),
        ("mingru", CELLS["mingru"](2, 3, "identity").way),
        ("mingru", "scan"),
    }
    assert set(points) == {(*way, length) for way in ways for length in (4, 8, 16)}
    for point in points.values():
        assert 0 < point.low <= point.seconds <= point.high
        assert point.repeats == 3 and point.kept > 0 and point.peak is None


@pytest.mark.parametrize("name", list(CELLS))
def test_any_cell_can_be_measured(name: str) -> None:
    settings = Settings(cells=(name,), hidden_size=3, batch_size=2)
    found = list(measure(settings, Limits((4,), seconds=1e9, each=0)))
    cell = CELLS[name](2, 3, CELLS[name].activations[0])
    scanned = {"scan"} & set(cell.ways())
    assert {item.way for item in found} == {"loop", cell.way, "checkpointed"} | scanned
    assert all(isinstance(item, Point) and item.kept > 0 for item in found)


def test_repeats_take_turns_among_the_ways() -> None:
    found = [p for p in measure(TINY, unhurried()) if isinstance(p, Point)]
    first = [(p.cell, p.way) for p in found[:6]]
    assert len(set(first)) == 6, "each way once before any twice"
    assert [(p.cell, p.way) for p in found[6:12]] == first
    assert [p.repeats for p in found[:12]] == [1] * 6 + [2] * 6


def test_the_lstm_is_the_one_with_checkpoints_where_it_is_chosen() -> None:
    assert Settings(cells=("rnn", "lstm", "gru")).checkpointed == "lstm"
    assert Settings(cells=("gru", "mingru")).checkpointed == "gru"


def test_memory_that_a_longer_sequence_would_need_is_not_tried() -> None:
    roomy = list(measure(TINY, unhurried()))
    kept = {i[:3]: i.kept for i in roomy if isinstance(i, Point)}
    # At T = 16 the loop would need 2 x 1.5 times what it keeps at T = 8.
    limits = Limits((4, 8, 16), 1e9, 0, bytes=kept["mingru", "loop", 8] * 2)
    found = list(measure(TINY, limits))
    skipped = [item for item in found if isinstance(item, Skipped)]
    assert Skipped("mingru", "loop", 16, "memory") in skipped
    assert all(item.reason == "memory" for item in skipped)
    measured = {i[:3] for i in found if isinstance(i, Point)}
    assert ("mingru", "loop", 8) in measured
    assert ("mingru", "loop", 16) not in measured
    assert ("rnn", "loop", 16) in measured, "the others go on"


def test_what_would_take_too_long_is_skipped_and_said() -> None:
    ticks = count()
    limits = Limits((4, 8, 16), seconds=40, each=0)
    # Each look at this clock is a second later, so each repeat takes one second.
    found = list(measure(TINY, limits, clock=lambda: float(next(ticks))))
    skipped = [item for item in found if isinstance(item, Skipped)]
    assert skipped and all(item.reason == "time" for item in skipped)
    assert {item[:2] for item in skipped} == {
        item[:2] for item in found if isinstance(item, Point)
    }, "in the end there is time for none"
    assert next(ticks) < 60


def test_out_of_time_a_point_has_fewer_repeats_and_no_way_goes_without() -> None:
    ticks = count()
    limits = Limits((4,), seconds=2, each=0)
    found = list(measure(TINY, limits, clock=lambda: float(next(ticks))))
    assert [p.repeats for p in found if isinstance(p, Point)] == [1] * 6


def test_a_closed_measurement_measures_no_more() -> None:
    ticks = count()
    going = measure(TINY, unhurried(), clock=lambda: float(next(ticks)))
    assert len(list(islice(going, 2))) == 2
    going.close()
    before = next(ticks)
    assert list(going) == [] and next(ticks) == before + 1


def test_what_was_needed_is_given_back_even_if_nobody_waits_for_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[int] = []
    monkeypatch.setattr(_measure, "give_back_freed_memory", lambda: given.append(1))
    assert list(measure(TINY, unhurried()))
    assert len(given) == 4, "after each length and at the end"
    going = measure(TINY, unhurried())
    next(going)
    going.close()
    assert len(given) == 5
