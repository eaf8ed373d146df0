"""Changing a run in mid-run: it goes on from where it stands as another one, a fork."""

import streamlit as st

from explorer.changes import CLIP_NORM, LEARNING_RATE, MOST_CHANGES, Change
from explorer.config import RunConfig
from explorer.fields import Number, numbers
from explorer.store import Run
from explorer.texts import Language, Text
from explorer.ui.address import apply
from explorer.ui.controls import CLIP, CLIP_AT
from explorer.ui.faults import PRESS_FAULTS, press_sentence
from explorer.ui.inputs import number_inputs
from explorer.ui.services import Services, viewer
from explorer.ui.state import touch

OPEN, RATE, CLIPS, NORM = "fork_open", "fork_rate", "fork_clip", "fork_norm"
"""The keys of what is in the popover, and of whether it is open."""
TITLE = Text(en="Change from here", zh="从这里改")
HELP = Text(
    en="Go on from this step with another learning rate or clipping, as a run of its "
    "own",
    zh="从这一步起换用别的学习率或裁剪继续训练，成为单独的一个运行",
)
NOW = Text(
    en="The run stands at update {step}: {told}. From there on:",
    zh="运行已更新 {step} 次：{told}。从那里起改为：",
)
DIVERGED = Text(
    en="Until it diverged: {told}. The fork leaves the run at the last recorded step "
    "whose loss was no greater than before training; it is trained up to there once "
    "more.",
    zh="发散前：{told}。分叉点是损失最后一次不高于训练前的那个记录步；到那一步为止会重新训练一遍。",
)
FORK = Text(en="Fork", zh="分叉")
TOO_OFTEN = Text(
    en="This run was changed {most} times already, the most that there may be.",
    zh="这个运行已经改过 {most} 次，不能再改了。",
)
NOTHING = Text(
    en="There is no step to go on from. Change the settings at the side and train "
    "anew.",
    zh="没有可以继续的步。请在侧栏修改设置，重新训练。",
)
FORK_OF = Text(en="Fork of {key} at step {step}", zh="{key} 在第 {step} 步的分叉")
BACK = Text(en="Back to the run that it was until then", zh="回到分叉前的运行")


def change_from_here(shared: Services, config: RunConfig, language: Language) -> None:
    """Draw the popover with the new values, where a run is on its way or went wrong."""
    run = shared.store.run(config.key)
    if run is None or not (run.step or run.active) or run.status == "done":
        return
    now = config.in_force(config.steps)
    if st.session_state.get("fork_of") != config.key:
        st.session_state["fork_of"] = config.key
        _propose(now)
    title, key, icon = TITLE.to(language), OPEN, ":material/call_split:"
    helped = HELP.to(language)
    with st.popover(title, icon=icon, key=key, help=helped, on_change=touch):
        _values(run, now, language)
        chosen = _chosen()
        full = len(config.changes) == MOST_CHANGES
        if full:
            st.caption(TOO_OFTEN.format(most=MOST_CHANGES).to(language))
        st.button(
            FORK.to(language),
            key="fork",
            type="primary",
            disabled=full or chosen == now[1:],
            on_click=_fork,
            args=(shared, config),
        )


def _propose(now: Change) -> None:
    """Fill the popover: a tenth of the learning rate, the most usual change."""
    rate = max(LEARNING_RATE[0], float(f"{now.learning_rate / 10:.3g}"))
    st.session_state[RATE] = rate
    st.session_state[CLIPS] = now.clip_norm is not None
    st.session_state[NORM] = now.clip_norm or 1.0


def _values(run: Run, now: Change, language: Language) -> None:
    lead = DIVERGED if run.status == "diverged" else NOW
    st.caption(lead.format(told=now.told, step=run.step).to(language))
    rate = numbers(RunConfig)["learning_rate"]
    number_inputs({RATE: rate}, language)
    st.toggle(CLIP.to(language), key=CLIPS, on_change=touch, persist_state="session")
    if st.session_state[CLIPS]:
        number_inputs({NORM: Number(CLIP_AT, 1.0, *CLIP_NORM, False)}, language)


def _chosen() -> tuple[float, float | None]:
    state = st.session_state
    return state[RATE], state[NORM] if state[CLIPS] else None


def _fork(shared: Services, config: RunConfig) -> None:
    """Let the run go on as another one, and show that."""
    touch()
    st.session_state[OPEN] = False
    try:
        fork = shared.jobs.fork(config, *_chosen(), viewer())
    except PRESS_FAULTS as error:
        st.session_state["refused"] = press_sentence(error)
        return
    if fork is None:
        st.session_state["refused"] = NOTHING
    else:
        apply(fork)


def origin(config: RunConfig, language: Language) -> None:
    """Say of which run a fork is one and since when, with the way back."""
    if config.parent is None:
        return
    (step, told), key = config.changes_told()[-1], config.parent.key[:8]
    st.button(
        FORK_OF.format(key=key, step=step).to(language),
        key="parent",
        icon=":material/call_split:",
        type="tertiary",
        help=BACK.to(language),
        on_click=_back,
        args=(config.parent,),
    )
    st.caption(told.to(language), width="content")


def _back(parent: RunConfig) -> None:
    touch()
    apply(parent)
