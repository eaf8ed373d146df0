"""The engine without a browser, called as a program would call it."""

import io
import json
import math
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import torch

from explorer.__main__ import BAD_INPUT, devices, main
from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.fields import numbers
from explorer.initialisations import INITIALISATIONS
from explorer.link import from_query
from explorer.optimisers import OPTIMISERS
from explorer.presets import PRESETS
from explorer.tasks import TASKS
from explorer.training import train

ROOT = Path(__file__).parents[1]
SMALL = ["--seq-len", "6", "--hidden-size", "4", "--batch-size", "2", "--steps", "5"]
RECORD = {"step", "loss", "metric", "baseline", "grad_norm", "seconds"}


@pytest.fixture(autouse=True)
def _subnormal_numbers_again():
    """Training flushes subnormal numbers on its thread; other tests want them."""
    yield
    torch.set_flush_denormal(False)


def lines(capsys) -> list[dict]:
    """Return what was printed, a JSON object a line; nothing else may be there."""
    out, err = capsys.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def complaint(capsys) -> str:
    """Return the one line on stderr; nothing may be on stdout."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1 and err.startswith("explorer: ")
    return err


def status_of(arguments: list[str]) -> int:
    """Return the exit status, however the program ends."""
    try:
        return main(arguments)
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code


def read_from(monkeypatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_training_prints_a_json_object_a_record_and_one_at_the_end(capsys):
    assert main(["train", *SMALL, "--cell", "gru", "--seed", "3"]) == 0
    *records, end = lines(capsys)
    config = RunConfig(
        seq_len=6, hidden_size=4, batch_size=2, steps=5, cell="gru", seed=3
    )
    assert [record["step"] for record in records] == [0, 1, 2, 3, 4, 5]
    for record, snapshot in zip(records, train(config), strict=True):
        assert set(record) == RECORD
        for name in ("loss", "metric", "grad_norm"):
            assert record[name] == getattr(snapshot, name)
        assert record["baseline"] == pytest.approx(1 / 6)
    assert end["status"] == "done" and end["run"] == config.key
    assert from_query(dict(parse_qsl(end["query"]))) == (config, [])


def test_divergence_is_an_answer_and_not_a_fault(capsys):
    arguments = ["--task", "flip_flop", "--cell", "rnn", "--activation", "identity"]
    arguments += ["--optimiser", "sgd", "--learning-rate", "10", "--clip-norm", "none"]
    assert main(["train", *arguments]) == 0
    *records, end = lines(capsys)
    assert end["status"] == "diverged"
    assert end["quantity"] in ("loss", "grad_norm")
    assert records and records[-1]["step"] < end["step"] <= records[-1]["step"] + 8
    assert {"run", "query"} <= set(end)


def test_a_config_from_stdin_is_that_run(capsys, monkeypatch):
    config = RunConfig(
        task="sine", task_params={"noise": 0.1}, seq_len=5, steps=2, clip_norm=None
    )
    read_from(monkeypatch, config.to_json())
    assert main(["train", "--config", "-"]) == 0
    assert lines(capsys)[-1]["run"] == config.key


def test_a_config_from_a_file_is_overridden_by_single_options(capsys, tmp_path):
    file = tmp_path / "run.json"
    file.write_text('{"cell": "rnn", "steps": 2, "seq_len": 5, "seed": 1}')
    assert main(["train", "--config", str(file), "--seed", "9"]) == 0
    expected = RunConfig(cell="rnn", steps=2, seq_len=5, seed=9)
    assert lines(capsys)[-1]["run"] == expected.key


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--task", "chess"], "--task 'chess' is not one of adding, "),
        (["--hidden-size", "0"], "--hidden-size '0' must lie between 1 and 256."),
        (["--learning-rate", "nan"], "--learning-rate 'nan' must be a finite number."),
        (["--steps", "many"], "--steps 'many' must be a whole number."),
        (["--horizon", "3"], "--horizon '3' is not a setting."),
        (["--cell", "rnn", "--init", "chrono"], "does not go with the cell rnn"),
        (
            ["--hidden-size", "256", "--seq-len", "1000"],
            "--batch-size '32' is too much",
        ),
        (["--task", "a\nb"], "is not one of"),
        (["--nonsense", "3"], "unrecognized arguments: --nonsense 3"),
        (["--seed"], "argument --seed: expected one argument"),
        (["--config", "/no/such/file"], "--config is not a JSON object"),
    ],
    ids=str,
)
def test_bad_input_is_one_line_and_exit_status_2(capsys, arguments, words):
    assert status_of(["train", *arguments]) == BAD_INPUT == 2
    assert words in complaint(capsys)


def test_two_faults_are_told_in_one_line(capsys):
    assert main(["train", "--seed", "-1", "--task", "x"]) == 2
    line = complaint(capsys)
    assert "--seed '-1'" in line and "--task 'x'" in line


@pytest.mark.parametrize("arguments", [[], ["fly"]])
def test_no_command_and_an_unknown_command_are_bad_input(capsys, arguments):
    assert status_of(arguments) == 2
    assert "command" in complaint(capsys)


@pytest.mark.parametrize(
    "text",
    ["", "x", "[1]", "3", "null", '{"task_params": [1]}', '{"task_params": "ab"}']
    + ['{"steps": [1, 2]}', '{"task": {"a": 1}}', '{"\\ud800": 1}', '{"seed": 1e400}']
    + ['{"seq_len": null}', '{"hidden_size": true}', "[" * 100_000, '{"a": NaN}']
    + ['{"task_params": {"horizon": 3}}', '{"seed": ' + "9" * 5000 + "}"],
    ids=lambda text: text[:20],
)
def test_json_that_is_not_a_run_is_one_line_and_exit_status_2(
    capsys, monkeypatch, text
):
    read_from(monkeypatch, text)
    assert main(["train", "--config", "-"]) == 2
    assert len(complaint(capsys)) < 400


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_bad_input(capsys):
    assert list(devices()) == ["cpu"]
    assert main(["train", *SMALL, "--device", "cuda"]) == 2
    assert "--device 'cuda' is not there on this machine." in complaint(capsys)


@pytest.fixture
def catalogue(capsys) -> dict:
    assert main(["list"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_list_names_everything_there_is_to_choose(catalogue):
    assert {name: list(entries) for name, entries in catalogue.items()} == {
        "tasks": TASKS.names(),
        "cells": CELLS.names(),
        "activations": list(ACTIVATIONS),
        "initialisations": list(INITIALISATIONS),
        "optimisers": list(OPTIMISERS),
        "experiments": list(PRESETS),
        "settings": list(numbers(RunConfig)),
        "changes": ["form", "maximum"],
        "devices": list(devices()),
    }
    assert "clip_norm" in catalogue["settings"]
    for kind in catalogue.keys() - {"settings", "changes", "devices"}:
        for entry in catalogue[kind].values():
            assert set(entry["title"]) == {"en", "zh"} and all(entry["title"].values())


def test_the_list_says_how_a_run_is_changed_in_mid_run(catalogue, capsys):
    told = catalogue["changes"]
    assert told == {"form": "step:learning_rate:clip_norm", "maximum": 8}
    change = told["form"].replace("step", "3").replace("learning_rate", "0.5")
    change = change.replace("clip_norm", "none")
    assert main(["train", *SMALL, "--changes", change]) == 0
    end = lines(capsys)[-1]
    config = RunConfig(
        seq_len=6, hidden_size=4, batch_size=2, steps=5, changes=[(3, 0.5, None)]
    )
    assert end["run"] == config.key


@pytest.mark.parametrize(
    "changes", [[[3, 0.5, None]], "3:0.5:none", [["3", "5e-1", "none"]]], ids=str
)
def test_changes_in_a_file_of_settings_are_those_of_the_link(
    changes, capsys, monkeypatch
):
    read_from(monkeypatch, json.dumps({"changes": changes}))
    assert main(["train", *SMALL, "--config", "-"]) == 0
    assert dict(parse_qsl(lines(capsys)[-1]["query"]))["changes"] == "3:0.5:none"


@pytest.mark.parametrize(
    "changes", [3, {}, [3], [[3, 0.5]], [[9, 0.5, 1]], [[2, math.inf, 1]]], ids=str
)
def test_changes_that_are_none_are_refused_in_a_line(changes, capsys, monkeypatch):
    read_from(monkeypatch, json.dumps({"changes": changes}))
    assert status_of(["train", *SMALL, "--config", "-"]) == BAD_INPUT
    assert "--changes" in complaint(capsys)


def test_the_list_says_what_goes_with_a_cell_and_where_it_comes_from(catalogue):
    for name, entry in catalogue["cells"].items():
        cell = CELLS[name]
        assert entry["activations"] == list(cell.activations)
        assert entry["year"] == cell.year and entry["source"] == cell.source
        assert entry["states"] + entry["gates"] == [*cell.states, *cell.gates]
    own = {n for n, entry in catalogue["tasks"].items() if entry["own_text"]}
    assert own == {"characters"}


def test_the_settings_and_experiments_of_the_list_are_runs(catalogue):
    for name, entry in catalogue["tasks"].items():
        settings = {n: str(value) for n, value in entry["settings"].items()}
        assert from_query({"task": name} | settings)[1] == []
    for entry in catalogue["experiments"].values():
        assert from_query(entry["query"])[1] == []


def test_the_end_names_what_the_rivals_reach(capsys):
    assert main(["train", "--task", "sunspots", "--steps", "1"]) == 0
    rivals = RunConfig(task="sunspots").build_task().rivals()
    wanted = {rival.title.en: pytest.approx(rival.metric) for rival in rivals}
    assert lines(capsys)[-1]["rivals"] == wanted


OWN_TEXT = ["train", "--task", "characters", "--steps", "1", "--seq-len", "10"]
WORDS = "a text of my own, with ä, 字 and \U0001f600.\r\n" * 10


def test_a_text_file_is_learned_from_and_named_by_its_key(capsys, tmp_path):
    file = tmp_path / "own.txt"
    file.write_bytes(WORDS.encode())
    assert main([*OWN_TEXT, "--text-file", str(file)]) == 0
    config = RunConfig(task="characters", steps=1, seq_len=10, text=WORDS)
    end = lines(capsys)[-1]
    assert end["run"] == config.key
    assert dict(parse_qsl(end["query"]))["text"] == config.text_key


def test_a_config_may_hold_the_text_itself(capsys, monkeypatch):
    config = RunConfig(task="characters", steps=1, seq_len=10, text=WORDS)
    read_from(monkeypatch, config.to_json())
    assert main(["train", "--config", "-"]) == 0
    assert lines(capsys)[-1]["run"] == config.key


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cannot be read: it is empty"),
        (b"\xff\xfe\x00", "cannot be read: 'utf-8' codec"),
        (b"aaaa", "fewer than two different characters"),
        (b"\x00" * 999, "fewer than two different characters"),
        (b"abc", "it has 3 characters and needs 22"),
        (b"ab" * 50_001, "has 100002 characters, and 100000 is the most"),
    ],
    ids=range(6),
)
def test_a_text_that_cannot_be_learned_from_is_bad_input(capsys, tmp_path, data, words):
    file = tmp_path / "own.txt"
    file.write_bytes(data)
    assert main([*OWN_TEXT, "--text-file", str(file)]) == BAD_INPUT
    assert words in complaint(capsys)


def test_a_text_for_a_task_that_reads_none_is_bad_input(capsys, tmp_path):
    file = tmp_path / "own.txt"
    file.write_text(WORDS)
    assert main(["train", "--text-file", str(file)]) == BAD_INPUT
    assert "not something the task adding learns from" in complaint(capsys)


def parameters(catalogue) -> dict[str, dict]:
    """Return every number of the list by the place where it stands."""
    found = {f"settings.{n}": f for n, f in catalogue["settings"].items()}
    for kind in ("tasks", "initialisations"):
        for name, entry in catalogue[kind].items():
            found |= {f"{name}.{n}": f for n, f in entry["parameters"].items()}
    return found


def test_the_list_gives_title_default_and_bounds_of_every_number(catalogue):
    found = parameters(catalogue)
    for number in found.values():
        assert number["minimum"] <= number["default"] <= number["maximum"]
        assert number["title"]["en"] and number["title"]["zh"]
    expected = {f"{t}.{n}" for t in TASKS for n in numbers(TASKS[t])}
    expected |= {f"settings.{n}" for n in numbers(RunConfig)}
    expected |= {"orthogonal.init_value", "forget.init_value"}
    assert set(found) == expected


@pytest.mark.parametrize("edge", ["minimum", "maximum"])
def test_bounds_in_the_list_are_bounds_of_the_command_line(catalogue, edge):
    step = -1 if edge == "minimum" else 1
    for place, number in parameters(catalogue).items():
        group, _, name = place.partition(".")
        query = {"task": group} if group in TASKS else {"init": group}
        query = {} if group == "settings" else query
        tiny = {"hidden_size": "2", "batch_size": "2", "steps": "2"}
        good = tiny | query | {name: str(number[edge])}
        assert from_query(good)[1] == []
        bad = good | {name: str(number[edge] + step)}
        assert [p.field for p in from_query(bad)[1]] == [name]


def run(*arguments: str, **given) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "explorer", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, **given
    )


def test_the_program_itself_trains_and_refuses():
    done = run("train", "--config", "-", *SMALL, input='{"cell": "rnn"}')
    assert (done.returncode, done.stderr) == (0, "")
    *records, end = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == 6 and end["status"] == "done"
    refused = run("train", "--cell", "hopfield")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        f"explorer: --cell 'hopfield' is not one of {', '.join(CELLS)}.\n"
    )
