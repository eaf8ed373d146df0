"""RunConfig: what it takes, what it refuses, and the name that it gives a run."""

import hashlib
import json
import math
import time

import pytest
from hypothesis import given, settings
from pydantic import ValidationError
from strategies import configs

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import (
    CLIP_NORM,
    LONGEST_TEXT,
    STATES_PER_RUN,
    STATES_PER_UPDATE,
    RunConfig,
)
from explorer.fields import Number, numbers
from explorer.initialisations import INITIALISATIONS
from explorer.optimisers import OPTIMISERS
from explorer.tasks import TASKS

TINY = {"hidden_size": 2, "batch_size": 2, "steps": 10}
FROZEN = {
    "task": "sine",
    "seq_len": 30,
    "task_params": {"horizon": 3, "noise": 0.25},
    "cell": "gru",
    "activation": "softsign",
    "num_layers": 2,
    "hidden_size": 16,
    "init": "forget",
    "init_value": 2,
    "optimiser": "rmsprop",
    "learning_rate": 0.005,
    "clip_norm": None,
    "batch_size": 8,
    "steps": 120,
    "seed": 42,
    "device": "cpu",
}
FROZEN_JSON = (
    '{"activation":"softsign","batch_size":8,"cell":"gru","clip_norm":null,'
    '"device":"cpu","hidden_size":16,"init":"forget","init_value":2.0,'
    '"learning_rate":0.005,"num_layers":2,"optimiser":"rmsprop","seed":42,'
    '"seq_len":30,"steps":120,"task":"sine",'
    '"task_params":{"horizon":3.0,"noise":0.25}}'
)


def problem(**given) -> dict:
    """Return the first error of a configuration that must be refused."""
    with pytest.raises(ValidationError) as caught:
        RunConfig(**TINY | given)
    return caught.value.errors()[0]


def around(low: float, high: float, integer: bool) -> tuple[float, float]:
    """Return the values just below and just above what is allowed."""
    if integer:
        return low - 1, high + 1
    return math.nextafter(low, -math.inf), math.nextafter(high, math.inf)


def test_the_defaults_are_a_run():
    config = RunConfig()
    assert (config.task, config.cell, config.activation) == ("adding", "lstm", "tanh")
    assert config.build_task().seq_len == config.seq_len


@settings(deadline=None, max_examples=200)
@given(configs())
def test_json_and_back_is_the_same_run(config):
    again = RunConfig.from_json(config.to_json())
    assert again == config and hash(again) == hash(config)
    assert again.key == config.key
    assert len(config.key) == 16 and int(config.key, 16) >= 0
    task = config.build_task()
    assert task.seq_len == config.seq_len
    for name, value in config.task_params.items():
        assert getattr(task, name) == value


def test_the_name_of_a_run_never_changes():
    """Links and stored runs rest on it: a new value here forgets them all."""
    config = RunConfig(**FROZEN)
    assert config.to_json() == FROZEN_JSON
    assert config.key == "b420140ee4803ec9"
    assert RunConfig().key == "d054cc36b8fc616e"


def test_changes_name_a_run_and_no_changes_none():
    config = RunConfig(**FROZEN, changes=[(60, 0.0005, 1)])
    assert '"changes":[[60,0.0005,1.0]],' in config.canonical()
    assert config.key == "d0b2f8583758fa0f"
    assert RunConfig(**FROZEN, changes=()).to_json() == FROZEN_JSON


def test_from_a_change_on_its_values_hold():
    config = RunConfig(**FROZEN, changes=[(60, 0.0005, 1), (80, 0.01, None)])
    for steps, rate, clip_norm in (
        ((0, 59), 0.005, None),
        ((60, 79), 0.0005, 1.0),
        ((80, 119), 0.01, None),
    ):
        for step in steps:
            assert config.in_force(step)[1:] == (rate, clip_norm)


def test_a_run_s_parent_is_the_run_without_its_last_change():
    config = RunConfig(**FROZEN, changes=[(60, 0.0005, 1), (80, 0.01, None)])
    assert config.parent == RunConfig(**FROZEN, changes=[(60, 0.0005, 1)])
    assert config.parent.parent == RunConfig(**FROZEN)
    assert config.parent.parent.parent is None


