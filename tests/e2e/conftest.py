"""The real page: one server with its own database, looked at with a real Chromium."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, WebSocket, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # The page has to do without anybody else's server.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
WIDE = {"width": 1600, "height": 900}  # all pages are named in the bar on top
PATIENCE = 60_000  # ms; a slow machine is no defect of the page
PLOT = "document.querySelector(`[data-panel=${name}] .live-plot`)"
SMALL = {"lang": "en", "seq_len": "10", "hidden_size": "8", "batch_size": "16"}
LONG = SMALL | {"steps": "20000", "seed": "1"}
BASELINE = 1 / 6  # the loss of a guess in the adding problem


@contextmanager
def serving(script: str, database: Path) -> Iterator[str]:
    """Run a script with Streamlit on a free port; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    command = [sys.executable, "-m", "streamlit", "run", script]
    for name, value in {
        "port": port,
        "address": "127.0.0.1",
        "headless": "true",
        "fileWatcherType": "none",
    }.items():
        command += [f"--server.{name}", str(value)]
    with (database.with_suffix(".log")).open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env | {"RNN_EXPLORER_DB": str(database)},
            stdout=log,
            stderr=log,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            await_health(address, server)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def await_health(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server says that it is healthy."""
    end = time.monotonic() + PATIENCE / 1000
    while True:
        assert server.poll() is None, "the server ended before it was healthy"
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < end, "the server does not become healthy"
            time.sleep(0.1)


class Visitor:
    """A person with a browser of their own."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.address = address
        self.errors: list[str] = []
        self.hosts: set[str | None] = set()
        self.sent = 0
        usual = {"locale": "en-GB", "viewport": WIDE}
        self.context = browser.new_context(**usual | options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._on_console)
        self.page.on("websocket", self._on_socket)
        self.page.on(
            "request", lambda request: self.hosts.add(urlsplit(request.url).hostname)
        )

    def _on_console(self, message: Any) -> None:
        # Streamlit's page looks below its own address first for where the server is.
        looking = "/_stcore/" in (message.location or {}).get("url", "")
        if message.type == "error" and not looking:
            self.errors.append(message.text)

    def _on_socket(self, socket: WebSocket) -> None:
        def count(frame: str | bytes) -> None:
            message = BackMsg()
            message.ParseFromString(frame if isinstance(frame, bytes) else b"")
            # The page looks by itself now and then; only what a person does counts.
            self.sent += not message.rerun_script.is_auto_rerun

        socket.on("framesent", count)

    def open(self, query: dict[str, str] | str, page: str = "") -> "Visitor":
        """Open a link of a page and wait until all pictures are drawn."""
        text = query if isinstance(query, str) else urlencode(query)
        self.page.goto(f"{self.address}/{page}?{text}")
        self.drawn()
        return self

    def until(self, condition: str, argument: Any = None) -> Any:
        """Wait until a function in the page returns something true; return it."""
        found = self.page.wait_for_function(condition, arg=argument)
        return found.json_value()

    def press(self, button: str) -> None:
        """Press a button by the words on it."""
        self.page.get_by_role("button", name=button, exact=True).click()

    def status(self, word: str) -> None:
        """Wait until the line over the pictures begins with a word."""
        self.page.locator("[data-testid=stProgress] strong", has_text=word).wait_for()

    def drawn(self, step: int | None = None) -> int:
        """Wait until all pictures show one step, a certain one if need be."""
        shown: int = self.until(
            "(step) => { const { drawn } = document.querySelector('.live-panels')"
            "?.dataset ?? {}; return drawn && (step === null || drawn === `${step}`) "
            "&& { step: Number(drawn) }; }",
            step,
        )["step"]
        return shown

    def paused(self) -> int:
        """Wait until the run rests and all pictures show the step at which it does."""
        self.status("Paused")
        line = self.page.locator("[data-testid=stProgress]").inner_text()
        return self.drawn(int(re.search(r"update (\d+)", line)[1]))

    def chart(self, name: str) -> list[dict[str, Any]]:
        """Return the data of one picture, as it is drawn."""
        text = self.page.evaluate(f"(name) => JSON.stringify({PLOT}.data)", name)
        data: list[dict[str, Any]] = json.loads(text)
        return data

    def charts(self) -> dict[str, list[dict[str, Any]]]:
        """Return the data of all pictures."""
        script = (
            "[...document.querySelectorAll('.live-card')].map((c) => c.dataset.panel)"
        )
        return {name: self.chart(name) for name in self.page.evaluate(script)}

    @property
    def curve(self) -> tuple[list[float], list[float]]:
        """The recorded steps and the training loss at each."""
        loss = self.chart("loss")[1]
        return loss["x"], loss["y"]

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address bar behind the question mark."""
        return dict(parse_qsl(urlsplit(self.page.url).query))

    def slider(self, name: str) -> Any:
        """Return one of the sliders: "newest" (training steps) or "play" (time)."""
        return self.page.locator(f"[data-slider={name}] input")

    def close(self) -> None:
        """Leave, and hold the page to having made no error and asked nobody else."""
        self.context.close()
        assert not self.errors
        assert self.hosts <= {"127.0.0.1", None}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the installed Chromium once for all tests."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Start the app once for all tests."""
    database = tmp_path_factory.mktemp("app") / "runs.sqlite"
    with serving("streamlit_app.py", database) as address:
        yield address


@pytest.fixture
def frame_address(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Start the frame script by itself, as a host does that knows no `st.App`."""
    database = tmp_path_factory.mktemp("frame") / "runs.sqlite"
    with serving("explorer/ui/frame.py", database) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Visitor]]:
    """Return how a new visitor comes, with a browser that knows nothing of others."""
    visitors: list[Visitor] = []

    def come(to: str = address, **options: Any) -> Visitor:
        visitors.append(Visitor(browser, to, **options))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()


@pytest.fixture(scope="session")
def trained(browser: Browser, address: str) -> Iterator[Visitor]:
    """Return a visitor who picked a cell, trained it beyond guessing, and paused."""
    visitor = Visitor(browser, address).open(LONG | {"cell": "rnn"})
    visitor.page.get_by_role("combobox", name="Cell").click()
    visitor.page.get_by_role("option", name="LSTM · 1997", exact=True).click()
    visitor.until("() => location.search.includes('cell=lstm')")
    visitor.press("Train")
    visitor.until(
        f"([name, goal]) => {PLOT}.data[1].y.slice(-5).some((loss) => loss < goal)",
        ["loss", BASELINE / 2],
    )
    visitor.press("Pause")
    visitor.paused()
    yield visitor
    visitor.close()
