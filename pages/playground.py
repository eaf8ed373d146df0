"""Playground · 训练场: pick a cell, an activation and a task, and watch it learn."""

import streamlit as st

from explorer.texts import Text
from explorer.ui.address import current_settings, language, write_address
from explorer.ui.controls import controls
from explorer.ui.faults import said_to, show_problems
from explorer.ui.playground import buttons, pictures
from explorer.ui.services import services
from explorer.ui.state import NAME

LEAD = Text(
    en="Pick a task and a cell, press Train, and watch a real network learn.",
    zh="选择任务和循环单元，按“训练”，观察一个真实的网络如何学习。",
)

words, shared = language(), services()
config, misfits = current_settings()
write_address(config)

with st.container(horizontal=True, vertical_alignment="center"):
    st.title(NAME.to(words), anchor=False, width="content")
    st.caption(LEAD.to(words), width="content")
show_problems(misfits, words)
with said_to(words):
    buttons(shared, config, words)
    pictures(shared, config, words)
with st.sidebar:  # last: their values are known before they are drawn, pictures are not
    controls(words)
