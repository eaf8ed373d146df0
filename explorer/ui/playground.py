"""The Playground's moving half: the buttons, the run's state in words, the pictures."""

from collections.abc import Callable, Sequence
from math import ceil, log2
from secrets import randbelow
from time import monotonic, thread_time
from typing import NamedTuple

import streamlit as st

from explorer.config import RunConfig
from explorer.devices import device_name
from explorer.store import Run, StoreError
from explorer.texts import Language, Text
from explorer.ui.address import address_bar
from explorer.ui.faults import (
    PRESS_FAULTS,
    press_sentence,
    said_to,
    show_faults,
    store_sentence,
)
from explorer.ui.live import LiveData, live_panels
from explorer.ui.navigation import HOME
from explorer.ui.panels import live_data
from explorer.ui.routes import stream_address
from explorer.ui.services import Services, viewer
from explorer.ui.state import touch

LIVE = "live"
Runs = tuple[Run | None, ...]
"""The page's run, and those that its pictures show beside it."""
Known = tuple[Runs, int, LiveData]
"""These runs, how many watch the first, and its pictures."""
FASTEST, SHARE, ALL = 0.3, 0.15, 0.35
"""Seconds between pictures; the share of a core that drawing them may take, for one
who watches and for all together."""
AT_EASE = 4
"""How many may watch this server before all have their pictures less often."""
IDLE = 5.0
"""Seconds between looks at a run that rests: somebody else may start it."""
FIRST_PICTURE = 0.35
"""Seconds that pressing a button may wait for the next result."""

TRAIN = Text(en="Train", zh="训练")
PAUSE = Text(en="Pause", zh="暂停")
STEP = Text(en="Step", zh="单步")
RESET = Text(en="Reset", zh="重置")
NEW_SEED = Text(en="New seed", zh="新种子")
HELP = {
    "train": Text(en="Train to the last step", zh="训练到最后一步"),
    "pause": Text(en="Stop here; Train goes on", zh="停在这里；按“训练”继续"),
    "step": Text(en="Make one update of the weights", zh="只更新一次权重"),
    "reset": Text(
        en="Back to the same initial weights, from the same seed",
        zh="回到同一随机种子的初始权重",
    ),
    "seed": Text(en="Other initial weights and other data", zh="换一组初始权重和数据"),
}
STATES = {
    "new": Text(en="Untrained", zh="未训练"),
    "training": Text(en="Training", zh="训练中"),
    "paused": Text(en="Paused", zh="已暂停"),
    "done": Text(en="Trained", zh="训练完成"),
    "diverged": Text(en="Diverged", zh="已发散"),
    "failed": Text(en="Failed", zh="出错"),
}
PROGRESS = Text(
    en="update {step} of {steps} · {seconds:.1f} s of computing on {device}",
    zh="已更新 {step} / {steps} 次 · 在 {device} 上已计算 {seconds:.1f} 秒",
)
WATCHING = Text(en=" · {count} watching", zh=" · {count} 人在看")
OTHERS_WATCH = Text(
    en="Others are looking at this run too, so it stays as it is. "
    "Press New seed for a run of your own.",
    zh="还有其他人在看这个运行，因此保持不变。按“新种子”可得到自己的运行。",
)


class Drawing(NamedTuple):
    """Pictures as they were drawn: of what, at which steps, when, in how long."""

    wanted: tuple
    steps: tuple[int, ...]
    at: float
    cost: float
    data: LiveData


