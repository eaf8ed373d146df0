"""The controls, the address that they write, and what they do to each other."""

from collections.abc import Callable
from typing import Any

import pytest

from explorer.activations import ACTIVATIONS
from explorer.batches import updates_per_epoch
from explorer.cells import CELLS
from explorer.config import LONGEST_TEXT, RunConfig, takes_text, text_key
from explorer.fields import numbers
from explorer.initialisations import INITIALISATIONS
from explorer.link import from_query, task_query, to_query
from explorer.model import Model
from explorer.presets import PRESETS
from explorer.tasks import FAMILIES, TASKS

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
    settings = set(RunConfig.model_fields) - {"task_params", "text", "changes"}
    assert widgets(page) == settings | set(numbers(TASKS[task])) | {"clip"}
    assert [area.key for area in page.test.text_area] == ["text"] * takes_text(task)


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
    suiting = to_query(from_query(task_query(task))[0])
    if task != "adding":
        assert page.address == suiting | {"lang": "en"}
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


def test_the_activations_on_offer_are_the_cell_s(open_page: Open) -> None:
    page = open_page(lang="en")
    for cell in CELLS:
        page.choose("cell", cell)
        titles = [ACTIVATIONS[n].title.en for n in CELLS[cell].activations]
        assert page.test.selectbox(key="activation").options == titles
        assert not page.warnings


def test_the_cell_keeps_an_activation_that_it_takes_and_replaces_others(
    open_page: Open,
) -> None:
    page = open_page(cell="lstm", activation="softsign").choose("cell", "cornn")
    assert page.address["activation"] == "softsign" and not page.warnings
    page.choose("cell", "lstm").choose("activation", "relu").choose("cell", "cornn")
    assert "relu" not in CELLS["cornn"].activations
    assert page.address["activation"] == RunConfig(cell="cornn").activation
    assert not page.warnings


def test_the_tasks_stand_together_by_family_and_say_so(open_page: Open) -> None:
    shown = open_page(lang="en").test.selectbox(key="task").options
    families = [option.partition(" · ")[0] for option in shown]
    assert len(shown) == len(list(TASKS))
    assert list(dict.fromkeys(families)) == [
        text.en for name, text in FAMILIES.items() if _family(name)
    ]
    assert families == sorted(families, key=list(dict.fromkeys(families)).index)


def _family(name: str) -> list[str]:
    return [task for task in TASKS if TASKS[task].family == name]


@pytest.mark.parametrize("cell", list(CELLS))
def test_the_page_tells_the_year_and_the_number_of_parameters(
    open_page: Open, cell: str
) -> None:
    page = open_page(lang="en", cell=cell, num_layers="2", hidden_size="5")
    menu = page.test.selectbox(key="cell")
    assert f"{CELLS[cell].title.en} · {CELLS[cell].year}" in menu.options
    model = Model(RunConfig(cell=cell, num_layers=2, hidden_size=5))
    count = sum(p.numel() for p in model.parameters()) - (5 + 1)
    told = " ".join(caption.value for caption in page.test.sidebar.caption)
    assert f"{count:,} weights and biases in the cells, 6 in the readout." in told


def test_a_task_with_a_fixed_set_tells_how_many_epochs_there_are(
    open_page: Open,
) -> None:
    page = open_page(lang="en", task="spoken_vowels", steps="90", batch_size="30")
    assert updates_per_epoch(RunConfig(task="spoken_vowels", batch_size=30)) == 9
    told = " ".join(caption.value for caption in page.test.sidebar.caption)
    assert "90 updates are 10 epochs of 270 examples." in told
    page.choose("task", "adding")
    told = " ".join(caption.value for caption in page.test.sidebar.caption)
    assert "epoch" not in told


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_ready_experiment_sets_everything_but_seed_and_device(
    open_page: Open, name: str
) -> None:
    page = open_page(lang="en", seed="5", task="sine", noise="0.2", cell="rnn")
    page.pick(name)
    config, _ = from_query(PRESETS[name].query | {"seed": "5"})
    assert page.address == to_query(config) | {"lang": "en"} and not page.warnings
    assert page.live["run"] == config.key


