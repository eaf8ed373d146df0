"""A run as a link: whatever stands in it, a run comes out and a sentence says why."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import configs

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.fields import numbers
from explorer.initialisations import INITIALISATIONS
from explorer.link import from_query, task_query, to_query
from explorer.problems import LONGEST_VALUE, Problem
from explorer.tasks import TASKS

NAMES = sorted(
    set(RunConfig.model_fields) | {n for task in TASKS for n in numbers(TASKS[task])}
)
OPTIONS = [*TASKS, *CELLS, *ACTIVATIONS, *INITIALISATIONS, "sgd", "cpu", "cuda"]
TRICKY = [
    "",
    " ",
    "none",
    "None",
    "nan",
    "inf",
    "-inf",
    "-0",
    "1e400",
    "1e-400",
    "0x10",
]
TRICKY += [
    "1_0",
    "٣",
    "1.0",
    "2.5",
    "True",
    "{0}",
    "{field}",
    "%s",
    "'",
    "\x00",
    "\ud800",
]
TRICKY += ["9" * 400, "-" + "9" * 400, "9" * 5000, "x" * 10_240, "[1]", '{"a":1}', "词"]
values = (
    st.sampled_from([*OPTIONS, *TRICKY])
    | st.integers().map(str)
    | st.integers(-10, 300).map(str)
    | st.floats().map(str)
    | st.text()
)
queries = st.dictionaries(st.sampled_from(NAMES) | st.text(), values, max_size=10)


def sentences(problems: list[Problem]) -> str:
    return " ".join(problem.sentence.en for problem in problems)


def same(text: str, used: str) -> bool:
    """Say whether two texts mean the same name or number."""
    try:
        return text.strip() == used or float(text) == float(used)
    except ValueError:
        return False


@settings(deadline=None, max_examples=400)
@given(queries)
@example({"seq_len": "9" * 400})
@example({"task": "\ud800", "\ud800": "x"})
@example({"": "x", "task_params": "x", "init_value": "none"})
def test_any_link_gives_a_run_and_every_fault_a_sentence(query):
    config, problems = from_query(query, ["cpu"])
    assert RunConfig.from_json(config.to_json()) == config
    assert config.device == "cpu"
    assert len({problem.field for problem in problems}) == len(problems)
    used = to_query(config)
    for problem in problems:
        assert problem.used == used.get(problem.field)
        assert len(problem.value) <= LONGEST_VALUE >= len(problem.field)
        for text in (problem.reason, problem.sentence):
            assert text.en and text.zh and text.en != text.zh
        assert "{" not in problem.reason.en + problem.reason.zh
        assert problem.value in problem.sentence.en
        assert problem.value in problem.sentence.zh


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=6))
def test_what_no_sentence_is_about_is_used_as_given(query):
    config, problems = from_query(query)
    used, told = to_query(config), {problem.field for problem in problems}
    for name in query.keys() - told:
        assert same(query[name], used.get(name, ""))


@settings(deadline=None, max_examples=200)
@given(configs())
def test_a_run_survives_its_own_link(config):
    assert from_query(to_query(config)) == (config, [])


@settings(deadline=None, max_examples=100)
@given(queries)
def test_a_mended_link_needs_no_more_mending(query):
    config, _ = from_query(query, ["cpu"])
    assert from_query(to_query(config), ["cpu"]) == (config, [])


def test_an_empty_link_is_the_default_run():
    assert from_query({}) == (RunConfig(), [])


def test_the_link_of_a_run_never_changes():
    config = RunConfig(task="sunspots", cell="rnn", steps=50, learning_rate=0.5)
    wanted = {
        "task": "sunspots",
        "seq_len": "60",
        "horizon": "1",
        "cell": "rnn",
        "activation": "tanh",
        "num_layers": "1",
        "hidden_size": "32",
        "init": "default",
        "optimiser": "adam",
        "learning_rate": "0.5",
        "clip_norm": "1",
        "batch_size": "32",
        "steps": "50",
        "seed": "0",
        "device": "cpu",
    }
    assert to_query(config) == wanted
    assert from_query(wanted) == (config, [])


@pytest.mark.parametrize(
    ("query", "field", "used", "reason"),
    [
        ({"task": "chess"}, "task", "adding", "is not one of adding, "),
        ({"cell": "LSTM"}, "cell", "lstm", "is not one of rnn, lstm, gru"),
        ({"activation": "x"}, "activation", "tanh", "is not one of tanh, "),
        (
            {"optimiser": "x"},
            "optimiser",
            "adam",
            "one of adam, rmsprop, momentum, sgd",
        ),
        ({"device": "tpu"}, "device", "cpu", "is not one of cpu, cuda"),
        ({"hidden_size": "257"}, "hidden_size", "256", "between 1 and 256"),
        ({"hidden_size": "0"}, "hidden_size", "1", "between 1 and 256"),
        ({"hidden_size": "1.5"}, "hidden_size", "32", "must be a whole number"),
        ({"hidden_size": "many"}, "hidden_size", "32", "must be a whole number"),
        ({"learning_rate": "fast"}, "learning_rate", "0.01", "is not a number"),
        ({"learning_rate": "nan"}, "learning_rate", "0.01", "must be a finite number"),
        ({"learning_rate": "99"}, "learning_rate", "10", "between 1e-06 and 10"),
        ({"clip_norm": "0"}, "clip_norm", "0.001", "between 0.001 and 1000"),
        ({"clip_norm": "inf"}, "clip_norm", "1", "must be a finite number"),
        ({"seq_len": "3"}, "seq_len", "4", "between 4 and 1000"),
        ({"task": "sunspots", "seq_len": "9" * 400}, "seq_len", "88", "5 and 88"),
        ({"task": "sine", "noise": "2"}, "noise", "0.5", "between 0 and 0.5"),
        ({"task": "sine", "horizon": "2.5"}, "horizon", "4", "must be a whole number"),
        ({"task": "sine", "noise": "1e400"}, "noise", "0", "must be a finite number"),
        ({"init": "forget", "init_value": "11"}, "init_value", "10", "-5 and 10"),
        ({"init": "identity"}, "init", "chrono", "does not go with the cell lstm"),
        ({"cell": "rnn", "init": "chrono"}, "init", "default", "with the cell rnn"),
        ({"init_value": "3"}, "init_value", None, "no meaning for the initialisation"),
        ({"horizon": "3"}, "horizon", None, "is not a setting"),
        ({"colour": "red"}, "colour", None, "is not a setting"),
        ({"task_params": "x"}, "task_params", None, "is not a setting"),
    ],
    ids=str,
)
def test_the_sentence_says_what_was_wrong_and_what_was_used(query, field, used, reason):
    config, (problem,) = from_query(query)
    assert (problem.field, problem.used) == (field, used)
    assert reason in problem.sentence.en and reason in problem.reason.en
    assert to_query(config).get(field) == used
    if used is None:
        assert problem.sentence.en.endswith("it was left out.")
        assert problem.sentence.zh.endswith("已忽略。")
    else:
        assert problem.sentence.en.endswith(f"Used instead: {used}.")
        assert problem.sentence.zh.endswith(f"已改用：{used}。")


def test_a_device_that_is_not_there_is_told_and_replaced():
    config, (problem,) = from_query({"device": "cuda"}, ["cpu"])
    assert config.device == "cpu" and problem.used == "cpu"
    assert problem.sentence.en == (
        "“device = cuda” is not there on this machine. Used instead: cpu."
    )
    config, problems = from_query({"device": "cuda"}, ["cpu", "cuda"])
    assert (config.device, problems) == ("cuda", [])


def test_too_much_together_is_cut_to_what_fits():
    query = {"hidden_size": "256", "num_layers": "3", "seq_len": "1000"}
    config, (batch,) = from_query(query | {"batch_size": "64", "steps": "10"})
    assert (batch.field, batch.value, batch.used) == ("batch_size", "64", "5")
    assert "5 fits" in batch.sentence.en and "最多可用 5" in batch.sentence.zh
    assert to_query(config).items() >= query.items()
    config, problems = from_query(query | {"steps": "20000"})
    assert [p.field for p in problems] == ["batch_size", "steps"]
    assert problems[0].value == "32", "the default, which the link does not name"
    assert config.steps == int(problems[1].used) == 1041


def test_all_faults_of_a_link_are_told_together():
    query = {"task": "x", "cell": "y", "seed": "-1", "what": "z", "steps": "30"}
    config, problems = from_query(query)
    assert {p.field for p in problems} == {"task", "cell", "seed", "what"}
    assert config == RunConfig(seed=0, steps=30)
    assert "Used instead: adding." in sentences(problems)


@pytest.mark.parametrize("name", [*NAMES, "x" * 10_240])
def test_ten_kilobytes_are_shortened_in_the_sentence(name):
    _, problems = from_query({"init": "forget", name: "x" * 10_240})
    assert problems
    for problem in problems:
        assert len(problem.sentence.en) < 400 > len(problem.sentence.zh)


def test_thousands_of_unknown_names_take_little_time():
    query = {f"name{i}": "x" for i in range(3000)}
    config, problems = from_query(query)
    assert config == RunConfig() and len(problems) == 3000


OWN_TEXT = "It was a dark and stormy night.\n" * 10
READS = {"task": "characters", "seq_len": "10"}


def test_a_link_names_a_text_by_its_key_and_somebody_has_it():
    config = RunConfig(task="characters", seq_len=10, text=OWN_TEXT)
    query = to_query(config)
    assert len(query["text"]) == 16 and int(query["text"], 16) >= 0
    kept = {query["text"]: OWN_TEXT}
    assert from_query(query, texts=kept.get) == (config, [])
    assert "text" not in to_query(RunConfig(task="characters"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "is not on this server (any more): paste the text again"),
        ("aaaa", "fewer than two different characters"),
        ("abc", "it has 3 characters and needs 22"),
        ("ab" * 60_000, "has 120000 characters, and 100000 is the most"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_text_that_cannot_be_used_is_told_and_the_built_in_one_used(text, reason):
    config, (problem,) = from_query(
        READS | {"text": "0123456789abcdef"}, texts=lambda key: text
    )
    assert config == RunConfig(task="characters", seq_len=10)
    assert reason in problem.sentence.en
    assert problem.sentence.en.endswith("The built-in text is used instead.")
    assert problem.sentence.zh.endswith("已改用内置文本。")
    assert len(problem.sentence.en) < 250


def test_a_text_for_a_task_that_reads_none_is_left_out():
    config, (problem,) = from_query({"text": "x"}, texts=lambda key: OWN_TEXT)
    assert config == RunConfig()
    assert "is not something the task adding learns from" in problem.sentence.en
    assert problem.sentence.en.endswith("it was left out.")


@pytest.mark.parametrize("task", list(TASKS))
def test_the_settings_that_suit_a_task_are_a_run(task):
    config, problems = from_query(task_query(task))
    assert config.task == task and not problems
    used = to_query(config)
    for name, value in TASKS[task].settings.items():
        assert same(str(value), used[name])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ("x", "does not read step:learning_rate:clip_norm"),
        ("9:0.1", "does not read step:learning_rate:clip_norm"),
        ("9:0.1:1;", "does not read step:learning_rate:clip_norm"),
        ("9:ten:1", "has in change 1 a learning rate that is not a number"),
        ("9:0.1:1;12:11:1", "change 2 a learning rate that must lie between"),
        ("9:0.1:2000", "a clipping norm that must lie between 0.001 and 1000"),
        ("1.5:0.1:1", "a step that must be a whole number"),
        ("0:0.1:1", "a step that must be at least 1"),
        ("9:nan:1", "a learning rate that must be a finite number"),
        ("30:0.1:1", "at step 30 of a run that ends at step 30"),
        ("9:0.1:1;8:0.2:1", "has a change at step 8 after one at step 9"),
        ("9:0.01:1", "changes nothing at step 9"),
        (";".join(f"{n}:0.{n}:1" for n in range(1, 10)), "has more than 8 changes"),
    ],
)
def test_changes_that_cannot_be_made_are_told_and_left_out(changes, reason):
    config, (problem,) = from_query({"steps": "30", "changes": changes})
    assert config == RunConfig(steps=30) and problem.field == "changes"
    assert reason in problem.sentence.en
    assert problem.sentence.en.endswith("it was left out.")
    assert problem.sentence.zh.endswith("已忽略。")


def test_a_fork_is_reproducible_by_its_link():
    changes = "400:0.001:1;600:0.0001:none"
    config, problems = from_query({"changes": changes})
    assert config.changes == ((400, 0.001, 1.0), (600, 0.0001, None)) and not problems
    assert to_query(config) == to_query(RunConfig()) | {"changes": changes}
    loose = "400 : 1e-3 : 1.0 ; 600:.0001:none"
    assert from_query({"changes": loose}) == (config, [])
