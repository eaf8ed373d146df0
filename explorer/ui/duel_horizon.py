"""The memory horizon of a duel: trials at ever longer lags, while somebody watches."""

from functools import partial
from math import ceil
from typing import NamedTuple
from urllib.parse import urlencode

import streamlit as st

from explorer.config import RunConfig
from explorer.duels import (
    FRACTION,
    LENGTHS,
    STEPS,
    TOO_LARGE,
    Duel,
    Outcome,
    outcome,
    predicted_lag,
    reached,
    short_names,
    trials_due,
    trials_of,
)
from explorer.figures.horizon_matrix import UNKNOWN, Row, horizon_matrix
from explorer.texts import Language, Text
from explorer.ui.duel_runs import Standing, pause, rest, standings, start
from explorer.ui.duel_settings import duel_address
from explorer.ui.faults import said_to, show_faults
from explorer.ui.live import LiveData, Panel, live_panels, live_words
from explorer.ui.playground import FASTEST, pace
from explorer.ui.services import WORKERS, Services
from explorer.ui.state import touch
from explorer.views._kept import Kept

SLOT = "horizon"
"""Under which the session keeps what it has read of the trials."""
MEASURING = "horizon_measuring"
"""Where the session keeps which duel's horizon is being measured."""
_LAGS: Kept[int | None] = Kept(64)
"""Predicted lags by trial, for all sessions."""
SLOWER = 3
"""How many times as long as pictures of curves these may take to come."""

TITLE = Text(en="Memory horizon", zh="记忆视界")
WHAT = Text(
    en="How long a lag does each setting bridge? Each is trained on delayed recall "
    "(one symbol, then noise, then: which one was it?) over T = {lengths} steps, with "
    "{seeds} seeds, for at most {steps} updates; a run that has solved it stops. After "
    "a length at which all seeds failed no longer one is tried.",
    zh="每组设置能跨越多长的间隔？各组在延迟回忆任务（先出现一个符号，随后都是噪声，"
    "最后问：是哪一个？）上训练，T = {lengths} 步，{seeds} 个种子，"
    "最多 {steps} 次更新；解决了就停。某个长度上所有种子都失败后，不再尝试更长的。",
)
BOUND = Text(
    en="That is at most {count} more runs, about {minutes} min of this server at the "
    "pace so far. It goes on only while this page is open.",
    zh="最多还要 {count} 个运行，按目前的速度在这台服务器上约需 {minutes} 分钟。"
    "只在本页打开时进行。",
)
UNTIMED = Text(
    en="That is at most {count} runs; how long they take shows after the first. It "
    "goes on only while this page is open.",
    zh="最多 {count} 个运行；第一个之后便知需要多久。只在本页打开时进行。",
)
ALL_KNOWN = Text(en="All of it is measured.", zh="已全部测完。")
MEASURE = Text(en="Measure", zh="测量")
STOP = Text(en="Stop", zh="停止")
CARD = Text(en="Longest lag that is learned", zh="学得会的最长间隔")
CAPTION = Text(
    en="Stronger colour: more seeds solve it. –: not tried, a shorter one failed; "
    "…: not reached yet. Diamond: before training, the gradient is below {fraction} "
    "there (first layer; triangle: beyond).",
    zh="颜色越深：解决的种子越多。–：更短的已失败，不再尝试；…：尚未轮到。"
    "菱形：训练之前梯度降到 {fraction} 以下之处（第一层；三角：更远）。",
)
REACHED = Text(en="{name}: solved up to T = {length}", zh="{name}：解决到 T = {length}")
NOWHERE = Text(en="{name}: none solved so far", zh="{name}：尚无解决")
PREDICTED = Text(
    en="{told} (the gradient is gone after {lag} steps)",
    zh="{told}（梯度在 {lag} 步后消失）",
)
STILL_THERE = Text(
    en="{told} (the gradient lasts beyond the longest)",
    zh="{told}（梯度在最长处仍未消失）",
)


