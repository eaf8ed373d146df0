"""How fast the page is, in a real Chromium: start, first drawing, first moving picture.

    python -m benchmarks.page

Starts a server of its own on a free port with an empty database, and ends it.
"""

from time import perf_counter, sleep

from playwright.sync_api import Browser, Page

from benchmarks._browser import browsing, open_page, press
from benchmarks._server import Server, serving

LOSS = "[data-panel=loss] .js-plotly-plot"
CURVES = f"(document.querySelector('{LOSS}')?.data ?? []).filter(c => c.name)"
RECORDS = f"({CURVES}[0]?.x ?? []).length"
SCORE = f"({CURVES}[1]?.y ?? [1]).at(-1)"
DONE = "[...document.querySelectorAll('strong')].some(e => e.innerText == 'Trained')"
SOLVED = 0.01


def main() -> None:
    """Print what was measured, a line each."""
    with serving(plain=True) as server:
        _tell("server healthy", perf_counter() - server.began)
        with browsing() as browser:
            _visit(browser, server)


def _visit(browser: Browser, server: Server) -> None:
    _tell("page drawn, first visit", _open(browser, server))
    drawn = sorted(_open(browser, server) for _ in range(3))
    _tell("page drawn, warm server (median of 3)", drawn[1])
    _train(open_page(browser, server.address), server)


def _open(browser: Browser, server: Server) -> float:
    began = perf_counter()
    page = open_page(browser, server.address)
    seconds = perf_counter() - began
    page.close()
    return seconds


def _train(page: Page, server: Server) -> None:
    page.wait_for_timeout(1000)
    began = perf_counter()
    press(page, "Train")
    page.wait_for_function(f"{RECORDS} > 1", polling=10)
    _tell("Train to the first moving picture", perf_counter() - began)
    solved, changes, before, peak = None, 0, 1, 0.0
    while not page.evaluate(DONE):
        records = page.evaluate(RECORDS)
        changes, before = changes + (records != before), records
        if solved is None and page.evaluate(SCORE) < SOLVED:
            solved = perf_counter() - began
            _tell(f"Train to a held-out error below {SOLVED}", solved)
        peak = max(peak, server.memory())
        sleep(0.02)
    total = perf_counter() - began
    _tell("Train to the last of 1000 updates", total)
    print(f"pictures while training: {changes / total:.1f} per second")
    print(f"server with one run training: {peak:.0f} MB resident")


def _tell(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.2f} s", flush=True)


if __name__ == "__main__":
    main()