def test_a_change_takes_the_place_of_those_from_its_step_on():
    base = RunConfig(**FROZEN)
    once = base.changed(60, 0.0005, 1)
    assert once == RunConfig(**FROZEN, changes=[(60, 0.0005, 1)])
    assert once.changed(60, 0.1, 1).changes == ((60, 0.1, 1.0),)
    assert once.changed(80, 0.1, None).changes == ((60, 0.0005, 1), (80, 0.1, None))
    assert once.changed(80, 0.1, None).changed(50, 0.1, 2).changes == ((50, 0.1, 2),)
    with pytest.raises(ValidationError):
        base.changed(120, 0.1, None)


def test_a_change_to_what_holds_already_is_no_other_run():
    base = RunConfig(**FROZEN)
    once = base.changed(60, 0.0005, 1)
    assert base.changed(60, base.learning_rate, base.clip_norm) == base
    assert once.changed(80, 0.0005, 1) == once
    assert once.changed(60, base.learning_rate, base.clip_norm) == base


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ([(10, 0.1, 1)], "change_late"),
        ([(5, 0.1, 1), (5, 0.2, 1)], "change_order"),
        ([(5, 0.1, 1), (4, 0.2, 1)], "change_order"),
        ([(5, 0.01, 1)], "change_idle"),
        ([(5, 0.1, 1), (6, 0.1, 1)], "change_idle"),
        ([(0, 0.1, 1)], "greater_than_equal"),
        ([(5, 11, 1)], "less_than_equal"),
        ([(5, 0.1, 1e-4)], "greater_than_equal"),
        ([(5, math.nan, 1)], "finite_number"),
        ([(5, 0.1)], "missing"),
        ([(n + 1, 0.1 + n, 1) for n in range(9)], "too_long"),
        ("5:0.1:1", "tuple_type"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_changes_that_make_no_sense_are_refused(changes, kind):
    assert problem(changes=changes)["type"] == kind


def test_the_order_and_the_spelling_of_numbers_do_not_matter():
    config = RunConfig(**FROZEN)
    turned = dict(reversed(FROZEN.items())) | {"learning_rate": "5e-3", "steps": 120.0}
    turned["task_params"] = {"noise": "0.250", "horizon": 3}
    assert RunConfig(**turned).key == config.key


def test_zero_has_no_sign():
    plus, minus = (
        RunConfig(task="sine", task_params={"noise": zero}) for zero in (0.0, -0.0)
    )
    assert plus.key == minus.key
    plus, minus = (RunConfig(init="forget", init_value=zero) for zero in (0, -0.0))
    assert plus.key == minus.key


@pytest.mark.parametrize("name", [n for n in FROZEN if n != "device"])
def test_every_setting_is_part_of_the_name(name):
    other = {
        "task": "flip_flop",
        "cell": "lstm",
        "activation": "tanh",
        "init": "orthogonal",
        "optimiser": "adam",
        "clip_norm": 1.0,
        "task_params": {"horizon": 4, "noise": 0.25},
    }
    changed = FROZEN | {name: other.get(name) or FROZEN[name] + 1}
    if name == "task":
        changed["task_params"] = {}
    assert RunConfig(**changed).key != RunConfig(**FROZEN).key


@pytest.mark.parametrize("task", TASKS.names())
def test_what_is_left_out_follows_the_task_and_the_cell(task):
    fields = numbers(TASKS[task])
    config = RunConfig(task=task)
    assert config.seq_len == fields.pop("seq_len").default
    assert config.task_params == {n: number.default for n, number in fields.items()}


def test_gated_cells_begin_with_chrono_and_others_with_their_usual_start():
    for cell in CELLS:
        usual, *_ = offered = CELLS[cell].initialisations
        wanted = "chrono" if "chrono" in offered else usual
        assert RunConfig(cell=cell).init == wanted
    assert {c: RunConfig(cell=c).init for c in ("rnn", "gru")} == {
        "rnn": "default",
        "gru": "chrono",
    }
    assert RunConfig(init="orthogonal").init_value == 1.0
    assert RunConfig(init="chrono").init_value is None


GENERAL = {n: f for n, f in numbers(RunConfig).items() if n != "clip_norm"}


@pytest.mark.parametrize("name", GENERAL)
def test_the_bounds_of_the_general_settings_are_included_and_nothing_beyond(name):
    _, _, low, high, integer = GENERAL[name]
    for good in (low, high):
        assert getattr(RunConfig(**TINY | {name: good}), name) == good
    below, above = around(low, high, integer)
    assert problem(**{name: below})["type"] == "greater_than_equal"
    assert problem(**{name: above})["type"] == "less_than_equal"


def test_the_bounds_are_those_that_were_promised():
    bounds = {n: (f.minimum, f.maximum) for n, f in GENERAL.items()}
    assert bounds["hidden_size"] == (1, 256) and bounds["num_layers"] == (1, 3)
    assert set(bounds) == {
        "num_layers",
        "hidden_size",
        "learning_rate",
        "batch_size",
        "steps",
        "seed",
    }


def test_the_clipping_norm_has_bounds_or_is_none():
    for good in (*CLIP_NORM, None):
        assert RunConfig(clip_norm=good).clip_norm == good
    below, above = around(*CLIP_NORM, False)
    assert problem(clip_norm=below)["type"] == "greater_than_equal"
    assert problem(clip_norm=above)["type"] == "less_than_equal"


OWN = [
    pytest.param(task, field, number, id=f"{task}-{field}")
    for task in TASKS
    for field, number in numbers(TASKS[task]).items()
]


@pytest.mark.parametrize(("task", "field", "number"), OWN)
def test_the_bounds_of_a_task_hold_in_a_run(task: str, field: str, number: Number):
    def given(value):
        if field == "seq_len":
            return {"task": task, field: value}
        return {"task": task, "task_params": {field: value}}

    for good in (number.minimum, number.maximum):
        made = RunConfig(**TINY, **given(good)).build_task()
        assert getattr(made, field) == good
    for bad in around(number.minimum, number.maximum, number.integer):
        assert problem(**given(bad))["ctx"]["field"] == field
    if number.integer and field != "seq_len":
        assert problem(**given(number.minimum + 0.5))["type"] == "whole"


@pytest.mark.parametrize("cell", CELLS.names())
@pytest.mark.parametrize("init", list(INITIALISATIONS))
def test_an_initialisation_goes_with_some_cells_and_has_bounds(cell, init):
    if init not in CELLS[cell].initialisations:
        assert problem(cell=cell, init=init)["type"] == "mismatch"
        return
    parameter = INITIALISATIONS[init].parameter
    if parameter is None:
        assert problem(cell=cell, init=init, init_value=1.0)["type"] == "unused"
        return
    low, high = parameter.minimum, parameter.maximum
    assert low <= RunConfig(cell=cell, init=init).init_value <= high
    for good in (low, high):
        config = RunConfig(cell=cell, init=init, init_value=good)
        assert config.init_value == good
    for bad in around(low, high, False):
        assert problem(cell=cell, init=init, init_value=bad)["type"] == "range"


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, "nan", "Infinity"])
@pytest.mark.parametrize("name", ["learning_rate", "clip_norm", "init_value", "noise"])
def test_numbers_that_are_not_finite_are_refused(name, bad):
    given = {"init": "forget", name: bad}
    if name == "noise":
        given = {"task": "sine", "task_params": {"noise": bad}}
    assert problem(**given)["type"] == "finite_number"


