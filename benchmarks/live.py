"""How alive the live picture is, in a real Chromium, and what a viewer costs.

    python -m benchmarks.live [--seconds 10] [--cell lstm]

Starts a server of its own, presses Train, and counts in the page itself: how often the
loss chart shows a newer step than before, be it through a new figure or through its
moving end, and how long the page's frames take meanwhile. Then it closes the page and
holds a lease, so that the run goes on with nobody watching: what the server computes
beside training was for the viewer. The last line is the verdict. Linux only.
"""

import argparse
import json
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlencode

from benchmarks._browser import browsing, open_page, press
from benchmarks._class_report import spread
from benchmarks._server import Server, serving
from explorer.cells import CELLS
from explorer.link import from_query, task_query
from explorer.store import Store

STEPS = "10000"  # more than a run makes while it is measured
GOAL = 15  # updates a second
SETTLE = 3  # seconds in which nothing is measured
CURVE = "document.querySelector('[data-panel=loss] .js-plotly-plot')"
# The newest step that the loss chart shows: at the end of its figure, or of the end
# that moves on by itself, which board.js notes when it has drawn it.
SHOWN = f"""Math.max(
  Number(document.querySelector('.live-panels').dataset.pushed ?? 0),
  ...({CURVE}?.data ?? []).map((curve) => (curve.meta?.live && curve.x.at(-1)) || 0),
)"""
WATCH = f"""() => {{
  const seen = (window.seen = {{ frames: [], updates: [] }});
  let [before, newest] = [performance.now(), {SHOWN}];
  const look = (now) => {{
    seen.frames.push(now - before);
    before = now;
    const shown = {SHOWN};
    if (shown > newest) seen.updates.push(now);
    newest = Math.max(shown, newest);
    requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}}"""


def measure(seconds: float = 10, cell: str = "lstm") -> dict[str, Any]:
    """Return how alive the page is, and what its viewer costs the server.

    Args:
        seconds: how long each of the two states is measured.
        cell: of the adding problem, with the task's own settings.
    """
    query = task_query("adding") | {"cell": cell, "steps": STEPS}
    with serving() as server, browsing() as browser:
        page = open_page(browser, f"{server.address}/?lang=en&{urlencode(query)}")
        press(page, "Train")
        page.wait_for_function(f"{SHOWN} > 1", polling=20)
        sleep(SETTLE)
        page.evaluate(WATCH)
        watched = beside_training(server, seconds)
        seen = page.evaluate("window.seen")
        hold(server, query, 2 * seconds + SETTLE)
        page.close()
        sleep(SETTLE)
        alone = beside_training(server, seconds)
    frames = seen["frames"][1:]
    return {
        "updates_per_s": round(len(seen["updates"]) / seconds, 1),
        "frames_per_s": round(len(frames) / seconds, 1),
        "frame_ms": spread(frames),
        "cores": {"watched": watched, "unwatched": alone},
        "cores_of_a_viewer": round(watched["beside"] - alone["beside"], 3),
        "goal_updates_per_s": GOAL,
    }


def hold(server: Server, query: dict[str, str], seconds: float) -> None:
    """Let a run go on for a time, whoever leaves."""
    config, _ = from_query(query, ["cpu"])
    store = Store(f"sqlite:///{server.database}")
    store.renew_lease(config.key, "benchmark", seconds)
    store.close()


def beside_training(server: Server, seconds: float) -> dict[str, float]:
    """Return how many cores the server keeps busy, with training and beside it."""
    began = perf_counter(), server.cpu(), server.cpu_of_training()
    sleep(seconds)
    ended = perf_counter(), server.cpu(), server.cpu_of_training()
    passed, used, trained = (b - a for a, b in zip(began, ended, strict=True))
    return {
        "training": round(trained / passed, 3),
        "beside": round((used - trained) / passed, 3),
    }


def main() -> None:
    """Print what was measured as JSON, and a last line that sums it up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--cell", default="lstm", choices=list(CELLS))
    chosen = parser.parse_args()
    if not 0 < chosen.seconds <= 120:
        parser.error("--seconds goes up to 120")
    measured = measure(chosen.seconds, chosen.cell)
    print(json.dumps(measured, indent=2))
    print(
        f"live picture: {measured['updates_per_s']} updates/s (goal {GOAL}), "
        f"{measured['frames_per_s']} frames/s, 95 % within "
        f"{measured['frame_ms']['p95']:.0f} ms; a viewer costs the server "
        f"{measured['cores_of_a_viewer']:.3f} cores"
    )


if __name__ == "__main__":
    main()
