"""How fast the page is, in a real Chromium: start, first drawing, first moving picture.

    python -m benchmarks.page

Starts a server of its own on a free port with an empty database, and ends it.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
BROWSER = ["--no-sandbox", "--no-first-run", "--disable-background-networking"]
BROWSER += ["--disable-gpu"]
LOSS = "[data-panel=loss] .js-plotly-plot"
CURVES = f"(document.querySelector('{LOSS}')?.data ?? []).filter(c => c.name)"
RECORDS = f"({CURVES}[0]?.x ?? []).length"
SCORE = f"({CURVES}[1]?.y ?? [1]).at(-1)"
DONE = "[...document.querySelectorAll('strong')].some(e => e.innerText == 'Trained')"
SOLVED = 0.01


def main() -> None:
    """Print what was measured, a line each."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = os.environ | {"RNN_EXPLORER_DB": f"{folder}/runs.sqlite"}
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        command += ["--server.port", str(port), "--server.headless", "true"]
        began = perf_counter()
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/_stcore/health")
            _tell("server healthy", perf_counter() - began)
            _visit(address, server.pid)
        finally:
            server.terminate()
            server.wait()


def _visit(address: str, server: int) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=BROWSER
        )
        first = browser.new_page(viewport={"width": 1440, "height": 900})
        _tell("page drawn, first visit", _open(first, address))
        first.close()
        drawn = []
        for _ in range(3):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            drawn.append(_open(page, address))
            if len(drawn) < 3:
                page.close()
        _tell("page drawn, warm server (median of 3)", sorted(drawn)[1])
        _train(page, server)
        browser.close()


def _open(page: Page, address: str) -> float:
    began = perf_counter()
    page.goto(address)
    page.wait_for_function("document.querySelectorAll('.main-svg').length >= 5")
    return perf_counter() - began


def _train(page: Page, server: int) -> None:
    page.wait_for_timeout(1000)
    began = perf_counter()
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(f"{RECORDS} > 1", polling=10)
    _tell("Train to the first moving picture", perf_counter() - began)
    solved, changes, before, peak = None, 0, 1, 0.0
    while not page.evaluate(DONE):
        records = page.evaluate(RECORDS)
        changes, before = changes + (records != before), records
        if solved is None and page.evaluate(SCORE) < SOLVED:
            solved = perf_counter() - began
            _tell(f"Train to a held-out error below {SOLVED}", solved)
        peak = max(peak, _resident(server))
        sleep(0.02)
    total = perf_counter() - began
    _tell("Train to the last of 1000 updates", total)
    print(f"pictures while training: {changes / total:.1f} per second")
    print(f"server with one run training: {peak:.0f} MB resident")


def _resident(process: int) -> float:
    """Return a Linux process's resident memory in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def _wait_for(address: str) -> None:
    while True:
        try:
            urlopen(address).close()
            return
        except URLError:
            sleep(0.05)


def _tell(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.2f} s", flush=True)


if __name__ == "__main__":
    main()
