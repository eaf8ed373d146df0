"""The kept tables of who learns what: complete, and at least what the app claims."""

import re
from urllib.parse import urlencode

import pytest

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.link import from_query
from explorer.presets import PRESETS
from explorer.tasks import TASKS
from explorer.ui.learning import NAMES, Field, table_html, tables

KEPT = dict(zip(NAMES, tables(), strict=True))
ROWS = {name: fields for table in KEPT.values() for name, fields in table.rows.items()}
PLACES = [
    pytest.param(field, id=f"{name}-{index}")
    for name, fields in ROWS.items()
    for index, field in enumerate(fields)
    if field.query
]


def solved(row: str, cell: str, init: str) -> tuple[int, int]:
    """Return how many of how many seeds passed the mark."""
    for field in ROWS[row]:
        if (field.query.get("cell"), field.query.get("init")) == (cell, init):
            passed, seeds = map(int, field.text.en.split("/"))
            return passed, seeds
    raise LookupError(row)


def at_the_end(row: str) -> list[float]:
    """Return the network's metric at its end, for each seed."""
    return [float(number) for number in ROWS[row][-1].text.en.split(", ")]


def test_there_is_a_row_for_every_cell_and_every_task():
    assert [len(KEPT[name].rows) for name in ("cells", "tasks")] == [
        len(CELLS.names()),
        len(TASKS.names()),
    ]


@pytest.mark.parametrize("field", PLACES)
def test_every_link_opens_the_run_that_was_measured(field: Field):
    config, problems = from_query(field.query)
    assert not problems
    assert config.seed == 0 and isinstance(config, RunConfig)


def test_gates_that_begin_open_find_numbers_a_hundred_steps_apart():
    assert solved("A1", "lstm", "chrono") == (3, 3)
    assert solved("A1", "rnn", "default") == (0, 3)


@pytest.mark.parametrize("name", [n for n in PRESETS if PRESETS[n].row[0] == "C"])
def test_what_an_experiment_promises_was_measured(name):
    preset = PRESETS[name]
    task = from_query(preset.query)[0].build_task()
    assert ROWS[preset.row][0].text == task.title
    rivals = [task.baseline(), *task.rivals()]
    for metric in at_the_end(preset.row):
        for rival in rivals:
            better = metric > rival.metric
            assert better == task.higher_is_better, rival.title.en


def test_a_table_is_escaped_and_links_in_the_reader_s_language():
    table = next(iter(KEPT.values()))
    html = table_html(table, "zh")
    assert "&lt;" in html and not re.search(
        r"<(?!/?(div|table|t[rhd]|thead|tbody|a|small)\b)", html
    )
    field = next(f for f in table.rows["A1"] if f.query)
    assert urlencode(field.query | {"lang": "zh"}).replace("&", "&amp;") in html