class Found(NamedTuple):
    """What is known of a variant's trials.

    Attributes:
        trials: [length][seed], as far as they have come to be looked at.
        outcomes: the same, how each ended or that it has not.
    """

    trials: list[list[Standing]]
    outcomes: list[list[Outcome]]

    def reaches(self, length: int) -> bool:
        """Return whether all shorter lengths are decided, and the last one solved."""
        if len(self.outcomes) < length:
            return False
        last = self.outcomes[-1] if length else ["solved"]
        return "open" not in last and "solved" in last

    @property
    def open(self) -> list[Standing]:
        """The trials whose turn it is, at the shortest length that is not decided."""
        place = trials_due(self.outcomes)
        if place is None:
            return []
        pairs = zip(self.trials[place], self.outcomes[place], strict=True)
        return [standing for standing, end in pairs if end == "open"]

    @property
    def longer(self) -> int:
        """How many lengths may have to be tried yet, after those looked at."""
        stopped = bool(self.outcomes) and "solved" not in self.outcomes[-1]
        over = stopped and "open" not in self.outcomes[-1]
        return 0 if over else len(LENGTHS) - len(self.trials)


def horizon(shared: Services, duel: Duel, language: Language) -> None:
    """Draw the section."""
    st.subheader(TITLE.to(language), anchor=False)
    lengths = ", ".join(str(length) for length in LENGTHS)
    what = WHAT.format(lengths=lengths, seeds=duel.seeds, steps=STEPS)
    st.markdown(what.to(language))
    measuring = _is_measured(duel)
    waiting = len(_unpredicted(duel)) > 1  # this drawing predicts one
    moving = measuring or waiting
    again = FASTEST * SLOWER * pace(shared.jobs.watchers) if moving else None
    draw = st.fragment(_moving, run_every=again)
    draw(shared, duel, measuring, waiting, language)


def _name(duel: Duel) -> str:
    """Return what tells one duel's trials from another's."""
    return "|".join(config.key for runs in trials_of(duel) for config in runs[0])


def _moving(
    shared: Services, duel: Duel, measuring: bool, waiting: bool, language: Language
) -> None:
    # Here as well as around the page: a fragment also runs without its page.
    with said_to(language):
        if measuring != _is_measured(duel):
            _pace_anew()  # the button is in here, the pace is the page's
        found = _look(shared, duel)
        due = [standing for each in found for standing in each.open]
        if measuring:
            _go_on(shared, found, due)
        _buttons(shared, found, duel, measuring, bool(due), language)
        show_faults(shared, None, language)
        live_panels(_data(duel, found, language), key="horizon_live")
        if measuring and not due:
            del st.session_state[MEASURING]
            _pace_anew()
        if waiting and not _unpredicted(duel):
            _pace_anew()


def _unpredicted(duel: Duel) -> list[RunConfig]:
    """Return the trials whose lags have not been predicted yet."""
    longest = (trials[-1][0] for trials in trials_of(duel))
    return [config for config in longest if config not in _LAGS]


def _predicted(duel: Duel) -> list[int | None]:
    """Return each variant's lag, as `Row` has it.

    At most one is computed, so that a page of large networks opens at once.
    """
    later, lags = _unpredicted(duel)[1:], list[int | None]()
    for trials in trials_of(duel):
        config = trials[-1][0]
        lag: int | None = TOO_LARGE
        if config not in later:
            lag = _LAGS.get(config, partial(predicted_lag, config))
        lags.append(UNKNOWN if lag == TOO_LARGE else lag)
    return lags


def _pace_anew() -> None:
    """Draw the page anew, with another pace of this section."""
    st.session_state["touched"] = True  # the address may not have gone out yet
    st.rerun()


def _is_measured(duel: Duel) -> bool:
    """Return whether this session is measuring the horizon of a duel."""
    return bool(st.session_state.get(MEASURING) == _name(duel))


def _look(shared: Services, duel: Duel) -> list[Found]:
    """Return what is known of each variant's trials, in order of their lengths.

    Nothing is read beyond the first length that is not decided.
    """
    found: list[Found] = [Found([], []) for _ in duel.variants]
    for length in range(len(LENGTHS)):
        waiting = [
            (each, trials[length])
            for each, trials in zip(found, trials_of(duel), strict=True)
            if each.reaches(length)
        ]
        configs = [config for _, seeds in waiting for config in seeds]
        read = iter(standings(shared, configs, f"{SLOT}_{length}"))
        for each, seeds in waiting:
            stand = [next(read) for _ in seeds]
            each.trials.append(stand)
            each.outcomes.append([outcome(s.config, s.run, s.records) for s in stand])
    return found


