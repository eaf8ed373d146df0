"""The controls of a run, in the sidebar: what to learn, with what, and how."""

import streamlit as st

from explorer.activations import ACTIVATIONS
from explorer.batches import updates_per_epoch
from explorer.cells import CELLS
from explorer.config import CLIP_NORM, RunConfig, takes_text
from explorer.devices import device_name, devices
from explorer.fields import Number, numbers
from explorer.history import parameter_counts
from explorer.initialisations import INITIALISATIONS
from explorer.link import task_query
from explorer.optimisers import OPTIMISERS
from explorer.tasks import FAMILIES, TASKS
from explorer.texts import Language, Text
from explorer.ui.address import choose
from explorer.ui.inputs import menu, number_inputs
from explorer.ui.pasted import text_area
from explorer.ui.state import touch

TASK = Text(en="Task", zh="任务")
CELL = Text(en="Cell", zh="循环单元")
ACTIVATION = Text(en="Activation f", zh="激活函数 f")
INITIALISATION = Text(en="Initialisation", zh="初始化")
OPTIMISER = Text(en="Optimiser", zh="优化器")
STEEPEST = Text(en="largest |f′(a)| = {gamma}", zh="|f′(a)| 最大为 {gamma}")
CLIP = Text(en="Clip the gradient's norm", zh="裁剪梯度范数")
CLIP_AT = Text(en="Clipping norm", zh="裁剪范数")
DEVICE = Text(en="Device", zh="计算设备")
GROUPED = Text(en="{family} · {title}", zh="{family} · {title}")
DATED = Text(en="{title} · {year}", zh="{title} · {year}")
SETS_THE_REST = Text(
    en="Another task also sets the cell and the training to what suits it.",
    zh="换任务时，循环单元和训练设置也会换成适合它的。",
)
PARAMETERS = Text(
    en="{cells} weights and biases in the cells, {readout} in the readout.",
    zh="循环单元共有 {cells} 个权重和偏置，读出层有 {readout} 个。",
)
FROM_STEP = Text(en="From step {step} on: {told}.", zh="从第 {step} 步起：{told}。")
EPOCHS = Text(
    en="{steps} updates are {epochs} epochs of {count} examples.",
    zh="{steps} 次更新 = 对 {count} 个样本训练 {epochs} 个轮次。",
)


def controls(config: RunConfig, language: Language) -> None:
    """Draw all controls; their values are in the session's state by setting.

    Args:
        config: the run that they stand for.
        language: the reader's.
    """
    _task(config, language)
    _cell(config, language)
    _training(config, language)


def _task(config: RunConfig, language: Language) -> None:
    families = list(FAMILIES)
    ordered = sorted(TASKS, key=lambda name: families.index(TASKS[name].family))
    titles = {
        name: GROUPED.format(
            family=FAMILIES[TASKS[name].family], title=TASKS[name].title
        )
        for name in ordered
    }
    menu("task", TASK, titles, language, _task_changed, SETS_THE_REST)
    task = TASKS[st.session_state["task"]]
    st.caption(f"{task.question.to(language)} ({task.source})")
    if takes_text(st.session_state["task"]):
        text_area(config, language)
    number_inputs(numbers(task), language)


def _cell(config: RunConfig, language: Language) -> None:
    titles = {
        name: DATED.format(title=CELLS[name].title, year=CELLS[name].year)
        for name in CELLS
    }
    menu("cell", CELL, titles, language, _cell_changed)
    st.session_state["cell_before"] = st.session_state["cell"]  # for the next change
    cell = CELLS[st.session_state["cell"]]
    st.caption(f"{cell.summary.to(language)} ({cell.source})")
    activations = {name: ACTIVATIONS[name].title for name in cell.activations}
    menu("activation", ACTIVATION, activations, language, touch)
    _formula(language)
    starts = {name: INITIALISATIONS[name].title for name in cell.initialisations}
    menu("init", INITIALISATION, starts, language, _initialisation_changed)
    start = INITIALISATIONS[st.session_state["init"]]
    st.caption(f"{start.summary.to(language)} ({start.source})")
    if start.parameter is not None:
        p = start.parameter
        own = Number(p.title, p.default, p.minimum, p.maximum, integer=False)
        number_inputs({"init_value": own}, language)
    settings = numbers(RunConfig)
    number_inputs({n: settings[n] for n in ("hidden_size", "num_layers")}, language)
    cells, readout = parameter_counts(config)
    counted = PARAMETERS.format(cells=f"{cells:,}", readout=f"{readout:,}")
    st.caption(counted.to(language))


def _formula(language: Language) -> None:
    """Write the cell's equations and its activation's."""
    cell = CELLS[st.session_state["cell"]]
    activation = ACTIVATIONS[st.session_state["activation"]]
    lines = cell.latex(activation.latex)
    st.latex(r"\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}")
    st.latex(rf"{activation.latex}(a) = {activation.definition}")
    st.caption(STEEPEST.format(gamma=f"{activation.gamma:g}").to(language))


def _training(config: RunConfig, language: Language) -> None:
    optimisers = {name: entry.title for name, entry in OPTIMISERS.items()}
    menu("optimiser", OPTIMISER, optimisers, language, touch)
    settings = numbers(RunConfig)
    first = ("learning_rate", "batch_size", "steps", "seed")
    number_inputs({name: settings[name] for name in first}, language)
    _epochs(config, language)
    st.toggle(CLIP.to(language), key="clip", on_change=touch, persist_state="session")
    if st.session_state["clip"]:
        low, high = CLIP_NORM
        own = Number(CLIP_AT, 1.0, low, high, integer=False)
        number_inputs({"clip_norm": own}, language)
    named = {
        name: Text(en=device_name(name), zh=device_name(name)) for name in devices()
    }
    for step, told in config.changes_told():
        st.caption(FROM_STEP.format(step=step, told=told).to(language))
    menu("device", DEVICE, named, language, touch)


def _epochs(config: RunConfig, language: Language) -> None:
    """Say how often training sees each example, where their number is limited."""
    examples, each = config.build_task().examples(), updates_per_epoch(config)
    if examples is None or each is None:
        return
    line = EPOCHS.format(
        steps=f"{config.steps:,}",
        epochs=f"{config.steps / each:,.4g}",
        count=f"{examples.inputs.shape[1]:,}",
    )
    st.caption(line.to(language))


def _task_changed() -> None:
    """Set everything to what suits the new task."""
    touch()
    choose(task_query(st.session_state["task"]))


def _cell_changed() -> None:
    """Keep what the reader chose where the new cell takes it, else what is usual."""
    touch()
    before, cell = (CELLS[st.session_state[n]] for n in ("cell_before", "cell"))
    usual = RunConfig(cell=st.session_state["cell"])
    chosen = st.session_state["activation"]
    if chosen not in cell.activations or chosen == before.activations[0]:
        st.session_state["activation"] = usual.activation
    if st.session_state["init"] not in cell.initialisations:
        st.session_state["init"] = usual.init
        _initialisation_changed()


def _initialisation_changed() -> None:
    """Give the new initialisation its parameter's default."""
    touch()
    parameter = INITIALISATIONS[st.session_state["init"]].parameter
    if parameter is not None:
        st.session_state["init_value"] = parameter.default
