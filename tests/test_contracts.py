"""What holds for every entry of every registry, and the registry itself."""

import re
import sys

import pytest

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.fields import numbers
from explorer.initialisations import INITIALISATIONS
from explorer.optimisers import OPTIMISERS
from explorer.registry import Registry
from explorer.tasks import TASKS
from explorer.texts import Text, language_of

CHINESE = re.compile("[\u3400-\u9fff]")
NAMES_ALIKE = {"rnn", "lstm", "gru", "adam", "rmsprop", "sgd"} | {
    entry.title.en.lower() for entry in ACTIVATIONS.values()
}


def wordings() -> dict[str, Text]:
    """Return every wording of the engine by the place where it stands."""
    found = {}
    for registry in (CELLS, TASKS):
        for name in registry:
            for key, value in vars(registry[name]).items():
                if isinstance(value, Text):
                    found[f"{name}.{key}"] = value
    for name in TASKS:
        found |= {f"{name}.{n}": v.title for n, v in numbers(TASKS[name]).items()}
        task = RunConfig(task=name).build_task()
        found[f"{name}.baseline"] = task.baseline().title
        found[f"{name}.metric"] = task.metric_title
    for name, entry in INITIALISATIONS.items():
        found[f"{name}.title"], found[f"{name}.summary"] = entry.title, entry.summary
        if entry.parameter is not None:
            found[f"{name}.parameter"] = entry.parameter.title
    found |= {f"activation.{n}": a.title for n, a in ACTIVATIONS.items()}
    found |= {f"optimiser.{n}": o.title for n, o in OPTIMISERS.items()}
    return found | {f"run.{n}": v.title for n, v in numbers(RunConfig).items()}


@pytest.mark.parametrize("place", wordings())
def test_every_wording_is_english_in_english_and_chinese_in_chinese(place):
    text = wordings()[place]
    assert text.en.strip() == text.en != ""
    assert text.zh.strip() == text.zh != ""
    assert not CHINESE.search(text.en)
    assert CHINESE.search(text.zh) or text.zh.lower() in NAMES_ALIKE


@pytest.mark.parametrize("registry", [CELLS, TASKS], ids=["cells", "tasks"])
def test_names_are_file_stems_in_the_order_of_the_menu(registry):
    names = registry.names()
    assert {registry[n].__module__.rpartition(".")[2] for n in names} == set(names)
    orders = [registry[name].order for name in names]
    assert orders == sorted(orders) and len(set(orders)) == len(orders)
    assert len({registry[name].title.en for name in names}) == len(names)
    assert all(registry[name].source and registry[name].__doc__ for name in names)


def test_what_the_first_release_promises_is_there():
    assert set(CELLS) >= {"rnn", "lstm", "gru"}
    assert set(TASKS) >= {
        "adding",
        "temporal_order",
        "delayed_recall",
        "flip_flop",
        "sine",
        "sunspots",
    }


@pytest.mark.parametrize("name", TASKS.names())
def test_no_parameter_of_a_task_is_named_like_a_setting_of_the_run(name):
    """Both stand side by side in a link."""
    own = set(numbers(TASKS[name])) - {"seq_len"}
    texts = {"text"} & set(RunConfig.model_fields)  # the same in both
    assert set(TASKS[name].model_fields) - texts == own | {"seq_len"}
    assert not own & set(RunConfig.model_fields)


@pytest.mark.parametrize("name", TASKS.names())
def test_every_default_of_a_task_lies_within_its_bounds(name):
    for number in numbers(TASKS[name]).values():
        assert number.minimum <= number.default <= number.maximum
        assert number.minimum < number.maximum


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An importable package `menu` whose registry is R."""
    package = tmp_path / "menu"
    package.mkdir()
    package.joinpath("__init__.py").write_text("from menu._base import R\n")
    package.joinpath("_base.py").write_text(
        "from pathlib import Path\n"
        "from explorer.registry import Registry\n"
        "R = Registry('menu', Path(__file__).parent)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in [n for n in sys.modules if n.partition(".")[0] == "menu"]:
        del sys.modules[name]


def entry(order: int) -> str:
    return f"from menu import R\n@R.register\nclass Dish:\n    order = {order}\n"


def scanned(folder) -> Registry:
    from importlib import import_module

    return import_module("menu").R


def test_a_new_file_is_a_new_entry(folder):
    folder.joinpath("soup.py").write_text(entry(2))
    folder.joinpath("bread.py").write_text(entry(1))
    registry = scanned(folder)
    assert list(registry) == registry.names() == ["bread", "soup"]
    assert registry["soup"].order == 2
    assert "soup" in registry and "_base" not in registry and "cake" not in registry
    with pytest.raises(KeyError):
        registry["cake"]


def test_a_file_that_does_not_import_is_not_passed_over(folder):
    folder.joinpath("soup.py").write_text("import no_such_module_anywhere\n")
    with pytest.raises(ModuleNotFoundError):
        scanned(folder).names()


def test_a_file_that_registers_nothing_is_not_passed_over(folder):
    folder.joinpath("soup.py").write_text("x = 1\n")
    with pytest.raises(ValueError, match=r"menu\.soup registers no entry"):
        scanned(folder).names()


def test_a_file_that_registers_twice_is_refused(folder):
    twice = entry(1) + "@R.register\nclass Other:\n    order = 2\n"
    folder.joinpath("soup.py").write_text(twice)
    with pytest.raises(ValueError, match=r"menu\.soup registers two entries"):
        scanned(folder).names()


def test_places_in_a_wording_are_filled_in_both_languages():
    frame = Text(en="{what} of {n}", zh="{n} 的{what}")
    filled = frame.format(what=Text(en="half", zh="一半"), n=4)
    assert filled == Text(en="half of 4", zh="4 的一半")
    assert (filled.to("en"), filled.to("zh")) == ("half of 4", "4 的一半")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-CN", "zh"), ("ZH", "zh"), ("zh-Hant-TW", "zh"), ("en-GB", "en")]
    + [("de", "en"), ("", "en"), (None, "en")],
)
def test_the_language_follows_the_browser(locale, language):
    assert language_of(locale) == language
