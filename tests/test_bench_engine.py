"""How the engine's benchmark reads sizes, counts ratios and says what it found."""

import json
import re
from argparse import ArgumentTypeError
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch

from benchmarks import __main__ as all_of_them
from benchmarks import _engine_team, _peers_ours, _peers_torch, engine
from benchmarks._engine_report import chart, line
from benchmarks._engine_rows import Row, verdict
from benchmarks._engine_team import Team
from benchmarks._peers import KNOWN, Absent, Work
from explorer.cells import CELLS

ROOT = Path(__file__).parents[1]
WORK = Work("gru", "tanh", 50, 64, 32)


def row(ours, cell="gru", size=(50, 64, 32), **peers):
    return Row(Work(cell, "tanh", *size), {"ours": ours, **peers})


@pytest.mark.parametrize("text", ["50x64x32", "50×64×32"])
def test_a_size_is_time_by_batch_by_hidden(text):
    assert engine.size(text) == (50, 64, 32)


@pytest.mark.parametrize("text", ["", "50x64", "50x64x0", "-1x2x3", "axbxc", "1x2x3x4"])
def test_what_is_no_size_is_refused_with_an_example(text):
    with pytest.raises(ArgumentTypeError, match="50x64x32"):
        engine.size(text)


def test_the_command_line_has_five_sizes_and_all_cells_with_peers_by_default():
    asked = engine.arguments([])
    assert len(asked.sizes) == 5
    assert (100, 32, 128) in asked.sizes
    assert {"rnn", "lstm", "gru", "mgu"} <= set(asked.cell)
    assert engine.arguments(["--sizes", "2x3x4", "5x6x7"]).sizes == [
        (2, 3, 4),
        (5, 6, 7),
    ]


def test_all_activations_are_those_that_a_peer_has_too():
    names = [w.activation for w in engine.works(["mgu"], "all", [(4, 2, 3)])]
    assert "gelu" in names
    assert "softsign" not in names
    assert engine.works(["mingru"], "tanh", [(4, 2, 3)])  # asked for by name: timed


@pytest.mark.parametrize("peer", KNOWN)
def test_a_peer_is_only_asked_for_what_we_have(peer):
    for cell, activations in KNOWN[peer].items():
        assert set(activations) <= set(CELLS[cell].activations)


def test_a_ratio_is_the_median_over_rounds_of_the_fastest_peers_time_over_ours():
    found = row([2.0, 2.0, 4.0], a=[3.0, 2.0, 20.0], b=[9.0, 1.0, 9.0])
    assert found.fastest == "a"
    assert found.ratios == [1.5, 1.0, 5.0]
    assert found.ratio == 1.5
    assert found.spread == (1.25, 3.25)
    assert found.plain() == {
        "cell": "gru",
        "size": "50x64x32",
        "activation": "tanh",
        "ours_ms": 2.0,
        "peers_ms": {"a": 3.0, "b": 9.0},
        "ratio": 1.5,
    }


def test_without_a_peer_there_is_no_ratio():
    alone = row([2.0])
    assert alone.ratio is None
    assert alone.spread is None
    assert "no peer" in line(alone)
    assert verdict([alone]) == "engine: no peer took part"


def test_the_last_line_names_the_worst_and_the_median():
    rows = [
        row([1.0], a=[3.0]),
        row([1.0], cell="rnn", size=(9, 8, 7), a=[0.5]),
        row([1.0], a=[2.0]),
        row([1.0]),
    ]
    expected = "engine: worst ratio 0.50 (rnn, 9x8x7), median 2.00"
    assert verdict(rows) == expected


def test_the_chart_has_a_dot_for_each_ratio_inside_its_frame():
    rows = [row([1.0], a=[3.0]), row([1.0], a=[900.0]), row([1.0])]
    drawn = ElementTree.fromstring(chart(rows))
    dots = drawn.findall("{http://www.w3.org/2000/svg}circle")
    assert len(dots) == 2
    width = float(drawn.get("width"))
    assert all(0 < float(dot.get("cx")) < width for dot in dots)


