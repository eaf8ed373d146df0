"""The words about a measurement: each number in them follows from what was measured."""

import re
from datetime import UTC, datetime

import pytest

from explorer.costs import Point, Settings, Skipped, Way
from explorer.texts import LANGUAGES, Text
from explorer.ui.cost_bench import Report
from explorer.ui.cost_findings import findings
from explorer.ui.cost_panels import cost_panels
from explorer.ui.cost_races import WORK_COUNTS
from explorer.ui.cost_words import ABOUT, WAYS, table_html

HAN = re.compile("[\u4e00-\u9fff]")
LENGTHS = (8, 16, 32, 64, 128)
MIB = 2**20


def report(
    laws: dict[tuple[str, Way], tuple[float, float]], device: str = "cpu"
) -> Report:
    """Return a measurement whose times are power laws: ms at T = 1, and the power."""
    settings = Settings(cells=tuple(dict.fromkeys(c for c, _ in laws)), device=device)
    points = {}
    for (cell, way), (factor, power) in laws.items():
        for length in LENGTHS:
            seconds = factor * 1e-3 * length**power
            kept = MIB if way == "checkpointed" else MIB * length
            points[cell, way, length] = Point(
                cell, way, length, 3, seconds, 0.9 * seconds, 1.2 * seconds, kept, None
            )
    began = datetime(2026, 1, 2, tzinfo=UTC)
    machine = Text(en="a machine", zh="一台机器")
    return Report(settings, "ann", machine, began, 0.0, points=points, stage="done")


LOOPS = {("lstm", "loop"): (1.0, 1.0), ("lstm", "checkpointed"): (1.5, 1.0)}
SLOW_SCAN = LOOPS | {
    ("lstm", "fused"): (0.1, 1.0),
    ("mingru", "loop"): (0.8, 1.0),
    ("mingru", "scan"): (0.2, 1.0),
}
FAST_SCAN = SLOW_SCAN | {("mingru", "scan"): (0.05, 1.0)}


def said(laws: dict, language: str = "en", device: str = "cpu") -> str:
    texts = findings(report(laws, device), 150e6)
    return "\n".join(text.to(language) for text in texts)


def test_growth_names_the_flattest_and_the_steepest() -> None:
    words = said({("rnn", "loop"): (1, 1.25), ("gru", "loop"): (1, 0.75)})
    assert r"$T^{0.75 \pm 0.00}$ (GRU loop) and $T^{1.25 \pm 0.00}$ (RNN loop)" in words
    assert "twice the time" not in words


def test_twice_the_time_is_said_only_where_all_exponents_are_near_1() -> None:
    assert "twice the length, about twice the time" in said(LOOPS)
    assert "about twice" not in said(LOOPS | {("gru", "loop"): (1, 1.2)})


def test_depth_and_work_are_computed_from_the_longest_length() -> None:
    words = said(SLOW_SCAN)
    assert "At T = 128 a loop is 128 steps" in words
    assert "only 7 rounds" in words and "up to 896 combinations instead of 128" in words
    assert "minGRU takes 102 ms by the loop and 25.6 ms by the scan" in words
    assert "4 times as fast" in words
    assert "rounds" not in said(LOOPS)


def test_a_scan_slower_than_its_loop_is_called_slower() -> None:
    words = said({("mingru", "loop"): (0.1, 1), ("mingru", "scan"): (0.3, 1)})
    assert "3 times as slow" in words


def test_the_ways_of_a_cell_are_compared_and_not_the_cells() -> None:
    words = said(SLOW_SCAN | {("rnn", "fused"): (0.001, 1.0)})
    assert "LSTM: fused kernel at T = 8 … 128 (10 times as fast as the next)" in words
    assert "minGRU: parallel scan at T = 8 … 128 (4 times as fast as the next)" in words
    assert "RNN" not in next(w for w in words.splitlines() if "fastest" in w)


def test_a_scan_that_never_won_is_told_with_its_reason_on_one_core() -> None:
    laws = SLOW_SCAN | {("mingru", "scan"): (1.6, 1.0)}
    words = said(laws)
    assert "minGRU: loop at T = 8 … 128 (2 times as fast as the next)" in words
    assert "The scan of minGRU won at none of its 5 lengths" in words
    assert WORK_COUNTS.en in words
    assert WORK_COUNTS.en not in said(laws, device="cuda")


def test_a_scan_that_always_won_is_told_and_no_excuse_made() -> None:
    words = said(FAST_SCAN)
    assert "The scan of minGRU won at each of its 5 lengths" in words
    assert WORK_COUNTS.en not in words


def test_a_scan_that_overtakes_is_told_where_it_won() -> None:
    # 0.1 T and 2 T^0.2 ms cross between T = 32 and T = 64.
    words = said(
        {("mingru", "loop"): (0.1, 1.0), ("mingru", "scan"): (2, 0.2)},
    )
    assert "The scan of minGRU won at 2 of its 5 lengths" in words
    assert "minGRU: loop at T = 8 … 32" in words
    assert "parallel scan at T = 64 … 128" in words


