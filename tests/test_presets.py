"""Ready experiments: each is a run as it stands, and a run is recognised as one."""

import re

import pytest

from explorer.batches import updates_per_epoch
from explorer.config import RunConfig
from explorer.link import from_query, to_query
from explorer.presets import PRESETS, experiment_of

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", list(PRESETS))
def test_an_experiment_is_a_run_with_nothing_to_mend(name: str) -> None:
    config, problems = from_query(PRESETS[name].query)
    assert not problems
    assert to_query(config).items() >= PRESETS[name].own.items()
    assert experiment_of(config) == name


@pytest.mark.parametrize("name", list(PRESETS))
def test_an_experiment_is_told_in_both_languages(name: str) -> None:
    for text in (PRESETS[name].title, PRESETS[name].purpose):
        assert HAN.search(text.zh) and not HAN.search(text.en)


def test_no_two_experiments_are_the_same_run() -> None:
    keys = {from_query(preset.query)[0].key for preset in PRESETS.values()}
    assert len(keys) == len(PRESETS)


def test_another_seed_is_the_same_experiment_and_another_width_is_none() -> None:
    query = PRESETS["vanishing"].query
    assert experiment_of(from_query(query | {"seed": "7"})[0]) == "vanishing"
    assert experiment_of(from_query(query | {"hidden_size": "33"})[0]) is None


def test_the_summariser_is_the_one_of_the_article() -> None:
    config, _ = from_query(PRESETS["summary"].query)
    network = config.cell, config.hidden_size, config.num_layers, config.optimiser
    assert network == ("lstm", 128, 1, "adam") and config.batch_size == 32
    assert len(config.build_task().output_names) == 1
    assert config.steps == 10 * (updates_per_epoch(config) or 0)


def test_the_two_runs_on_adding_differ_in_the_cell_and_its_beginning_alone() -> None:
    gated, plain = (
        RunConfig(**from_query(PRESETS[name].query)[0].model_dump())
        for name in ("gates", "vanishing")
    )
    differing = {name for name, value in gated if value != getattr(plain, name)}
    assert differing == {"cell", "init"}