def test_the_words_at_the_top_say_what_to_look_for(open_page: Open) -> None:
    page = open_page(lang="en")
    assert page.test.main.caption[0].value.startswith("Pick a task")
    page.pick("vanishing")
    told = page.test.main.caption[0].value
    assert told.startswith(PRESETS["vanishing"].purpose.en) and "row A1" in told
    page.enter("hidden_size", 33)
    assert page.test.main.caption[0].value.startswith("Pick a task")


OWN_TEXT = "“Größe” 字 \U0001f600 \u202eabc\u202c, and so on.\n" * 20
READS = {"lang": "en", "task": "characters", "seq_len": "20", "hidden_size": "4"}


def test_a_pasted_text_is_a_run_of_its_own_whose_link_opens_for_others(
    open_page: Open,
) -> None:
    page = open_page(**READS)
    built_in = page.live["run"]
    page.paste(OWN_TEXT)
    key = text_key(OWN_TEXT)
    assert page.address["text"] == key and not page.warnings
    assert page.live["run"] != built_in
    assert f"{len(OWN_TEXT):,} of at most 100,000 characters" in page.notes
    friend = open_page(**page.address)
    assert friend.live["run"] == page.live["run"] and not friend.warnings
    assert friend.test.text_area(key="text").value == OWN_TEXT
    assert friend.address == page.address


def test_a_pasted_text_survives_a_look_at_another_task(open_page: Open) -> None:
    page = open_page(**READS).paste(OWN_TEXT).choose("task", "adding")
    assert "text" not in page.address and not page.warnings
    page.choose("task", "characters")
    assert page.address["text"] == text_key(OWN_TEXT)
    page.paste("")
    assert "text" not in page.address and not page.warnings


def test_what_was_computed_is_there_again_after_another_text(open_page: Open) -> None:
    page = open_page(**READS | {"steps": "3", "batch_size": "4"}).paste(OWN_TEXT)
    page.press("train").until(lambda p: "**Trained**" in p.status)
    page.paste(OWN_TEXT[:300])
    assert "**Untrained**" in page.status
    page.paste(OWN_TEXT)
    assert "**Trained**" in page.status and page.live["step"] == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aaaa", "fewer than two different characters"),
        ("\x00" * 300, "fewer than two different characters"),
        ("too short", "it has 9 characters and needs 42"),
    ],
    ids=["constant", "NUL", "short"],
)
def test_a_text_that_cannot_be_learned_gets_a_sentence_and_stays_in_the_field(
    open_page: Open, text: str, said: str
) -> None:
    page = open_page(**READS).paste(text)
    assert said in page.warnings and "in text is used instead." in page.warnings
    assert "text" not in page.address
    assert page.test.text_area(key="text").value == text
    assert "The built-in text is learned meanwhile" in page.notes
    assert not page.paste(OWN_TEXT).warnings


def test_of_a_text_that_is_too_long_the_beginning_is_used(open_page: Open) -> None:
    page = open_page(**READS).paste("a line\r\n" * 20_000)
    kept = ("a line\n" * 20_000)[:LONGEST_TEXT]
    assert page.address["text"] == text_key(kept) and not page.warnings
    assert "Only the first 100,000 of 140,000 characters are used." in page.notes


def test_a_link_whose_text_is_gone_says_so_and_opens(open_page: Open) -> None:
    page = open_page(**READS | {"text": "0123456789abcdef"})
    assert "paste the text again" in page.warnings
    assert "text" not in page.address and page.live["steps"] == [0]


def test_words_and_scores_are_shown_for_the_tasks_that_have_them(
    open_page: Open,
) -> None:
    page = open_page(lang="en", task="summarisation", hidden_size="4")
    assert [p["name"] for p in page.live["panels"]][-2:] == ["readings", "scores"]
    page.choose("task", "sine")
    assert not {"readings", "scores"} & {p["name"] for p in page.live["panels"]}


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


def test_a_text_of_many_different_characters_is_told_what_is_left_out(
    open_page: Open,
) -> None:
    many = "".join(chr(0x4E00 + n % 300) for n in range(3000))
    page = open_page(**READS).paste(many)
    assert any("The 100 commonest" in c.value for c in page.test.sidebar.caption)
    page.paste(OWN_TEXT)
    assert not any("commonest" in c.value for c in page.test.sidebar.caption)
