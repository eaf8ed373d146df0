"""A real Chromium for a benchmark."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--no-first-run", "--disable-background-networking"]
OPTIONS += ["--disable-gpu"]
SIZE = {"width": 1440, "height": 900}


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start the installed Chromium, and end it."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError("Chromium is not installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        yield browser
        browser.close()


def open_page(browser: Browser, address: str) -> Page:
    """Open a link in a window of a usual size; return when all charts are drawn."""
    page = browser.new_page(viewport=SIZE)
    page.goto(address)
    page.wait_for_function("document.querySelectorAll('.main-svg').length >= 5")
    return page


def press(page: Page, button: str) -> None:
    """Press a button by the words on it."""
    page.get_by_role("button", name=button, exact=True).click()
