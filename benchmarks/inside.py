"""How soon the pages inside follow a slider, and how smoothly the unrolled net plays.

    python -m benchmarks.inside [--moves 9] [--cell lstm]

Trains a run on a server of its own, then opens each page in a real Chromium and moves
its sliders: the training step, which the server has to draw, until all pictures show
it, and the time step, which the browser has, until the second frame after. Then it
plays the unrolled network and counts its frames. The last line is the verdict.
"""

import argparse
import json
from statistics import median
from time import sleep
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page

from benchmarks._browser import SIZE, browsing, press
from benchmarks._server import serving
from explorer.cells import CELLS
from explorer.link import task_query

PAGES = (
    "",
    "unrolled",
    "gradients",
    "trajectories",
    "inside_the_cell",
    "dynamics",
)
HELD, SERVED = 100, 300  # ms that the two kinds of slider may take
PLAYED = 4  # seconds
MOVE = """([name, part]) => new Promise((resolve) => {
  const range = document.querySelector(`[data-slider=${name}] input`);
  const host = document.querySelector('.live-panels');
  const wanted = Math.round(part * range.max);
  if (Number(range.value) === wanted) return resolve(null);
  const before = host.dataset.drawn;
  const began = performance.now();
  range.value = wanted;
  range.dispatchEvent(new Event('input', { bubbles: true }));
  let frames = 0;
  const look = () => {
    frames += 1;
    const { drawn } = host.dataset;
    const there = name === 'play' ? frames > 2 : drawn && drawn !== before;
    if (there) resolve(performance.now() - began);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
FRAMES = """(seconds) => new Promise((resolve) => {
  const began = performance.now();
  let count = 0;
  const look = (now) => {
    count += 1;
    if (now - began < 1000 * seconds) requestAnimationFrame(look);
    else resolve(count / ((now - began) / 1000));
  };
  requestAnimationFrame(look);
})"""


def measure(moves: int, cell: str) -> dict[str, Any]:
    """Return for each page the medians of both sliders in ms, and frames a second."""
    query = task_query("temporal_order") | {"cell": cell, "steps": "300"}
    found: dict[str, Any] = {}
    with serving() as server, browsing() as browser:
        for name in PAGES:
            page = browser.new_page(viewport=SIZE)
            page.goto(f"{server.address}/{name}?lang=en&{urlencode(query)}")
            drawn(page)
            if name == "":
                press(page, "Train")
                page.get_by_text("Trained", exact=True).wait_for(timeout=120_000)
                drawn(page)
            sleep(2)
            found[name or "playground"] = scrubbed(page, moves)
            if name == "unrolled":
                found["frames_per_s"] = played(page)
            page.close()
    return found


def drawn(page: Page) -> None:
    """Wait until all pictures are drawn."""
    page.wait_for_function(
        "document.querySelector('.live-panels')?.dataset.drawn", timeout=120_000
    )


def scrubbed(page: Page, moves: int) -> dict[str, float]:
    """Return the median ms of either slider over several moves, to and fro."""
    parts = [(2 + 5 * k) % 9 / 9 for k in range(moves)]
    median_of = {}
    for name, slider in (("served", "newest"), ("held", "play")):
        times = []
        for part in parts:
            took = page.evaluate(MOVE, [slider, part])
            if took is not None:
                times.append(took)
            sleep(0.6)  # the slider sends at most eight times a second
        median_of[name] = round(median(times), 1)
    return median_of


def played(page: Page) -> float:
    """Return how many frames a second there are while the unrolled network plays."""
    page.locator(".unrolled-play").click()
    sleep(0.5)
    return round(page.evaluate(FRAMES, PLAYED), 1)


def main() -> None:
    """Print what was measured as JSON, and a last line that sums it up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=9, choices=range(1, 51))
    parser.add_argument("--cell", default="lstm", choices=list(CELLS))
    chosen = parser.parse_args()
    measured = measure(chosen.moves, chosen.cell)
    print(json.dumps(measured, indent=2))
    pages = [times for times in measured.values() if isinstance(times, dict)]
    print(
        f"inside: step slider {max(p['served'] for p in pages):.0f} ms at worst (goal "
        f"{SERVED}), time slider {max(p['held'] for p in pages):.0f} ms (goal {HELD}), "
        f"the unrolled network plays at {measured['frames_per_s']} frames/s"
    )


if __name__ == "__main__":
    main()
