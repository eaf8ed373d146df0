"""The controls, the address that they write, and what they do to each other."""

from collections.abc import Callable
from typing import Any

import pytest

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.fields import numbers
from explorer.initialisations import INITIALISATIONS
from explorer.link import to_query
from explorer.tasks import TASKS

Open = Callable[..., Any]
LARGE = {"hidden_size": "16", "seq_len": "1000"}


def widgets(page: Any) -> set[str]:
    """Return the settings that have a control on the page."""
    test = page.test
    kinds = (test.selectbox, test.number_input, test.toggle)
    return {str(widget.key) for kind in kinds for widget in kind}


@pytest.mark.parametrize("task", list(TASKS))
def test_every_setting_has_its_control(open_page: Open, task: str) -> None:
    page = open_page(task=task, cell="rnn", init="orthogonal")
    settings = set(RunConfig.model_fields) - {"task_params"}
    assert widgets(page) == settings | set(numbers(TASKS[task])) | {"clip"}


@pytest.mark.parametrize("task", list(TASKS))
def test_another_task_brings_its_own_length_and_parameters(
    open_page: Open, task: str
) -> None:
    page = open_page(lang="en", seq_len="33").choose("task", task)
    for name, number in numbers(TASKS[task]).items():
        if task == "adding":  # it was there before: nothing has changed
            assert page.address[name] == "33"
        else:
            assert page.test.number_input(key=name).value == number.default
            assert float(page.address[name]) == number.default
    assert page.test.sidebar.caption[0].value.startswith(TASKS[task].question.en)
    assert page.live["length"] == int(page.address["seq_len"])
    others = {name for other in TASKS for name in numbers(TASKS[other])}
    assert not (others - set(numbers(TASKS[task]))) & set(page.address)


def test_the_cell_replaces_an_initialisation_that_does_not_fit(
    open_page: Open,
) -> None:
    page = open_page(cell="lstm", init="forget", init_value="2")
    assert page.address["init_value"] == "2"
    page.choose("cell", "rnn")
    assert page.address["init"] == RunConfig(cell="rnn").init
    assert "init_value" not in page.address and not page.warnings
    page.choose("cell", "gru")
    assert page.address["init"] == RunConfig(cell="rnn").init, "it fits: it stays"


def test_the_initialisations_on_offer_are_the_cell_s(open_page: Open) -> None:
    page = open_page(lang="en")
    for cell in CELLS:
        page.choose("cell", cell)
        titles = [INITIALISATIONS[n].title.en for n in CELLS[cell].initialisations]
        assert page.test.selectbox(key="init").options == titles


def test_an_initialisation_shows_its_parameter_with_its_default(
    open_page: Open,
) -> None:
    page = open_page(cell="lstm").choose("init", "forget")
    parameter = INITIALISATIONS["forget"].parameter
    assert parameter is not None
    assert page.test.number_input(key="init_value").value == parameter.default
    page.enter("init_value", 3.0)
    assert page.address["init_value"] == "3"
    page.choose("init", "chrono")
    assert "init_value" not in page.address


def test_the_formula_shows_the_cell_and_the_activation(open_page: Open) -> None:
    page = open_page(cell="rnn", activation="tanh")
    before = page.test.latex[0].value
    assert r"\tanh" in before
    page.choose("activation", "relu")
    assert r"\tanh" not in page.test.latex[0].value
    page.choose("cell", "gru")
    assert page.test.latex[0].value != before


def test_without_clipping_the_address_says_none(open_page: Open) -> None:
    page = open_page()
    assert page.address["clip_norm"] == "1"
    page.test.toggle(key="clip").set_value(False)
    page.look()
    assert page.address["clip_norm"] == "none" and "clip_norm" not in widgets(page)
    again = open_page(**page.address)
    assert again.test.toggle(key="clip").value is False
    assert again.address == page.address


def test_the_address_of_a_page_just_opened_names_the_default_run(
    open_page: Open,
) -> None:
    page = open_page(lang="en")
    assert page.address == to_query(RunConfig()) | {"lang": "en"}
    assert page.live["run"] == RunConfig().key


