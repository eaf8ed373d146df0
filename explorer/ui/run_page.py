"""A page on the run that the address names: a heading, buttons, its pictures."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from explorer.config import RunConfig
from explorer.texts import Language, Text
from explorer.ui.address import current_settings, language, write_address
from explorer.ui.clinic import clinic
from explorer.ui.controls import controls
from explorer.ui.faults import said_to, show_problems
from explorer.ui.forks import change_from_here, origin
from explorer.ui.pasted import keep_text
from explorer.ui.playground import buttons, pictures
from explorer.ui.presets import lead, preset_menu
from explorer.ui.services import Services, services


class Company(NamedTuple):
    """Other runs that a page shows beside its own.

    Attributes:
        runs: returns them; the page's own may be among them.
        buttons: draws what acts on them.
    """

    runs: Callable[[RunConfig], list[RunConfig]]
    buttons: Callable[[Services, RunConfig, Language], None]


def run_page(
    page: str,
    title: Text,
    purpose: Text | None = None,
    company: Company | None = None,
) -> None:
    """Draw a page whose pictures are the views that name it.

    Args:
        page: the stem of the page's file.
        title: its heading.
        purpose: one sentence on what it is for; what the run is, where it is left out.
        company: other runs that its pictures show.
    """
    words, shared = language(), services()
    config, misfits = current_settings()
    write_address(config)
    keep_text(config)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title.to(words), anchor=False, width="content")
        st.caption((purpose or lead(config)).to(words), width="content")
        origin(config, words)
    show_problems(misfits, words)
    with said_to(words):
        _body(shared, config, words, page, company)
    with st.sidebar:  # last: their values are known before they are drawn
        controls(config, words)


def _body(
    shared: Services,
    config: RunConfig,
    words: Language,
    page: str,
    company: Company | None,
) -> None:
    with st.container(horizontal=True, gap="small"):
        buttons(shared, config, words)
        if company is not None:
            company.buttons(shared, config, words)
        preset_menu(words)
        change_from_here(shared, config, words)
        clinic(shared, config, words)
    runs = company.runs(config) if company is not None else []
    beside = [other for other in runs if other != config]
    pictures(shared, config, words, page, beside)
