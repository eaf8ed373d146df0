"""What is measured on the page of costs: its controls, and its part of the address."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from pydantic import ValidationError

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.costs import MOST_CELLS, Settings
from explorer.devices import device_name, devices
from explorer.fields import numbers
from explorer.problems import (
    NO_DEVICE,
    NOT_A_NUMBER,
    OUT_OF_BOUNDS,
    UNKNOWN,
    Problem,
    shorten,
)
from explorer.texts import Language, Text
from explorer.ui.address import KEPT, address_of
from explorer.ui.inputs import menu, number_inputs
from explorer.ui.state import touch

PREFIX = "cost_"
CELL_NAMES = PREFIX + "cells"
CELLS_TITLE = Text(
    en=f"Cells (at most {MOST_CELLS})", zh=f"循环单元（最多 {MOST_CELLS} 个）"
)
TOO_MANY = Text(
    en=f"has more than {MOST_CELLS} cells", zh=f"超过了 {MOST_CELLS} 个循环单元"
)
DEVICE = Text(en="Device", zh="计算设备")


def cell_name(name: str) -> Text:
    """Return a cell's name alone, without the words that explain it in Chinese."""
    title = CELLS[name].title
    return Text(en=title.en, zh=title.zh.partition("（")[0])


def current_cost_settings() -> Settings:
    """Return what is to be measured, from the address where the reader came by it."""
    address: dict[str, str] = st.query_params.to_dict()
    written = st.session_state["addresses"]
    back = address in written and address != written[-1]
    if CELL_NAMES not in st.session_state or (
        back and not st.session_state.get("touched", False)
    ):
        _take_over(address)
    state = {n: st.session_state[PREFIX + n] for n in Settings.model_fields}
    state["cells"] = tuple(n for n in CELLS if n in _by_name(state["cells"]))
    return Settings(**state)


def cost_address(config: RunConfig, settings: Settings) -> dict[str, str]:
    """Return what stands in the address: the run's settings, and those of this page."""
    own = settings.model_dump() | {"cells": ",".join(settings.cells)}
    return address_of(config) | {PREFIX + n: str(value) for n, value in own.items()}


def write_cost_address(config: RunConfig, settings: Settings) -> None:
    """Put all settings into the address, as `write_address` does with the run's."""
    address = cost_address(config, settings)
    written: list[dict[str, str]] = st.session_state["addresses"]
    if not written or written[-1] != address:
        st.session_state["addresses"] = [*written, address][-KEPT:]
    if st.query_params.to_dict() != address:
        st.query_params.from_dict(address)
    st.session_state["touched"] = False


def cost_controls(language: Language) -> None:
    """Draw the controls; their values are in the session's state, prefixed."""
    chosen = _by_name(st.session_state[CELL_NAMES])
    st.session_state[CELL_NAMES] = [name for name in CELLS if name in chosen]
    st.multiselect(
        CELLS_TITLE.to(language),
        list(CELLS),
        format_func=lambda name: cell_name(name).to(language),
        key=CELL_NAMES,
        max_selections=MOST_CELLS,
        on_change=touch,
        persist_state="session",
    )
    fields = {PREFIX + name: field for name, field in numbers(Settings).items()}
    number_inputs(fields, language)
    if len(devices()) > 1:
        named = {n: Text(en=device_name(n), zh=device_name(n)) for n in devices()}
        menu(PREFIX + "device", DEVICE, named, language, touch)


def _by_name(chosen: list[str]) -> set[str]:
    """Return cells by their names: a browser may send one by a label it once saw."""
    labels = {label: n for n in CELLS for t in [cell_name(n)] for label in (t.en, t.zh)}
    return {labels.get(each, each) for each in chosen}


def _take_over(address: Mapping[str, str]) -> None:
    """Set the controls to what stands in the address, and say what was wrong there."""
    problems = [
        problem
        for problem in st.session_state.get("problems", [])
        if not problem.field.startswith(PREFIX)  # to the run they mean nothing
    ]
    values: dict[str, Any] = Settings().model_dump()
    for name, usual in values.items():
        text = address.get(PREFIX + name, "").strip()
        if text:
            values[name], problem = _read(name, text, usual)
            problems += [problem] if problem else []
    for name, value in values.items():
        st.session_state[PREFIX + name] = value
    st.session_state["problems"] = problems


def _read(name: str, text: str, usual: Any) -> tuple[Any, Problem | None]:
    """Return the value that a text stands for, or the usual one and why not."""
    found: Any
    reason: Text | None
    if name == "cells":
        found, reason = _cells(text, usual)
        used = ",".join(found)
    elif name == "device":
        found = used = text if text in devices() else usual
        reason = None if found == text else NO_DEVICE
    else:
        found, reason = _number(name, text, usual)
        used = str(found)
    if reason is None:
        return found, None
    return found, Problem(PREFIX + name, shorten(text), reason, used)


def _cells(text: str, usual: tuple[str, ...]) -> tuple[list[str], Text | None]:
    wanted = [each.strip() for each in text.split(",")]
    known = [name for name in CELLS if name in wanted]
    if set(wanted) - set(known):
        options = UNKNOWN.format(options=", ".join(CELLS))
        return known[:MOST_CELLS] or list(usual), options
    return known[:MOST_CELLS], TOO_MANY if len(known) > MOST_CELLS else None


def _number(name: str, text: str, usual: int) -> tuple[int, Text | None]:
    try:
        return getattr(Settings(**{name: text}), name), None
    except ValidationError as error:
        bounds = numbers(Settings)[name]
        if error.errors()[0]["type"] not in ("greater_than_equal", "less_than_equal"):
            return usual, NOT_A_NUMBER
        low, high = int(bounds.minimum), int(bounds.maximum)
        nearest = int(min(max(float(text), low), high))
        return nearest, OUT_OF_BOUNDS.format(minimum=low, maximum=high)
