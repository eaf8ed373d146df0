"""The page of duels: settings side by side on the same data, batches and seeds."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from explorer.config import RunConfig
from explorer.duels import READY, Duel, ready_of
from explorer.problems import Problem
from explorer.store import StoreError
from explorer.texts import Language, Text
from explorer.ui.controls import controls
from explorer.ui.duel_cards import adder, cards, equalise
from explorer.ui.duel_gates import gates
from explorer.ui.duel_horizon import horizon
from explorer.ui.duel_panels import Standings, duel_panels
from explorer.ui.duel_runs import Standing, pause, standings, start
from explorer.ui.duel_settings import COUNT, choose_ready, duel_address
from explorer.ui.duel_table import mark_words, table_html
from explorer.ui.faults import said_to, show_faults, show_problems, store_sentence
from explorer.ui.live import LiveData, live_panels, live_words
from explorer.ui.playground import FASTEST, IDLE, pace, paced, share
from explorer.ui.services import Services, services
from explorer.ui.state import touch

STYLE = Path(__file__).parent / "static" / "duel.css"
LIVE = "duel_live"
OFFERED = (1, 3, 5)

TITLE = Text(en="Duel", zh="对决")
LEAD = Text(
    en="Several settings, the same data, batches and seeds: who learns, and at what "
    "cost?",
    zh="多组设置，同样的数据、批次和种子：谁能学会，代价几何？",
)
TRAIN = Text(en="Train all", zh="全部训练")
PAUSE = Text(en="Pause", zh="暂停")
EQUAL = Text(en="Equal parameters", zh="参数相等")
READY_TITLE = Text(en="Ready duels", zh="现成对决")
SEEDS = Text(en="Seeds", zh="种子数")
HELP = {
    "train": Text(
        en="Train every setting with every seed; what somebody has trained before is "
        "there at once",
        zh="用每个种子训练每组设置；别人训练过的会立即出现",
    ),
    "pause": Text(
        en="Stop here; runs that others look at too go on",
        zh="停在这里；还有别人在看的运行会继续",
    ),
    "equal": Text(
        en="Choose hidden sizes so that all have about as many parameters as the base "
        "run",
        zh="调整隐藏单元数，使各组的参数个数都与基准运行相近",
    ),
}
STATES = {
    "new": Text(en="Not trained yet", zh="尚未训练"),
    "training": Text(en="Training", zh="训练中"),
    "paused": Text(en="Paused", zh="已暂停"),
    "partly": Text(en="Partly trained", zh="部分已训练"),
    "done": Text(en="Trained", zh="训练完成"),
}
PROGRESS = Text(
    en="**{state}** · {done} of {count} runs at their end{new} · {steps} of {all} "
    "updates",
    zh="**{state}** · {count} 个运行中已完成 {done} 个{new} · "
    "已更新 {steps} / {all} 次",
)
NEW = Text(en=", {count} not trained yet", zh="，{count} 个尚未训练")
NONE_NEW = Text(en="", zh="")


def duel_page(duel: Duel, misfits: list[Problem], language: Language) -> None:
    """Draw the page.

    Args:
        duel: what is set against what.
        misfits: what in it could not be used.
        language: the reader's.
    """
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(TITLE.to(language), anchor=False, width="content")
        st.caption(_purpose(duel).to(language), width="content")
    show_problems(misfits, language)
    with said_to(language):
        _body(services(), duel, language)
    with st.sidebar:
        controls(duel.base, language)


def _purpose(duel: Duel) -> Text:
    """Return what a ready duel is about, or what duels are for."""
    name = ready_of(duel)
    return LEAD if name is None else READY[name].purpose


def _body(shared: Services, duel: Duel, language: Language) -> None:
    found = _read(shared, duel)
    active = any(each.active for seeds in found for each in seeds)
    st.session_state["duel_active"] = active
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _buttons(shared, duel, found, language)
    st.session_state["duel_diverged"] = _diverged(found)
    cards(duel, found, language)
    again = FASTEST * pace(shared.jobs.watchers) if active else IDLE
    st.fragment(_moving, run_every=again)(shared, duel, language)
    horizon(shared, duel, language)
    gates(shared, duel, language)


def _buttons(
    shared: Services, duel: Duel, found: Standings, language: Language
) -> None:
    every = [each for seeds in found for each in seeds]
    configs = [each.config for each in every]
    active = any(each.active for each in every)
    st.button(
        TRAIN.to(language),
        icon=":material/play_arrow:",
        key="button_train",
        help=HELP["train"].to(language),
        type="primary",
        disabled=all(each.active or each.over for each in every),
        on_click=_pressed,
        args=(start, shared, configs),
    )
    st.button(
        PAUSE.to(language),
        icon=":material/pause:",
        key="button_pause",
        help=HELP["pause"].to(language),
        disabled=not active,
        on_click=_pressed,
        args=(pause, shared, configs),
    )
    st.button(
        EQUAL.to(language),
        icon=":material/balance:",
        key="button_equal",
        help=HELP["equal"].to(language),
        on_click=equalise,
        args=(duel,),
    )
    adder(duel, language)
    st.menu_button(
        READY_TITLE.to(language),
        list(READY),
        format_func=lambda name: READY[name].title.to(language),
        icon=":material/science:",
        key="duel_ready",
        on_click=_ready_chosen,
    )
    st.segmented_control(
        SEEDS.to(language),
        sorted({*OFFERED, duel.seeds}),
        key=COUNT,
        required=True,
        width="content",
        on_change=touch,
        persist_state="session",
    )


def _pressed(
    action: Callable[..., None], shared: Services, configs: list[RunConfig]
) -> None:
    touch()
    action(shared, configs)


def _ready_chosen() -> None:
    ready = READY[st.session_state["duel_ready"]]
    choose_ready(ready.query, ready.variants)


def _read(shared: Services, duel: Duel) -> list[list[Standing]]:
    """Return how the runs stand, [variant][seed]."""
    flat = iter(standings(shared, (c for seeds in duel.runs for c in seeds)))
    return [[next(flat) for _ in seeds] for seeds in duel.runs]


def _moving(shared: Services, duel: Duel, language: Language) -> None:
    # Here as well as around the page: a fragment also runs without its page.
    with said_to(language):
        found, data = _known(shared, duel, language)
        every = [each for seeds in found for each in seeds]
        _status(every, language)
        show_faults(shared, None, language)
        live_panels(data, key=LIVE)
        st.html(table_html(duel, found, language))
        st.caption(mark_words(duel).to(language))
        active = any(each.active for each in every)
        shown = st.session_state["duel_active"], st.session_state["duel_diverged"]
        if shown != (active, _diverged(found)):  # the buttons and cards are outside
            st.session_state["touched"] = True  # the address may not have gone out yet
            st.rerun()


def _known(
    shared: Services, duel: Duel, language: Language
) -> tuple[Standings, LiveData]:
    """Return the runs and their pictures: the last ones if the store fails."""
    slot = "duel_pictures"
    try:
        found = _read(shared, duel)
        steps = sum(each.step for seeds in found for each in seeds)
        active = any(each.active for seeds in found for each in seeds)
        data = paced(
            ("duel", duel, language, None if active else steps),
            (steps,),
            share(shared.jobs.watchers),
            lambda: _data(shared, duel, found, language),
        )
    except StoreError as error:
        before = st.session_state.get(slot)
        if before is None or before[0] != (duel, language):
            raise
        st.session_state["refused"] = store_sentence(error)
        return before[1], before[2]
    st.session_state[slot] = (duel, language), found, data
    return found, data


def _data(
    shared: Services, duel: Duel, found: Standings, language: Language
) -> LiveData:
    """Return the pictures for the live component; its sliders are not shown here."""
    return {
        "run": "|".join(config.key for config in duel.settings),
        "page": "duel",
        "language": language,
        "address": urlencode(duel_address(duel)),
        "words": live_words(language),
        "steps": [0],
        "step": 0,
        "following": True,
        "complete": True,
        "length": 1,
        "panels": duel_panels(shared.store, duel, found, language),
    }


def _diverged(found: Standings) -> int:
    """Return how many runs diverged, which their cards say."""
    return sum(each.diverged for seeds in found for each in seeds)


def _status(every: list[Standing], language: Language) -> None:
    """Say in one line how far all runs are; the bar is the share of the updates.

    What a run that diverged will never make is not counted.
    """
    steps, total = sum(each.step for each in every), sum(each.last for each in every)
    state, new = _state(every), sum(not each.step for each in every)
    mixed = state != "new" and new
    line = PROGRESS.format(
        state=STATES[state],
        done=sum(each.over for each in every),
        count=len(every),
        new=NEW.format(count=new) if mixed else NONE_NEW,
        steps=f"{steps:,}",
        all=f"{total:,}",
    )
    st.progress(min(steps / max(total, 1), 1.0), line.to(language))


def _state(every: list[Standing]) -> str:
    """Return a key of STATES."""
    if any(each.active for each in every):
        return "training"
    if all(each.over for each in every):
        return "done"
    if any(each.step and not each.over for each in every):
        return "paused"
    return "partly" if any(each.over for each in every) else "new"