def buttons(shared: Services, config: RunConfig, language: Language) -> None:
    """Draw Train, Pause, Step, Reset and New seed."""
    run = shared.store.run(config.key)
    active, step = run is not None and run.active, run.step if run else 0
    st.session_state["drawn_active"] = active
    over = run is not None and run.status in ("done", "diverged")
    act: dict[str, tuple[Text, str, bool, Callable[..., None]]] = {
        "train": (TRAIN, ":material/play_arrow:", active or over, train),
        "pause": (PAUSE, ":material/pause:", not active, pause),
        "step": (STEP, ":material/skip_next:", active or over, _step),
        "reset": (RESET, ":material/replay:", step == 0 and not active, _reset),
        "seed": (NEW_SEED, ":material/casino:", False, _new_seed),
    }
    for name, (label, icon, disabled, action) in act.items():
        st.button(
            label.to(language),
            icon=icon,
            key=f"button_{name}",
            help=HELP[name].to(language),
            disabled=disabled,
            type="primary" if name == "train" else "secondary",
            on_click=acting,
            args=(action, shared, config),
        )


def pictures(
    shared: Services,
    config: RunConfig,
    language: Language,
    page: str = HOME,
    beside: Sequence[RunConfig] = (),
) -> None:
    """Draw the run's state and a page's pictures, again and again while they change.

    Whether they do is as the buttons have shown it: where a run has ended since, the
    page is drawn anew.

    Args:
        shared: the store and the jobs.
        config: the page's run.
        language: the reader's.
        page: the stem of the page.
        beside: other runs that the pictures show; they go on while they are watched.
    """
    paced = st.session_state["pace"] = pace(shared.jobs.watchers)
    company = _active([shared.store.run(other.key) for other in beside])
    busy = st.session_state["drawn_active"] or company
    busy = busy or st.session_state.get("unfinished", False)
    st.session_state["drawn"] = company, busy
    again = FASTEST * paced if busy else IDLE
    draw = st.fragment(_pictures, run_every=again)
    draw(shared, config, language, page, beside)


def _active(runs: Sequence[Run | None]) -> bool:
    """Return whether any of some runs advances."""
    return any(run is not None and run.active for run in runs)


def pace(watchers: int) -> int:
    """Return how many times as long pictures take where many watch: a power of two.

    Curves are pushed and do not wait; but a server can draw whole pictures three
    times a second for few only.
    """
    return 2 ** ceil(log2(max(1.0, watchers / AT_EASE)))


def share(watchers: int) -> float:
    """Return what share of a core drawing may take for each of so many."""
    return min(SHARE, ALL / max(1, watchers))


def _pictures(
    shared: Services,
    config: RunConfig,
    language: Language,
    page: str,
    beside: Sequence[RunConfig],
) -> None:
    # Here as well as around the page: a fragment also runs without its page.
    with said_to(language):
        _draw(shared, config, language, page, beside)


def _draw(
    shared: Services,
    config: RunConfig,
    language: Language,
    page: str,
    beside: Sequence[RunConfig],
) -> None:
    runs, watching, data = _read(shared, config, language, page, beside)
    run = runs[0]
    _status(config, run, watching, language)
    show_faults(shared, run, language)
    active = run is not None and run.active
    unfinished = st.session_state["unfinished"] = not data["complete"]
    stream = stream_address(config.key) if active else None
    live_panels({**data, "address": address_bar(config), "stream": stream}, key=LIVE)
    now = _active(runs[1:]), unfinished or _active(runs)
    drawn = st.session_state["drawn_active"], st.session_state["drawn"]
    if drawn != (active, now) or _paced_otherwise(shared, _active(runs)):
        # Other buttons, another pace. The browser may not know the newest address yet.
        st.session_state["touched"] = True
        st.rerun()


def _paced_otherwise(shared: Services, active: bool) -> bool:
    """Return whether so many came or went that another pace is due."""
    now, before = pace(shared.jobs.watchers), st.session_state["pace"]
    return active and max(now, before) > 2 * min(now, before)


