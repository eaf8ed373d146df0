"""Menus and number inputs whose values are in the session's state by setting."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from explorer.fields import Number
from explorer.texts import Language, Text
from explorer.ui.state import touch


def menu(
    name: str,
    title: Text,
    options: Mapping[Any, Text],
    language: Language,
    changed: Callable[[], None],
    help: Text | None = None,
) -> None:
    """Draw a menu; its value is a key of `options`, whatever the language.

    Args:
        name: the setting, which is the widget's key.
        title: what stands above it.
        options: value -> what the reader sees of it.
        language: the reader's.
        changed: called when a choice was made.
        help: what the question mark beside it says.
    """
    # The browser sends a choice as the label it saw. Said again, the value brings the
    # labels of a language that has just changed to it.
    st.session_state[name] = st.session_state[name]
    st.selectbox(
        title.to(language),
        list(options),
        format_func=lambda option: options[option].to(language),
        key=name,
        help=help.to(language) if help else None,
        on_change=_chosen,
        args=(name, options, changed),
        persist_state="session",
    )


def _chosen(
    name: str, options: Mapping[Any, Text], changed: Callable[[], None]
) -> None:
    """Take a choice, or the label of one from before the language changed."""
    chosen = st.session_state[name]
    if chosen in options:
        changed()
        return
    touch()
    labels = {
        label: option
        for option, text in options.items()
        for label in (text.en, text.zh)
    }
    st.session_state[name] = labels.get(chosen, next(iter(options)))


def number_inputs(fields: Mapping[str, Number], language: Language) -> None:
    """Draw number inputs, two in a row."""
    names = list(fields)
    for left in range(0, len(names), 2):
        columns = st.columns(2)
        for column, name in zip(columns, names[left : left + 2], strict=False):
            with column:
                _number(name, fields[name], language)


def _number(name: str, field: Number, language: Language) -> None:
    kind: Callable[[float], float] = int if field.integer else float
    st.session_state[name] = kind(st.session_state.get(name, field.default))
    st.number_input(
        field.title.to(language),
        min_value=kind(field.minimum),
        max_value=kind(field.maximum),
        step=1 if field.integer else _step(st.session_state[name]),
        format="%d" if field.integer else "%g",
        key=name,
        on_change=touch,
        persist_state="session",
    )


def _step(value: float) -> float:
    """Return a step of the order of the value: a tenth of its leading digit's unit."""
    return float(f"1e{int(f'{abs(value) or 1.0:e}'.partition('e')[2])}")
