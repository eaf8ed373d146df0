"""The page "What it costs": time and memory over the sequence length, measured here."""

from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from explorer.config import RunConfig
from explorer.costs import Settings
from explorer.texts import Language, Text
from explorer.ui.cost_bench import Bench, Report, machine_of
from explorer.ui.cost_findings import findings
from explorer.ui.cost_panels import cost_panels
from explorer.ui.cost_settings import cell_name, cost_address, cost_controls
from explorer.ui.cost_words import UPPER, table_html, ways_of
from explorer.ui.faults import said_to, show_problems
from explorer.ui.live import LiveData, live_panels, live_words
from explorer.ui.services import viewer
from explorer.ui.state import touch

STYLE = Path(__file__).parent / "static" / "costs.css"
PACE, OTHERS_PACE = 0.5, 2.0
"""Seconds between two looks at a measurement that is running: looks disturb it, so
those who did not ask for it look less often."""

TITLE = Text(en="What it costs", zh="计算开销")
LEAD = Text(
    en="Time and memory of a training step, measured here and now.",
    zh="一次训练步的时间与内存，就在这台机器上实测。",
)
WHY = Text(
    en="Long sequences cost twice over. Every time step adds work, and memory too, "
    "since backpropagation through time keeps what it computed until the gradient "
    "comes back. And as each step waits for the one before, they cannot be computed "
    "side by side. How much that is, and what helps, depends on the machine: so it is "
    "measured on the one that this app runs on, with one core or one GPU.",
    zh="长序列的代价是双重的。每多一个时间步，就多一份计算，也多一份内存："
    "沿时间反向传播要保留算过的量，直到梯度回来。"
    "而且每一步都要等前一步，无法同时计算。"
    "代价究竟多大、什么办法有用，取决于机器：因此就在运行本应用的机器上实测，"
    "用一个核或一块 GPU。",
)
PLAN = Text(
    en="Measure runs {cells} with {hidden} hidden units on {batch} sequences at a "
    "time, T = {first} to {last} steps long, on {machine}: a forward and a backward "
    "pass in some of the ways below, repeated by turns, for at most {seconds:.0f} s.",
    zh="按“测量”，在 {machine}上运行 {cells}：{hidden} 个隐藏单元，"
    "每批 {batch} 条序列，长度 T 从 {first} 到 {last}；"
    "按下列若干种走法轮流重复一次前向加一次反向传播，最多 {seconds:.0f} 秒。",
)
MEASURE = Text(en="Measure", zh="测量")
STOP = Text(en="Stop", zh="停止")
HELP = Text(
    en="Who chooses the same settings later sees the result at once",
    zh="之后选择同样设置的人会立即看到结果",
)
NO_CELLS = Text(en="Choose at least one cell.", zh="请至少选择一种循环单元。")
OTHERS = Text(
    en="Somebody else is measuring {cells} (H = {hidden}, batch {batch}). Two at a "
    "time would disturb each other; yours can begin within {seconds:.0f} s.",
    zh="有人正在测量 {cells}（H = {hidden}，批大小 {batch}）。"
    "同时测两组会相互干扰；{seconds:.0f} 秒内即可开始测量您的。",
)
UNMEASURED = Text(
    en="**Not measured yet** with these settings.", zh="这组设置**尚未测量**。"
)
RUNNING = Text(
    en="**Measuring** · T = {length} · {seconds:.0f} s of at most {most:.0f} s",
    zh="**测量中** · T = {length} · 已用 {seconds:.0f} 秒，最多 {most:.0f} 秒",
)
ENDS = {
    "done": Text(en="**Measured**", zh="**已测量**"),
    "stopped": Text(en="**Stopped early**", zh="**提前停止**"),
    "failed": Text(
        en="**Failed**; the server’s log says how", zh="**出错**；详情见服务器日志"
    ),
}
ENDED = Text(
    en="{end} · {date} UTC · {machine} · {seconds:.0f} s",
    zh="{end} · {date} UTC · {machine} · 用时 {seconds:.0f} 秒",
)
WAYS_THROUGH = Text(en="Ways through a sequence", zh="走完一个序列的办法")
MEASURED_WAYS = Text(
    en="Of each cell are measured the loop, the way that training takes, and the scan "
    "where there is one; checkpoints with one cell.",
    zh="每种循环单元测量：逐步循环、训练时所用的走法，以及并行扫描（若有）；"
    "检查点只用一种循环单元测量。",
)
FOUND = Text(en="What was found", zh="测量结果说明了什么")
SLOPES = Text(
    en="Slopes are least squares on both logarithms over the {count} longest "
    "sequences, ± their standard error.",
    zh="增长指数由最长的 {count} 个长度在双对数坐标上作最小二乘拟合得到，± 为标准误。",
)
AND = Text(en=", ", zh="、")


@st.cache_resource(show_spinner=False)
def bench() -> Bench:
    """Return what measures, one for all sessions of the server."""
    return Bench()


