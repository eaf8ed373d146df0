"""Playground · 训练场: pick a cell, an activation and a task, and watch it learn."""

import streamlit as st

from explorer.ui.address import current_settings, language, write_address
from explorer.ui.controls import controls
from explorer.ui.faults import said_to, show_problems
from explorer.ui.pasted import keep_text
from explorer.ui.playground import buttons, pictures
from explorer.ui.presets import lead, preset_menu
from explorer.ui.services import services
from explorer.ui.state import NAME

words, shared = language(), services()
config, misfits = current_settings()
write_address(config)
keep_text(config)

with st.container(horizontal=True, vertical_alignment="center"):
    st.title(NAME.to(words), anchor=False, width="content")
    st.caption(lead(config).to(words), width="content")
show_problems(misfits, words)
with said_to(words):
    with st.container(horizontal=True, gap="small"):
        buttons(shared, config, words)
        preset_menu(words)
    pictures(shared, config, words)
with st.sidebar:  # last: their values are known before they are drawn, pictures are not
    controls(config, words)