@pytest.mark.parametrize("name", ["task", "cell", "activation", "init", "optimiser"])
@pytest.mark.parametrize("bad", ["nonsense", "", "LSTM", None, 3, ["lstm"], {}])
def test_unknown_names_are_refused(name, bad):
    assert problem(**{name: bad})


@pytest.mark.parametrize(
    "bad",
    [
        {"nonsense": 1},
        {"task_params": {"horizon": 3}},
        {"task_params": {"seq_len": 3}},
        {"task_params": [1]},
        {"task_params": "x"},
        {"device": "tpu"},
        {"hidden_size": 2.5},
        {"seed": "x"},
        {"seq_len": None},
    ],
    ids=str,
)
def test_what_is_no_setting_or_no_number_is_refused(bad):
    assert problem(**bad)


def test_a_run_cannot_be_changed():
    config = RunConfig()
    with pytest.raises(ValidationError):
        config.seed = 3


def test_an_update_over_the_budget_is_refused_with_the_batch_that_fits():
    big = {"hidden_size": 256, "num_layers": 3, "seq_len": 1000, "steps": 1}
    found = problem(**big, batch_size=256)
    fits = found["ctx"]["maximum"]
    assert (found["type"], found["ctx"]["field"]) == ("budget", "batch_size")
    assert fits * 256 * 3 * 1000 <= STATES_PER_UPDATE < (fits + 1) * 256 * 3 * 1000
    RunConfig(**big, batch_size=fits)
    problem(**big, batch_size=fits + 1)


