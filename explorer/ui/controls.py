"""The controls of a run, in the sidebar: what to learn, with what, and how."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import CLIP_NORM, RunConfig
from explorer.devices import device_name, devices
from explorer.fields import Number, numbers
from explorer.initialisations import INITIALISATIONS
from explorer.optimisers import OPTIMISERS
from explorer.tasks import TASKS
from explorer.texts import Language, Text
from explorer.ui.state import touch

TASK = Text(en="Task", zh="任务")
CELL = Text(en="Cell", zh="循环单元")
ACTIVATION = Text(en="Activation f", zh="激活函数 f")
INITIALISATION = Text(en="Initialisation", zh="初始化")
OPTIMISER = Text(en="Optimiser", zh="优化器")
STEEPEST = Text(en="steepest slope γ = {gamma}", zh="最大斜率 γ = {gamma}")
CLIP = Text(en="Clip the gradient's norm", zh="裁剪梯度范数")
CLIP_AT = Text(en="Clipping norm", zh="裁剪范数")
DEVICE = Text(en="Device", zh="计算设备")


def controls(language: Language) -> None:
    """Draw all controls; their values are in the session's state by setting."""
    _task(language)
    _cell(language)
    _training(language)


def _task(language: Language) -> None:
    titles = {name: TASKS[name].title for name in TASKS}
    _menu("task", TASK, titles, language, _task_changed)
    task = TASKS[st.session_state["task"]]
    st.caption(f"{task.question.to(language)} ({task.source})")
    _numbers(numbers(task), language)


def _cell(language: Language) -> None:
    titles = {name: CELLS[name].title for name in CELLS}
    _menu("cell", CELL, titles, language, _cell_changed)
    cell = CELLS[st.session_state["cell"]]
    st.caption(f"{cell.summary.to(language)} ({cell.source})")
    activations = {name: entry.title for name, entry in ACTIVATIONS.items()}
    _menu("activation", ACTIVATION, activations, language, touch)
    activation = ACTIVATIONS[st.session_state["activation"]]
    lines = cell.latex(activation.latex)
    st.latex(r"\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}")
    st.latex(rf"{activation.latex}(a) = {activation.definition}")
    st.caption(STEEPEST.format(gamma=f"{activation.gamma:g}").to(language))
    starts = {name: INITIALISATIONS[name].title for name in cell.initialisations}
    _menu("init", INITIALISATION, starts, language, _initialisation_changed)
    start = INITIALISATIONS[st.session_state["init"]]
    st.caption(f"{start.summary.to(language)} ({start.source})")
    if start.parameter is not None:
        p = start.parameter
        own = Number(p.title, p.default, p.minimum, p.maximum, integer=False)
        _numbers({"init_value": own}, language)
    settings = numbers(RunConfig)
    _numbers({n: settings[n] for n in ("hidden_size", "num_layers")}, language)


def _training(language: Language) -> None:
    optimisers = {name: entry.title for name, entry in OPTIMISERS.items()}
    _menu("optimiser", OPTIMISER, optimisers, language, touch)
    settings = numbers(RunConfig)
    first = ("learning_rate", "batch_size", "steps", "seed")
    _numbers({name: settings[name] for name in first}, language)
    st.toggle(CLIP.to(language), key="clip", on_change=touch, persist_state="session")
    if st.session_state["clip"]:
        low, high = CLIP_NORM
        own = Number(CLIP_AT, 1.0, low, high, integer=False)
        _numbers({"clip_norm": own}, language)
    named = {
        name: Text(en=device_name(name), zh=device_name(name)) for name in devices()
    }
    _menu("device", DEVICE, named, language, touch)


def _menu(
    name: str,
    title: Text,
    options: Mapping[Any, Text],
    language: Language,
    changed: Callable[[], None],
) -> None:
    # The browser sends a choice as the label it saw. Said again, the value brings the
    # labels of a language that has just changed to it.
    st.session_state[name] = st.session_state[name]
    st.selectbox(
        title.to(language),
        list(options),
        format_func=lambda option: options[option].to(language),
        key=name,
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


def _numbers(fields: Mapping[str, Number], language: Language) -> None:
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


def _task_changed() -> None:
    """Give the new task its own length and parameters."""
    touch()
    for name, number in numbers(TASKS[st.session_state["task"]]).items():
        st.session_state[name] = number.default


def _cell_changed() -> None:
    """Keep the initialisation where the new cell knows it."""
    touch()
    cell = CELLS[st.session_state["cell"]]
    if st.session_state["init"] not in cell.initialisations:
        st.session_state["init"] = RunConfig(cell=st.session_state["cell"]).init
        _initialisation_changed()


def _initialisation_changed() -> None:
    """Give the new initialisation its parameter's default."""
    touch()
    parameter = INITIALISATIONS[st.session_state["init"]].parameter
    if parameter is not None:
        st.session_state["init_value"] = parameter.default
