"""Every word of the page is in the reader's language, whatever is chosen."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.tasks import TASKS
from explorer.texts import LANGUAGES

HAN = re.compile("[\u4e00-\u9fff]")
NAMES = {
    "LSTM", "tanh", "ReLU", "sigmoid", "Leaky ReLU", "softsign", "SiLU", "GELU",
    "Adam", "RMSprop", "English", "reₜ", "imₜ",
}  # fmt: skip
MARKUP = re.compile(r"<[^>]*>")


def texts_of_figure(figure: dict[str, Any]) -> Iterator[str]:
    """Yield a figure's visible words."""
    layout = figure["layout"]
    for name, part in layout.items():
        if re.match(r"[xyz]axis|scene", name):
            yield str(part.get("title", {}).get("text", ""))
    yield from (note["text"] for note in layout.get("annotations", []))
    yield from (trace.get("name", "") for trace in figure["data"])


def texts_of_live(live: dict[str, Any]) -> Iterator[str]:
    """Yield all visible words of the live picture."""
    words = dict(live["words"])
    yield from words.pop("plotly").values()
    yield from words.values()
    for panel in live["panels"]:
        yield from (panel["title"], panel["caption"])
        if panel["name"] != "readings":  # what is read may be in any language
            yield panel["alt"]
        for option in panel["options"]:
            yield option["label"]
            yield from (label for _, label in option["choices"])
        yield from texts_of_figure(panel["figure"])


def texts_of(page: Any) -> Iterator[str]:
    """Yield all visible words of the page."""
    test = page.test
    inputs = (test.selectbox, test.number_input, test.text_area, test.toggle)
    for widgets in (*inputs, test.button):
        for widget in widgets:
            yield widget.label
            yield widget.help or ""
            yield from getattr(widget, "options", [])
            yield getattr(widget, "placeholder", None) or ""
    for each in [*test.caption, *test.warning, *test.error, *test.subheader]:
        yield each.value
    yield page.status
    yield from texts_of_live(page.live)


def is_a_word(text: str) -> bool:
    """Return whether a text has to be in some language; names and symbols do not."""
    text = MARKUP.sub("", text).strip()
    is_symbol = text.isupper() and len(text) <= 3  # such as the class XY
    return bool(re.search("[A-Za-z]{2}", text)) and not is_symbol and text not in NAMES


EVERY = [(task, "lstm") for task in TASKS] + [("adding", cell) for cell in CELLS]


@pytest.mark.parametrize(("task", "cell"), EVERY)
def test_the_chinese_page_has_no_english_sentence(
    open_page: Callable[..., Any], task: str, cell: str
) -> None:
    page = open_page(lang="zh", task=task, cell=cell, num_layers="2", rubbish="x")
    assert not [t for t in texts_of(page) if is_a_word(t) and not HAN.search(t)]


@pytest.mark.parametrize(("task", "cell"), EVERY)
def test_the_english_page_has_no_chinese_word(
    open_page: Callable[..., Any], task: str, cell: str
) -> None:
    page = open_page(lang="en", task=task, cell=cell, num_layers="2", rubbish="x")
    read = {name.en for name in RunConfig(task=task).build_task().input_names}
    assert not [t for t in texts_of(page) if HAN.search(t) and t not in read]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_keeps_its_language(
    open_page: Callable[..., Any], language: str
) -> None:
    page = open_page(lang=language)
    assert page.address["lang"] == language
    label = page.test.button(key="button_train").label
    assert label == {"en": "Train", "zh": "训练"}[language]


def test_another_language_keeps_every_choice(open_page: Callable[..., Any]) -> None:
    page = open_page(lang="en", task="sine", noise="0.2", hidden_size="7", seed="5")
    before = page.address
    page.test.button_group(key="lang").set_value("zh")
    page.look()
    assert page.test.button(key="button_train").label == "训练"
    assert page.address == before | {"lang": "zh"}


def test_a_language_that_the_page_does_not_speak_is_the_browser_s_or_english(
    open_page: Callable[..., Any],
) -> None:
    page = open_page(lang="tlh")
    assert page.test.button(key="button_train").label == "Train"
    assert page.address["lang"] == "en"
