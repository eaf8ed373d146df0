"""The menu of ready experiments: one press sets all controls."""

import streamlit as st

from explorer.config import RunConfig
from explorer.presets import PRESETS, experiment_of
from explorer.texts import Language, Text
from explorer.ui.address import choose
from explorer.ui.state import touch

TITLE = Text(en="Ready experiments", zh="现成实验")
LEAD = Text(
    en="Pick a task and a cell, press Train, and watch a real network learn.",
    zh="选择任务和循环单元，按“训练”，观察一个真实的网络如何学习。",
)


def preset_menu(language: Language) -> None:
    """Draw the menu; a choice sets all controls but seed and device."""
    st.menu_button(
        TITLE.to(language),
        list(PRESETS),
        format_func=lambda name: PRESETS[name].title.to(language),
        icon=":material/science:",
        key="preset",
        on_click=_chosen,
    )


def lead(config: RunConfig) -> Text:
    """Return what to look for in a run, or how to begin where nobody knows."""
    name = experiment_of(config)
    beginning = config.key == RunConfig().key
    return LEAD if name is None or beginning else PRESETS[name].purpose


def _chosen() -> None:
    touch()
    choose(PRESETS[st.session_state["preset"]].query)