def _read(
    shared: Services,
    config: RunConfig,
    language: Language,
    page: str,
    beside: Sequence[RunConfig],
) -> Known:
    """Return the runs, how many watch, and the pictures: the last ones if need be."""
    chosen = st.session_state.get(LIVE) or {}
    step, options = chosen.get("step"), chosen.get("options") or {}
    try:
        runs = tuple(shared.store.run(other.key) for other in (config, *beside))
        for run in runs:
            if run is not None and (run is runs[0] or run.active):
                shared.jobs.watch(run.key, viewer())
        watching = shared.store.viewers(config.key) if runs[0] else 0
        data = paced(
            (config.key, page, step, str(options), language, *map(_moment, runs)),
            tuple(run.step if run else 0 for run in runs),
            share(shared.jobs.watchers),
            lambda: live_data(shared.store, config, step, options, language, page),
        )
    except StoreError as error:
        before: Known | None = st.session_state.get("known")
        if before is None or shown(before[2]) != (config.key, page):
            raise
        st.session_state["refused"] = store_sentence(error)
        return before
    st.session_state["known"] = runs, watching, data
    return runs, watching, data


def shown(data: LiveData) -> tuple[str, str]:
    """Return of which run pictures are, and on which page."""
    return data["run"], data["page"]


def _moment(run: Run | None) -> int | None:
    """Return the step at which a run rests; None while it advances."""
    if run is None:
        return 0
    return None if run.active else run.step


def paced(
    wanted: tuple, steps: tuple[int, ...], most: float, draw: Callable[[], LiveData]
) -> LiveData:
    """Draw anew, unless it would be the same or takes more than a share of a core."""
    last: Drawing | None = st.session_state.get("drawing")
    now = monotonic()
    if last and last.wanted == wanted:
        same = last.steps == steps and last.data["complete"]
        if same or now - last.at < last.cost / most:
            return last.data
    began = thread_time()
    data = draw()
    cost = thread_time() - began
    st.session_state["drawing"] = Drawing(wanted, steps, now, cost, data)
    return data


def _status(
    config: RunConfig, run: Run | None, watching: int, language: Language
) -> None:
    """Say in one line how far the run is."""
    step = run.step if run else 0
    line = PROGRESS.format(
        step=step,
        steps=config.steps,
        seconds=run.seconds if run else 0.0,
        device=device_name(config.device),
    ).to(language)
    if watching > 1:
        line += WATCHING.format(count=watching).to(language)
    st.progress(step / config.steps, f"**{STATES[_state(run)].to(language)}** · {line}")


def _state(run: Run | None) -> str:
    """Return a key of STATES."""
    if run is None or (run.step == 0 and not run.active):
        return "new"
    if run.status in ("new", "training"):
        return "training" if run.active else "paused"
    return run.status


def acting(
    action: Callable[[Services, RunConfig], None], shared: Services, config: RunConfig
) -> None:
    """Do what a button stands for; a store that fails leaves all as it was."""
    touch()
    try:
        action(shared, config)
    except PRESS_FAULTS as error:
        st.session_state["refused"] = press_sentence(error)


def train(shared: Services, config: RunConfig) -> None:
    """Let a run go on to its last step; raises StoreError."""
    run = shared.store.open_run(config)
    shared.jobs.start(run.key, viewer())
    if stream_address(run.key) is None:  # else the curves move before the pictures do
        shared.jobs.wait(run.key, run.step, FIRST_PICTURE)


def _step(shared: Services, config: RunConfig) -> None:
    run = shared.store.open_run(config)
    shared.jobs.step(run.key, viewer())
    shared.jobs.wait(run.key, run.step, FIRST_PICTURE)


def pause(shared: Services, config: RunConfig) -> None:
    """Stop a run after the slice that is being computed; raises StoreError."""
    run = shared.store.open_run(config)
    shared.jobs.pause(run.key)
    shared.jobs.wait(run.key, run.step, FIRST_PICTURE)  # for the slice in the works


def _reset(shared: Services, config: RunConfig) -> None:
    if not shared.jobs.reset(config.key, viewer()):
        st.session_state["refused"] = OTHERS_WATCH


def _new_seed(shared: Services, config: RunConfig) -> None:
    st.session_state["seed"] = randbelow(1_000_000)