def test_without_a_scan_no_scan_is_spoken_of() -> None:
    words = said(LOOPS)
    assert "LSTM: loop at T = 8 … 128 (1.5 times as fast as the next)" in words
    assert "scan" not in words


def test_points_that_are_too_noisy_are_named_and_nothing_concluded_from_them() -> None:
    known = report(SLOW_SCAN)
    for length in (64, 128):  # wild: ten times as long, quartiles far apart
        wild = known.points["mingru", "scan", length]
        times = 10 * wild.seconds
        known.points["mingru", "scan", length] = wild._replace(
            seconds=times, low=0.4 * times, high=1.2 * times
        )
    words = "\n".join(text.en for text in findings(known, 150e6))
    assert "a quartile further than ±50% from the median" in words
    assert "exponents: minGRU parallel scan at T = 64, 128." in words
    assert "The scan of minGRU won at each of its 3 lengths" in words
    assert "Measured at T = 32, minGRU" in words
    assert words.count(r"$T^{1.00 \pm 0.00}$") == 2, (
        "the wild ones would make it steeper"
    )
    assert "T<sup>1.00 ± 0.00</sup>" in table_html(known, "en").split("minGRU")[-1]
    assert "Too noisy" not in said(SLOW_SCAN)


def test_where_all_is_noise_nothing_is_concluded() -> None:
    known = report(SLOW_SCAN)
    known.points = {k: p._replace(high=3 * p.seconds) for k, p in known.points.items()}
    words = [text.en for text in findings(known, 150e6)]
    assert [w.split("**")[1] for w in words] == ["Too noisy to conclude from", "Noise."]


def test_the_price_of_memory_is_what_was_measured_at_the_longest_length() -> None:
    words = said(LOOPS)
    assert "At T = 128 the LSTM loop keeps 128 MiB" in words
    assert "at most 1 MiB, 1/128 of it, in 1.5 times the time" in words


def test_what_was_left_out_is_said_with_its_reason() -> None:
    known = report(LOOPS)
    known.skipped += [
        Skipped("lstm", "loop", 256, "memory"),
        Skipped("lstm", "checkpointed", 512, "time"),
    ]
    words = [text.en for text in findings(known, 150e6)]
    memory, time = (
        next(w for w in words if key in w) for key in ("MB", "the time was")
    )
    assert "150 MB: LSTM loop from T = 256 on" in memory
    assert "LSTM checkpoints from T = 512 on" in time


def test_the_spread_is_that_of_the_quartiles() -> None:
    words = said(LOOPS)
    assert "within ±20% of their median" in words


def test_a_single_point_has_no_slope_and_raises_nothing() -> None:
    known = report(LOOPS)
    known.points = {("lstm", "loop", 8): known.points["lstm", "loop", 8]}
    words = "\n".join(text.en for text in findings(known, 150e6))
    assert "grows" not in words and "fastest" not in words
    assert "T<sup>" not in table_html(known, "en") and "–" in table_html(known, "en")


@pytest.mark.parametrize("laws", [LOOPS, SLOW_SCAN, FAST_SCAN])
def test_all_words_are_in_the_reader_s_language(laws: dict) -> None:
    known = report(laws)
    for language in LANGUAGES:
        panels = cost_panels(known.settings, known, LENGTHS, language)
        words = [said(laws, language), table_html(known, language)]
        words += [panel[key] for panel in panels for key in ("title", "caption", "alt")]
        assert all(bool(HAN.search(part)) == (language == "zh") for part in words)
        assert not re.search(r"\{|\}", re.sub(r"\$[^$]*\$", "", "".join(words)))
    assert set(WAYS) == set(ABOUT)


def test_bold_words_in_chinese_are_followed_by_what_ends_them() -> None:
    """CommonMark closes no bold after a punctuation mark that a letter follows."""
    for line in said(SLOW_SCAN, "zh").splitlines():
        assert not re.search(r"[。：？）]\*\*\S", line)


def test_a_table_has_a_row_for_each_way_and_gpu_memory_where_there_is_some() -> None:
    known = report(SLOW_SCAN)
    html = table_html(known, "en")
    assert html.count("<tr>") == 1 + 5 and "GPU" not in html
    assert "<td>128</td><td>128</td><td>1000</td><td>T<sup>1.00 ± 0.00</sup>" in html
    known.points = {k: p._replace(peak=3 * MIB) for k, p in known.points.items()}
    assert "MiB on the GPU" in table_html(known, "en")


def test_the_pictures_tell_their_ends_to_those_who_cannot_see_them() -> None:
    known = report(SLOW_SCAN)
    time, memory, both = cost_panels(known.settings, known, LENGTHS, "en")
    assert "LSTM fused kernel: 0.8 ms at T = 8, 12.8 ms at T = 128" in time["alt"]
    assert "LSTM loop: 8 MiB at T = 8" in memory["alt"]
    assert "LSTM checkpoints: 1 MiB" in both["alt"] and "12 ms" in both["alt"]
    assert "checkpoints" not in time["alt"]
    empty = cost_panels(known.settings, None, LENGTHS, "zh")
    assert [panel["alt"] for panel in empty] == ["尚未测量。"] * 3
