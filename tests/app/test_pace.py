"""How often pictures are drawn where one watches and where a class does."""

from collections.abc import Callable
from math import inf
from typing import Any

import pytest

from explorer.ui import playground
from explorer.ui.playground import pace, share
from explorer.ui.services import Services

Open = Callable[..., Any]


def test_pictures_take_turns_the_slower_the_more_people_watch() -> None:
    assert [pace(n) for n in (0, 1, 4)] == [1, 1, 1]
    assert [pace(n) for n in (5, 8, 9, 30)] == [2, 2, 4, 8]
    assert all(n / pace(n) <= playground.AT_EASE for n in range(200))


def test_drawing_leaves_most_of_a_core_to_training_however_many_watch() -> None:
    assert share(0) == share(1) == playground.SHARE
    assert all(n * share(n) < playground.ALL + 1e-9 for n in range(1, 200))


def test_a_server_counts_who_watches_it_and_not_how_many_runs(
    shared: Services, open_page: Open
) -> None:
    assert shared.jobs.watchers == 0
    page = open_page().press("train")
    open_page(seed="1").press("train")
    assert shared.jobs.watchers == 2
    shared.jobs.leave(page.name)
    assert shared.jobs.watchers == 1


def test_what_would_look_the_same_is_not_drawn_again(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page().press("step")
    page.until(lambda p: p.live["step"] == 1)
    drawn = []
    live_data = playground.live_data
    monkeypatch.setattr(
        playground, "live_data", lambda *a: drawn.append(a) or live_data(*a)
    )
    monkeypatch.setattr(playground, "share", lambda watchers: inf)
    page.look().look()
    assert not drawn
    page.press("step").until(lambda p: p.live["step"] == 2)
    assert drawn