def _go_on(shared: Services, found: list[Found], due: list[Standing]) -> None:
    """Start the trials whose turn it is; let rest those that have solved the task."""
    start(shared, [s.config for s in due if not s.active], wait=False)
    solved = [
        standing.config
        for each in found
        for trials, ends in zip(each.trials, each.outcomes, strict=True)
        for standing, end in zip(trials, ends, strict=True)
        if end == "solved" and standing.active
    ]
    rest(shared, solved)


def _buttons(
    shared: Services,
    found: list[Found],
    duel: Duel,
    measuring: bool,
    due: bool,
    language: Language,
) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            MEASURE.to(language),
            icon=":material/straighten:",
            key="button_measure",
            type="primary",
            disabled=measuring or not due,
            on_click=_begin,
            args=(duel,),
        )
        st.button(
            STOP.to(language),
            icon=":material/stop:",
            key="button_stop",
            disabled=not measuring,
            on_click=_end,
            args=(shared, found),
        )
        st.caption(_left(found, duel.seeds).to(language), width="content")


def _begin(duel: Duel) -> None:
    touch()
    st.session_state[MEASURING] = _name(duel)


def _end(shared: Services, found: list[Found]) -> None:
    touch()
    st.session_state.pop(MEASURING, None)
    active = [s.config for each in found for s in each.open if s.active]
    pause(shared, active)


def _left(found: list[Found], seeds: int) -> Text:
    """Return how much there is to do at most, and how long that takes."""
    count, work = 0, 0.0  # work: updates x time steps
    for each in found:
        for standing in each.open:
            count += 1
            work += (STEPS - standing.step) * standing.config.seq_len
        for length in LENGTHS[len(LENGTHS) - each.longer :]:
            count += seeds
            work += seeds * STEPS * length
    if not count:
        return ALL_KNOWN
    rate = _seconds_each(found)
    if rate is None:
        return UNTIMED.format(count=count)
    minutes = ceil(rate * work / WORKERS / 60)
    return BOUND.format(count=count, minutes=minutes)


def _seconds_each(found: list[Found]) -> float | None:
    """Return the seconds that an update took so far for each of its time steps."""
    runs = [s for each in found for trials in each.trials for s in trials if s.run]
    work = sum(s.step * s.config.seq_len for s in runs)
    return sum(s.run.seconds for s in runs if s.run) / work if work else None


def _data(duel: Duel, found: list[Found], language: Language) -> LiveData:
    return {
        "run": _name(duel),
        "page": "duel",
        "complete": True,
        "language": language,
        "address": urlencode(duel_address(duel)),
        "words": live_words(language),
        "steps": [0],
        "step": 0,
        "following": True,
        "length": 1,
        "panels": [_panel(duel, found, language)],
    }


def _panel(duel: Duel, found: list[Found], language: Language) -> Panel:
    lags = _predicted(duel)
    called = short_names(duel)
    rows = [
        _row(name.to(language), each, lag)
        for name, each, lag in zip(called, found, lags, strict=True)
    ]
    told = [
        _told(name, each, lag)
        for name, each, lag in zip(called, found, lags, strict=True)
    ]
    alt = Text(en="; ".join(t.en for t in told), zh="；".join(t.zh for t in told))
    return {
        "name": "horizon",
        "title": CARD.to(language),
        "caption": CAPTION.format(fraction=f"{FRACTION:g}").to(language),
        "alt": alt.to(language),
        "size": "wide",
        "figure": horizon_matrix(
            rows,
            lengths=LENGTHS,
            seeds=duel.seeds,
            fraction=FRACTION,
            language=language,
        ),
    }


def _row(name: str, found: Found, lag: int | None) -> Row:
    rest = [0] * (len(LENGTHS) - len(found.outcomes))
    solved = [ends.count("solved") for ends in found.outcomes]
    ended = [len(ends) - ends.count("open") for ends in found.outcomes]
    failed = not found.longer and not found.open
    return Row(name, [*solved, *rest], [*ended, *rest], failed, lag)


def _told(name: Text, found: Found, lag: int | None) -> Text:
    length = reached(found.outcomes)
    told = NOWHERE.format(name=name)
    if length is not None:
        told = REACHED.format(name=name, length=length)
    if lag == UNKNOWN:
        return told
    return (STILL_THERE if lag is None else PREDICTED).format(told=told, lag=lag)
