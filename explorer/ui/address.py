"""The page's address is its state: settings go into it and come out of it.

Streamlit's own binding of widgets to the address writes the words that a reader sees,
which differ by language; a link has to mean the same to everybody.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from explorer.config import RunConfig, takes_text, text_key
from explorer.devices import devices
from explorer.fields import numbers
from explorer.initialisations import INITIALISATIONS
from explorer.link import changes_text, from_query, to_query
from explorer.problems import FORKED_FROM, NONE, Problem, unknown_option
from explorer.tasks import TASKS
from explorer.texts import LANGUAGES, Language, language_of
from explorer.ui.pasted import find_text, pasted, take

LANGUAGE = "lang"
KEPT = 50
"""How many addresses a session remembers having written."""


def read_address() -> None:
    """Take over the address when the page is opened or the reader goes back to it.

    While a session runs, the browser may still send an address from before the last
    change. Only an address that was written earlier and comes without any change by
    the reader is a step back.
    """
    address = st.query_params.to_dict()
    written: list[dict[str, str]] = st.session_state.setdefault("addresses", [])
    touched = st.session_state.get("touched", False)
    if not written:
        _take_over(address)
    elif not touched and address != written[-1] and address in written:
        _take_over(address)


def write_address(config: RunConfig) -> None:
    """Put the settings into the address."""
    address = address_of(config)
    written: list[dict[str, str]] = st.session_state["addresses"]
    if not written or written[-1] != address:
        st.session_state["addresses"] = [*written, address][-KEPT:]
    if st.query_params.to_dict() != address:
        st.query_params.from_dict(address)
    # Only now: a run that the next click cuts short has not written its address yet.
    st.session_state["touched"] = False


def address_of(config: RunConfig) -> dict[str, str]:
    """Return what stands in the address of a run as this reader sees it."""
    return {**to_query(config), LANGUAGE: st.session_state[LANGUAGE]}


def address_bar(config: RunConfig) -> str:
    """Return what should stand in the address bar behind the question mark.

    The live picture puts it there where it does not: what a run of the page sends is
    lost when the next one begins before it went out.
    """
    return urlencode(address_of(config))


def language() -> Language:
    """Return the language that the reader chose, or the browser's."""
    chosen = st.session_state.get(LANGUAGE)
    return chosen if chosen in LANGUAGES else language_of(st.context.locale)


def current_settings() -> tuple[RunConfig, list[Problem]]:
    """Return the run that the controls stand for, and what did not fit together."""
    state = st.session_state
    task = TASKS[state["task"]]
    names = set(RunConfig.model_fields) - {"task_params", "text", "changes"}
    names |= set(numbers(task))
    if INITIALISATIONS[state["init"]].parameter is None:
        names.discard("init_value")
    query = {name: str(state[name]) for name in sorted(names)}
    if not state["clip"]:
        query["clip_norm"] = NONE
    if takes_text(state["task"]) and pasted():
        query["text"] = text_key(pasted())
    run, problems = from_query(query, devices(), find_text)
    if not state["changes"]:
        return run, problems
    if run.key != state["changes_of"]:
        _leave_changes_out()
        return run, problems
    return from_query(query | {"changes": state["changes"]}, devices(), find_text)


def _leave_changes_out() -> None:
    """Forget the changes of a run that is no longer shown, and say so."""
    gone = Problem("changes", st.session_state["changes"], FORKED_FROM, None)
    st.session_state["changes"] = ""
    st.session_state["problems"] = [*st.session_state.get("problems", []), gone]


def apply(config: RunConfig) -> None:
    """Set all controls to a run's settings; a text that was pasted stays."""
    settings = flat(config)
    st.session_state["clip"] = settings["clip_norm"] is not None
    if settings["clip_norm"] is None:
        settings["clip_norm"] = 1.0
    for name, value in settings.items():
        st.session_state[name] = value
    st.session_state["changes"] = changes_text(config.changes)
    unchanged = config.model_copy(update={"changes": ()})
    st.session_state["changes_of"] = unchanged.key


def choose(query: Mapping[str, str]) -> None:
    """Set the controls to the settings that a query names, the others to the usual.

    Seed and device stay: they are nothing that an experiment is about.
    """
    kept = {name: str(st.session_state[name]) for name in ("seed", "device")}
    config, problems = from_query({**kept, **query}, devices())
    apply(config)
    st.session_state["problems"] = problems


def flat(config: RunConfig) -> dict[str, Any]:
    """Return a run's settings by the names of their controls."""
    own = numbers(TASKS[config.task])
    task = config.build_task().model_dump(include=set(own))
    settings = config.model_dump(exclude={"task_params", "text", "changes"}) | task
    if settings["init_value"] is None:
        del settings["init_value"]
    return settings


def _take_over(address: Mapping[str, str]) -> None:
    query = dict(address)
    chosen = query.pop(LANGUAGE, "").strip().lower()
    known = chosen in LANGUAGES
    spoken = chosen if known else language_of(st.context.locale)
    st.session_state[LANGUAGE] = spoken
    config, problems = from_query(query, devices(), find_text)
    if chosen and not known:
        problems.append(unknown_option(LANGUAGE, chosen, LANGUAGES, spoken))
    apply(config)
    if takes_text(config.task):
        take(config.text)
    st.session_state["problems"] = problems