def costs(config: RunConfig, settings: Settings, language: Language) -> None:
    """Draw the page.

    Args:
        config: the run whose settings the address keeps.
        settings: what is to be measured.
        language: the reader's.
    """
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(TITLE.to(language), anchor=False, width="content")
        st.caption(LEAD.to(language), width="content")
    show_problems([], language)
    st.markdown(WHY.to(language))
    if settings.cells:
        st.caption(_plan(settings).to(language))
    running = bench().running
    st.session_state["cost_running"] = running is not None
    mine = running is not None and running.viewer == viewer()
    _buttons(settings, running is not None, mine, language)
    again = (PACE if mine else OTHERS_PACE) if running is not None else None
    st.fragment(_moving, run_every=again)(config, settings, language)
    with st.sidebar:
        cost_controls(language)


def _plan(settings: Settings) -> Text:
    """Return what Measure does."""
    limits = bench().limits
    return PLAN.format(
        cells=_cells(settings),
        hidden=settings.hidden_size,
        batch=settings.batch_size,
        first=limits.lengths[0],
        last=limits.lengths[-1],
        machine=machine_of(settings.device),
        seconds=limits.seconds,
    )


def _buttons(settings: Settings, running: bool, mine: bool, language: Language) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            MEASURE.to(language),
            icon=":material/timer:",
            key="button_measure",
            help=HELP.to(language),
            type="primary",
            disabled=running or not settings.cells,
            on_click=_start,
            args=(settings,),
        )
        st.button(
            STOP.to(language),
            icon=":material/stop:",
            key="button_stop",
            disabled=not mine,
            on_click=_stop,
        )


def _start(settings: Settings) -> None:
    touch()
    bench().start(settings, viewer())


def _stop() -> None:
    touch()
    bench().stop(viewer())


def _moving(config: RunConfig, settings: Settings, language: Language) -> None:
    # Here as well as around the page: a fragment also runs without its page.
    with said_to(language):
        report = bench().look(settings)
        _status(settings, report, language)
        live_panels(_data(config, settings, report, language), key="cost_live")
        _words(report, language)
        if st.session_state["cost_running"] != (bench().running is not None):
            st.session_state["touched"] = True  # the address may not have gone out yet
            st.rerun()


def _status(settings: Settings, report: Report | None, language: Language) -> None:
    """Say how far the measurement is, or when and where it was made."""
    limits, running = bench().limits, bench().running
    if not settings.cells:
        st.warning(NO_CELLS.to(language))
    elif running is not None and running.settings != settings:
        left = limits.seconds - running.seconds
        st.info(_others(running, left).to(language))
    if report is None:
        st.progress(0.0, UNMEASURED.to(language))
    elif report.stage == "measuring":
        length = max((p.length for p in report.points.values()), default=0)
        line = RUNNING.format(
            length=length or "…", seconds=report.seconds, most=limits.seconds
        )
        part = min(report.seconds / limits.seconds, 1.0)
        st.progress(part, line.to(language))
    else:
        line = ENDED.format(
            end=ENDS[report.stage],
            date=report.began.strftime("%Y-%m-%d %H:%M"),
            machine=report.machine,
            seconds=report.seconds,
        )
        part = 1.0 if report.stage == "done" else report.seconds / limits.seconds
        st.progress(min(part, 1.0), line.to(language))


def _others(running: Report, left: float) -> Text:
    other = running.settings
    return OTHERS.format(
        cells=_cells(other),
        hidden=other.hidden_size,
        batch=other.batch_size,
        seconds=max(left, 1.0),
    )


def _cells(settings: Settings) -> Text:
    names = [cell_name(name) for name in settings.cells]
    return Text(
        en=AND.en.join(name.en for name in names),
        zh=AND.zh.join(name.zh for name in names),
    )


def _data(
    config: RunConfig, settings: Settings, report: Report | None, language: Language
) -> LiveData:
    """Return the pictures for the live component; its sliders are not shown here."""
    count = len(report.points) if report else 0
    return {
        "run": settings.model_dump_json(),
        "page": "what_it_costs",
        "language": language,
        "address": urlencode(cost_address(config, settings)),
        "words": live_words(language),
        "steps": [count],
        "step": count,
        "following": True,
        "length": 1,
        "panels": cost_panels(settings, report, bench().limits.lengths, language),
        "complete": True,
    }


def _words(report: Report | None, language: Language) -> None:
    """Say what was found, if anything, and what the ways are."""
    if report is not None and report.points and report.stage != "measuring":
        st.subheader(FOUND.to(language), anchor=False)
        for text in findings(report, bench().limits.bytes):
            st.markdown(text.to(language))
        st.html(table_html(report, language))
        st.caption(SLOPES.format(count=UPPER).to(language))
    st.subheader(WAYS_THROUGH.to(language), anchor=False)
    st.markdown(ways_of(language))
    st.caption(MEASURED_WAYS.to(language))
