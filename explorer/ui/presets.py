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

CITED = Text(
    en="{purpose} (Measured: row {row} in How we know.)",
    zh="{purpose}（实测：“我们怎么知道”第 {row} 行。）",
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
    if name is None or config.key == RunConfig().key:
        return LEAD
    return CITED.format(purpose=PRESETS[name].purpose, row=PRESETS[name].row)


def _chosen() -> None:
    touch()
    choose(PRESETS[st.session_state["preset"]].query)