def test_a_copied_address_opens_the_same_run(open_page: Open) -> None:
    page = open_page(lang="zh").choose("task", "flip_flop").choose("cell", "gru")
    page.enter("bits", 2).enter("learning_rate", 0.003).enter("num_layers", 2)
    page.choose("activation", "softsign").choose("optimiser", "momentum")
    again = open_page(**page.address)
    assert again.address == page.address and not again.warnings
    assert again.live["run"] == page.live["run"]


def test_going_back_to_an_earlier_address_brings_its_run_back(
    open_page: Open,
) -> None:
    page = open_page(lang="en")
    first = page.address
    page.choose("task", "sine").enter("noise", 0.25)
    page.test.query_params.clear()
    page.test.query_params.update(first)
    page.look()
    assert page.address == first
    assert page.test.selectbox(key="task").value == "adding"


def test_a_run_over_the_budget_is_made_smaller_and_the_reader_told(
    open_page: Open,
) -> None:
    page = open_page(lang="en", cell="rnn", **LARGE | {"batch_size": "256"})
    assert "too much for a shared server" in page.warnings
    assert page.address["batch_size"] == "250"


def test_a_control_that_leaves_the_budget_says_so_in_the_reader_s_language(
    open_page: Open,
) -> None:
    page = open_page(lang="zh", cell="rnn", **LARGE)
    assert not page.warnings
    page.enter("steps", 20_000)
    assert "共享服务器" in page.warnings and "steps" in page.warnings
    assert int(page.address["steps"]) < 20_000
    page.enter("batch_size", 2)
    assert not page.warnings and page.address["steps"] == "20000"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "is not one of"), ("zh", "不在可选项")],
)
def test_a_nonsense_link_opens_with_a_sentence_and_the_default(
    open_page: Open, language: str, said: str
) -> None:
    page = open_page(lang=language, task="adding", cell="<b>x</b>", seq_len="nan")
    assert said in page.warnings and "lstm" in page.warnings
    assert page.address == to_query(RunConfig()) | {"lang": language}
    page.choose("optimiser", "sgd")
    assert not page.warnings, "once the reader goes on, the link is forgotten"


def test_what_a_stranger_wrote_into_a_link_is_not_read_as_markup(
    open_page: Open,
) -> None:
    page = open_page(lang="en", cell="[x](http://a.b) **c** $d$ <i>")
    assert r"\[x\]\(http:" in page.warnings and r"\*\*c\*\*" in page.warnings


def test_a_link_of_10_kb_opens_the_default_run_with_few_sentences(
    open_page: Open,
) -> None:
    nonsense = {f"setting{i}": "x" * 10 for i in range(500)}
    page = open_page(lang="en", **nonsense)
    assert page.address == to_query(RunConfig()) | {"lang": "en"}
    assert len(page.warnings) < 1000 and "more." in page.warnings
    assert open_page(lang="en", cell="y" * 10_000).address["cell"] == "lstm"


def test_an_untrained_run_shows_its_first_sample_and_the_guess(
    open_page: Open,
) -> None:
    page = open_page(lang="en")
    names = [panel["name"] for panel in page.live["panels"]]
    assert names == ["loss", "gradients", "trajectories", "answer", "states"]
    assert page.live["steps"] == [0] and page.live["following"]
    assert page.status.startswith("**Untrained**")
    assert "CPU" in page.status


def test_a_strangers_words_are_no_links_and_no_marks(open_page: Open) -> None:
    page = open_page(task="www.evil.com", init="https://evil.com/a", cell="**x**\n# y")
    assert "\\*\\*x\\*\\* \\# y" in page.warnings
    assert "www.evil" not in page.warnings and "https:/" not in page.warnings
    assert "https:\u2060//evil" in page.warnings


def test_a_language_that_is_not_spoken_is_told(open_page: Open) -> None:
    page = open_page(lang="xx")
    assert "lang = xx" in page.warnings and "en, zh" in page.warnings
