"""The live picture's data: what a browser asks for is read with care."""

from typing import Any

import pytest

from explorer.config import RunConfig
from explorer.ui.panels import MOST_LETTERS, _sound, live_data
from explorer.ui.services import Services

SMALL = RunConfig(task="adding", seq_len=6, hidden_size=4, batch_size=4)
STRANGE: list[Any] = [
    None,
    [],
    "states",
    7,
    {"states": None, "losses": ["unit"]},
    {"states": {"unit": 3, "layer": None, "order": ["a"], "gate": {"b": "c"}}},
    {"states": {"unit": {"a": []}}, "gradients": 1.5, "": {"": ""}},
]


@pytest.mark.parametrize("options", STRANGE)
def test_whatever_a_browser_sends_the_page_is_as_without_it(
    shared: Services, options: Any
) -> None:
    for page in ("playground", "inside_the_cell"):
        usual = live_data(shared.store, SMALL, None, {}, "en", page)
        assert live_data(shared.store, SMALL, None, options, "en", page) == usual


def test_only_words_are_kept_and_only_so_many_letters() -> None:
    sent = {"a": {"b": "c" * 10**6, "d": 1}, "e": "f", 2: {"g": "h"}}
    assert _sound(sent) == {"a": {"b": "c" * MOST_LETTERS}}
