"""The page without a browser, on a database of its own."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.presets import PRESETS
from explorer.ui.services import Services, services

FRAME = Path(__file__).parents[2] / "explorer" / "ui" / "frame.py"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the page an SQLite file of its own; return where it will be."""
    file = tmp_path / "runs.sqlite"
    monkeypatch.setenv("RNN_EXPLORER_DB", str(file))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return file


@pytest.fixture
def shared(database: Path) -> Iterator[Services]:
    """Return what all sessions of the page share; end its work afterwards."""
    st.cache_resource.clear()
    shared = services()
    yield shared
    shared.jobs.close()
    shared.store.close()
    st.cache_resource.clear()


class Page:
    """A session of the page: what a reader sees of it and does with it."""

    def __init__(self, **query: str) -> None:
        self.name = uuid4().hex
        self.test = AppTest.from_file(str(FRAME), default_timeout=60)
        for name, value in query.items():
            self.test.query_params[name] = value
        self.look()

    def look(self) -> "Page":
        """Run the page once more, as the browser does while a run advances."""
        # AppTest gives all sessions one name, by which the page tells viewers apart.
        rooms = ("playground", "forks")
        with ExitStack() as patched:
            for room in rooms:
                name = f"explorer.ui.{room}.viewer"
                patched.enter_context(patch(name, lambda: self.name))
            self.test.run()
        assert not self.test.exception, self.test.exception
        return self

    def press(self, button: str) -> "Page":
        """Press Train, Pause, Step, Reset or New seed by the button's short name."""
        self.test.button(key=f"button_{button}").click()
        return self.look()

    def choose(self, menu: str, value: str) -> "Page":
        """Choose from a menu by the name that a link has for the value."""
        self.test.selectbox(key=menu).set_value(value)
        return self.look()

    def enter(self, name: str, value: float) -> "Page":
        """Type a number."""
        self.test.number_input(key=name).set_value(value)
        return self.look()

    def pick(self, name: str) -> "Page":
        """Pick a ready experiment by its name."""
        menu = self.test.menu_button(key="preset")
        menu.set_value(menu.options[list(PRESETS).index(name)])
        return self.look()

    def paste(self, text: str) -> "Page":
        """Put a text into the field for texts."""
        self.test.text_area(key="text").set_value(text)
        return self.look()

    @property
    def notes(self) -> str:
        """All small words beside the controls, a line each."""
        return "\n".join(str(each.value) for each in self.test.sidebar.caption)

    def enabled(self) -> set[str]:
        """Return the short names of the buttons that can be pressed."""
        return {
            str(button.key).removeprefix("button_")
            for button in self.test.button
            if not button.disabled and str(button.key).startswith("button_")
        }

    @property
    def address(self) -> dict[str, str]:
        """What stands behind the question mark."""
        pairs = self.test.query_params.items()
        return {k: v[0] if isinstance(v, list) else str(v) for k, v in pairs}

    @property
    def status(self) -> str:
        """The line over the pictures."""
        return str(self.test.get("progress")[0].proto.text)

    @property
    def live(self) -> dict[str, Any]:
        """What was sent to the live picture."""
        found = [e for e in self.test.main if getattr(e, "key", None) == "live"]
        sent: dict[str, Any] = json.loads(found[0].proto.bytes)
        return sent

    @property
    def warnings(self) -> str:
        """All warnings, a line each."""
        return "\n".join(str(each.value) for each in self.test.warning)

    @property
    def errors(self) -> str:
        """All errors, a line each."""
        return "\n".join(str(each.value) for each in self.test.error)

    def until(self, condition: Callable[["Page"], object], seconds: float = 60) -> None:
        """Look again and again until something is to be seen."""
        end = time.monotonic() + seconds
        while not condition(self.look()):
            assert time.monotonic() < end, f"{self.status} {self.warnings}"
            time.sleep(0.02)


@pytest.fixture
def open_page(shared: Services) -> Callable[..., Page]:
    """Return how a new visitor opens the page with an address."""
    return Page
