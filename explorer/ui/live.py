"""The live picture: one component that hosts all moving charts and both sliders.

Figures are built in Python and drawn in the browser by `static/live.js`, which keeps
zoom, camera and hidden traces through every update. Streamlit resends a component's
inline script and styles with each data, so that script only imports the one that is
served as a file and cached, and that one fetches the styles. Between two figures the
browser hears of each update from the stream whose address it is told (`stream.py`),
and goes on with the curves by itself.
"""

import filecmp
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NotRequired, Protocol, TypedDict, cast

import streamlit as st

from explorer.texts import Language, Text
from explorer.ui.files import PLOTLY, STATIC
from explorer.ui.routes import script_address

_WORDS = {
    "step": Text(en="Training step", zh="训练步"),
    "time": Text(en="Time step t", zh="时间步 t"),
    "play": Text(en="Play through time", zh="按时间播放"),
    "pause": Text(en="Pause", zh="暂停"),
    "live": Text(en="Newest", zh="最新"),
    "following": Text(
        en="The charts follow the newest training step",
        zh="图表跟随最新的训练步",
    ),
    "earlier": Text(
        en="The charts show an earlier training step: go back to the newest",
        zh="图表显示的是较早的训练步：回到最新一步",
    ),
    "newest": Text(
        en="The newest update as it happens: its number, the training loss, and the "
        "norm of the gradient",
        zh="最新一次更新的实时数值：更新次数、训练损失、梯度范数",
    ),
    "loss": Text(en="loss", zh="损失"),
    "failed": Text(
        en="The charts cannot be drawn: plotly.min.js did not arrive. "
        "Check the connection and reload the page.",
        zh="无法绘制图表：未能加载 plotly.min.js。请检查网络连接后刷新页面。",
    ),
}
# plotly.js's own tooltips, by the English names it looks them up with.
_PLOTLY_WORDS = {
    "Download plot as a PNG": Text(en="Download as PNG", zh="下载 PNG 图片"),
    "Download plot": Text(en="Download as PNG", zh="下载 PNG 图片"),
    "Reset axes": Text(en="Reset the axes", zh="重置坐标轴"),
    "Reset camera to default": Text(en="Reset the view", zh="重置视角"),
    "Double-click to zoom back out": Text(
        en="Double-click to zoom back out", zh="双击恢复原始范围"
    ),
    "Double-click on legend to isolate one trace": Text(
        en="Double-click the legend to show one alone", zh="双击图例只显示该项"
    ),
}


class Option(TypedDict):
    """A choice in a card's corner: `choices` are (value, label) pairs."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    value: str


class Panel(TypedDict):
    """One card. `alt` tells those who cannot see the chart what it shows.

    `figure` is plotly's {"data", "layout"}. Its traces may carry `meta.until` or
    `meta.at`, a list of t for each point (None for a separator): the points up to the
    time slider's t, or those at the nearest t, are shown. `layout.meta.timeAxis`, such
    as "x", asks for a cursor at t on that axis, and `layout.meta.times` (length T)
    says where on the axis each t lies, if not at t itself; `layout.meta.timeSpan` says
    which part of the height the cursor spans, such as [0.5, 1]. A trace whose
    `meta.live` is "loss" or "metric" has training steps for x, and goes on with what
    the stream brings.

    `layout.meta.unitAxis`, such as "y", says that places on that axis are units by
    their number, and a trace whose `meta.unit` is a number is that unit's line (then
    `layout.meta.unitLines` is true): pointing at a unit makes it stand out in all
    pictures, and a click chooses it where a card has an option "unit" with a value
    "clicked"; all views find it in `chosen` as "clicked", such as "17,4", the one
    clicked before it last. `layout.meta.selects` names an option with a value "drawn":
    dragging along the time axis chooses it, and `chosen` has a "drawn" such as "12-20".

    Where `drawing` is not "plotly", the script of that name in `static/live/drawings/`
    draws `figure`, whatever that is.
    """

    name: str
    title: str
    caption: str
    alt: str
    figure: dict[str, Any]
    options: NotRequired[list[Option]]
    size: NotRequired[str]
    drawing: NotRequired[str]


class LiveData(TypedDict):
    """What the component draws.

    `run` is the run's key: another one starts with fresh sliders and zoom. `page` is
    the stem of the page, which lays out the cards. `steps` are
    the training steps with recorded weights, ascending; `step` is the one that the
    figures show, `following` says that it is the newest. `length` is the sequence
    length T; the time slider goes over 0 .. T-1. `address` is what should stand in the
    address bar behind the question mark. `words` come from `live_words`. `stream` is
    where the browser hears of each update, seen from the page's address; it is left
    out where the run rests or nothing answers. `complete` says that no panel waits for
    more to be computed.
    """

    run: str
    page: str
    language: Language
    address: NotRequired[str]
    stream: NotRequired[str | None]
    words: dict[str, Any]
    steps: list[int]
    step: int
    following: bool
    length: int
    panels: list[Panel]
    complete: bool


class LiveResult(Protocol):
    """What a person chose: a training step, or None for the newest; card options.

    `options` maps panel name -> option name -> value, and is {} before any choice.
    """

    step: int | None
    options: dict[str, dict[str, str]]


def live_words(language: Language) -> dict[str, Any]:
    """Return the component's visible words in one language."""
    words: dict[str, Any] = {name: text.to(language) for name, text in _WORDS.items()}
    words["plotly"] = {name: text.to(language) for name, text in _PLOTLY_WORDS.items()}
    return words


def link_plotly(static: Path = STATIC) -> Text | None:
    """Put the installed plotly's plotly.min.js where the browser can fetch it.

    Returns:
        None when it is there, or a sentence that says what to do when the folder
        cannot be written to. A symbolic link would not do: Streamlit serves no file
        that lies outside its static folder.
    """
    target = static / PLOTLY.name
    try:
        if target.is_file() and filecmp.cmp(PLOTLY, target):
            return None
        # Written aside and renamed: another server may be reading or copying it now.
        aside = target.with_suffix(f".{os.getpid()}")
        shutil.copy2(PLOTLY, aside)
        aside.replace(target)
    except OSError as error:
        return Text(
            en="The charts need {source} copied to {target}, which failed: {error}.",
            zh="图表需要将 {source} 复制到 {target}，但复制失败：{error}。",
        ).format(source=PLOTLY, target=target, error=error.strerror or error)
    return None


_LOADER = """
const url = new URL("%s", document.baseURI).href;
const live = import(url);
export default async (component) => (await live).default(component);
"""

_component = st.components.v2.component(
    "live_panels",
    html='<div class="live-panels">\n<div class="live-space"></div>\n</div>',
    js=_LOADER % script_address("live.js"),
    isolate_styles=False,  # plotly puts its styles into the document's head
)


def live_panels(
    data: LiveData, key: str, on_change: Callable[[], None] = lambda: None
) -> LiveResult:
    """Draw the live picture, or bring it up to date without remounting it.

    Args:
        data: figures and slider positions; numbers must be finite (None for gaps).
        key: the widget's key; `st.session_state[key]` has the result as well.
        on_change: called, before the script, when a person chose a step or an option.

    Returns:
        What the person has chosen so far.

    Raises:
        ValueError: a figure holds NaN or infinity, which JSON does not know.
    """
    # Bytes pass through Streamlit as they are; a dict would be walked and dumped twice.
    payload = json.dumps(data, allow_nan=False, separators=(",", ":")).encode()
    result = _component(
        data=payload,
        key=key,
        default={"step": None, "options": {}},
        on_step_change=on_change,
        on_options_change=on_change,
    )
    return cast(LiveResult, result)