def test_json_is_all_there_is_on_the_standard_output(capfd):
    given = "--cell gru --sizes 4x2x3 --peers torch.nn --rounds 2 --json -"
    engine.main(given.split())
    told = capfd.readouterr()
    found = json.loads(told.out)
    assert [each["size"] for each in found] == ["4x2x3"]
    for each in found:
        assert set(each) == {
            "cell",
            "size",
            "activation",
            "ours_ms",
            "peers_ms",
            "ratio",
        }
        assert set(each["peers_ms"]) == {"torch.nn", "torch.nn, fused Adam"}
        assert min(each["ours_ms"], each["ratio"], *each["peers_ms"].values()) > 0
    assert re.search(
        r"^engine: worst ratio \S+ \(gru, \dx2x3\), median", told.err, re.M
    )


class Half:
    """A worker that has our engine alone, and takes a millisecond for everything."""

    version = "half"
    started: list[str] = []

    def __init__(self, name, core):
        self.started.append(name)
        if name == "keras-jax":
            raise Absent("keras-jax: No module named 'jax'")
        self.name = name

    def prepare(self, work):
        return [self.name]

    def time(self, way, seconds, wall):
        return 1.0

    def close(self):
        pass


def test_a_peer_that_is_missing_is_told_once_and_left_out(monkeypatch, capsys):
    monkeypatch.setattr(_engine_team, "Worker", Half)
    monkeypatch.setattr(Half, "started", [])
    with Team(("torch.nn", "keras-jax"), wall=False) as team:
        rows = [team.measure(WORK, 2), team.measure(WORK, 2)]
        assert team.versions == ["half"]
    assert [set(each.times) for each in rows] == [{"ours", "torch.nn"}] * 2
    assert capsys.readouterr().err.count("No module named 'jax'") == 1
    assert Half.started == ["ours", "torch.nn", "keras-jax"]


@pytest.fixture
def own_thread_settings():
    """Give back what a worker sets for its whole process."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


@pytest.mark.parametrize("peer", [_peers_ours, _peers_torch])
def test_each_way_is_an_update_that_learns(peer, own_thread_settings):
    torch.manual_seed(0)
    for update in peer.ways(Work("rnn", "relu", 5, 4, 8)).values():
        losses = [update() for _ in range(60)]
        assert losses[-1] < losses[0]


def test_a_pin_of_the_peers_environment_is_the_apps_own():
    ours = (ROOT / "requirements-dev.txt").read_text() + "\n"
    ours += (ROOT / "requirements.txt").read_text()
    pinned = dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==([\w.]+)", ours, re.M))
    peers = (ROOT / "benchmarks" / "requirements.txt").read_text()
    both = [
        (name, version)
        for name, version in re.findall(r"^([\w-]+)==([\w.]+)", peers, re.M)
        if name in pinned
    ]
    assert {"torch", "numpy", "keras"} <= {name for name, _ in both}
    assert [(name, pinned[name]) for name, _ in both] == both


def test_a_benchmark_that_fails_keeps_no_other_from_running(monkeypatch, capsys):
    def run(name, python):
        return all_of_them.Told(int(name == "page"), f"{name}: {python}", 1.0)

    monkeypatch.setattr(all_of_them, "run", run)
    status = all_of_them.main(["probes", "engine", "page", "--engine-python", "p"])
    told = capsys.readouterr().out.splitlines()
    assert status == 1
    assert "page: FAILED (1), 1 s" in told
    assert "probes: ok, 1 s" in told
    assert told[-1] == "engine: p"


@pytest.mark.parametrize("name", all_of_them.COMMANDS)
def test_every_benchmark_that_make_runs_is_there(name):
    assert (ROOT / "benchmarks" / f"{name}.py").is_file()