def test_a_run_over_the_budget_is_refused_with_the_steps_that_fit():
    big = {"hidden_size": 128, "seq_len": 1000, "batch_size": 31}
    found = problem(**big, steps=20_000)
    fits = found["ctx"]["maximum"]
    assert (found["type"], found["ctx"]["field"]) == ("budget", "steps")
    states = 128 * 1000 * 31
    assert fits * states <= STATES_PER_RUN < (fits + 1) * states
    RunConfig(**big, steps=fits)
    problem(**big, steps=fits + 1)


def test_the_menus_of_names_are_those_that_are_accepted():
    for name in ACTIVATIONS:
        assert RunConfig(activation=name).activation == name
    for name in OPTIMISERS:
        assert RunConfig(optimiser=name).optimiser == name


def test_json_that_is_not_a_run_is_refused():
    for text in ("", "[]", "3", "{", json.dumps({"task": 3})):
        with pytest.raises(ValidationError):
            RunConfig.from_json(text)


OWN_TEXT = "It was a dark and stormy night.\n" * 10


def own(text: str = OWN_TEXT, **given) -> RunConfig:
    return RunConfig(**{"task": "characters", "seq_len": 10, "text": text} | given)


def test_a_text_of_one_s_own_names_the_run_by_its_hash():
    config = own()
    assert config.text_key == hashlib.sha256(OWN_TEXT.encode()).hexdigest()[:16]
    assert f'"text":"{config.text_key}"' in config.canonical()
    assert OWN_TEXT not in config.canonical()
    assert config.key == hashlib.sha256(config.canonical().encode()).hexdigest()[:16]
    assert len({config.key, own("").key, own(OWN_TEXT + "?").key}) == 3


def test_a_run_without_a_text_does_not_name_one():
    assert "text" not in json.loads(own("").to_json()) and own("").text_key == ""
    assert own("").canonical() == own("").to_json()


def test_json_with_a_text_and_back_is_the_same_run():
    config = own("“Größe” 字 \U0001f600\x00\u202e" * 20)
    again = RunConfig.from_json(config.to_json())
    assert again == config and again.key == config.key
    assert again.build_task().text == config.build_task().text


def test_equal_texts_are_one_run_whatever_wrote_their_lines():
    assert own("a b\r\nc\r" * 9).key == own("a b\nc\n" * 9).key
    assert own("\ud83d\ude00ab" * 9).text == "\U0001f600ab" * 9
    assert own("\ud800ab" * 9).text == "\ufffdab" * 9


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a", "text_constant"),
        ("a" * 500, "text_constant"),
        ("\x00\x07" * 500, "text_constant"),
        ("ab", "text_short"),
        ("ab" * 10, "text_short"),
        ("ab" * (LONGEST_TEXT // 2) + "a", "text_long"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_text_that_cannot_be_learned_from_is_refused_and_called_so(text, kind):
    with pytest.raises(ValidationError) as caught:
        own(text)
    (found,) = caught.value.errors()
    assert found["type"] == kind and found["ctx"]["field"] == "text"


def test_a_text_may_be_as_long_as_was_promised():
    assert len(own("ab" * (LONGEST_TEXT // 2)).text) == LONGEST_TEXT == 100_000


def test_only_a_task_that_reads_texts_takes_one():
    assert problem(text=OWN_TEXT)["type"] == "text_unused"
    for bad in (3, None, ["a"], b"\xff"):
        assert problem(task="characters", text=bad)


def test_a_long_text_costs_a_run_next_to_nothing():
    config = own("".join(map(chr, range(0x4E00, 0x4E00 + 20_000))) * 5)
    own(config.text)
    began = time.perf_counter()
    for _ in range(20):
        assert config.key and config.build_task() and hash(config)
    assert (time.perf_counter() - began) / 20 < 0.02
