"""Who saturates, and when: gates and weights of one run of a duel, to be brushed."""

from functools import lru_cache

import numpy as np
import streamlit as st

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.duels import Duel, names
from explorer.history import history, trace_at, weights_at
from explorer.probes.gates import OPEN, SHUT, saturation
from explorer.store import Store
from explorer.texts import Language, Text
from explorer.ui.faults import said_to
from explorer.ui.inputs import menu
from explorer.ui.services import Services
from explorer.ui.state import touch

VARIANT, GATE, MATRIX = "duel_look_at", "duel_gate", "duel_matrix"
BOUNDED = {"tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
"""Between which values h lies, of an activation that has bounds."""
STEPS = 5
"""Of how many recorded steps the weights are shown."""
TITLE = Text(en="Who saturates, and when", zh="谁饱和，何时饱和")
HOW = Text(
    en="Drag over the first chart to choose values, over the second to choose units; "
    "the third shows when they are there: the fuller a square, the more of {count} "
    "held-out sequences. After {step} updates, top layer, first seed.",
    zh="在第一张图上拖动选取数值，在第二张图上拖动选取单元；第三张图显示何时："
    "方块越实，{count} 条留出序列中处于其中的越多。{step} 次更新后，顶层，第一个种子。",
)
ONE = Text(en="Setting", zh="设置")
WHICH = Text(en="Gate", zh="门")
STATE = Text(en="h (no gates)", zh="h（没有门）")
NO_BOUNDS = Text(
    en="This cell has no gates, and its h has no bounds at which it could saturate.",
    zh="这种循环单元没有门，h 也没有可以饱和的上下界。",
)
WEIGHTS = Text(en="Weights as they spread", zh="权重如何散开")
WEIGHTS_HOW = Text(
    en="The shares of a matrix’s entries over training. Click a step in the legend to "
    "let it stand out.",
    zh="训练过程中一个矩阵各元素的分布。点击图例中的某一步可突出显示。",
)
PARAMETER = Text(en="Parameter", zh="参数")
GATE_ALT = Text(
    en="{gate}: {shut} of all values below {low:g}, {open} above {high:g}; the unit "
    "most often above is {unit} ({most}).",
    zh="{gate}：全部取值中 {shut} 低于 {low:g}，{open} 高于 {high:g}；"
    "最常高于它的是单元 {unit}（{most}）。",
)
WEIGHT_ALT = Text(
    en="Standard deviation of {name}: {first} at update {begin}, {last} at update "
    "{end}.",
    zh="{name} 的标准差：第 {begin} 次更新 {first}，第 {end} 次更新 {last}。",
)


def gates(shared: Services, duel: Duel, language: Language) -> None:
    """Draw the section, which moves when the reader asks it to."""
    st.subheader(TITLE.to(language), anchor=False)
    st.fragment(_section)(shared, duel, language)


def _section(shared: Services, duel: Duel, language: Language) -> None:
    # Here as well as around the page: a fragment also runs without its page.
    with said_to(language):
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            config = _chosen_run(duel, language)
            gate = _chosen_gate(config, language)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _gates(shared.store, config, gate, language)
        with right:
            _weights(shared.store, config, language)


def _chosen_run(duel: Duel, language: Language) -> RunConfig:
    options = dict(enumerate(names(duel)))
    gated = [i for i in options if CELLS[duel.settings[i].cell].gates]
    if st.session_state.get(VARIANT) not in options:
        st.session_state[VARIANT] = next(iter(gated), 0)
    with st.container(width=260):
        menu(VARIANT, ONE, options, language, touch)
    return duel.configs(st.session_state[VARIANT])[0]


def _chosen_gate(config: RunConfig, language: Language) -> str:
    options = {name: Text(en=name, zh=name) for name in CELLS[config.cell].gates}
    options = options or {"h": STATE}
    _settle(GATE, options)
    with st.container(width=160):
        menu(GATE, WHICH, options, language, touch)
    return str(st.session_state[GATE])


def _settle(key: str, options: dict) -> None:
    """Let a menu stand on something that is on offer."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = next(iter(options))


def _gates(store: Store, config: RunConfig, name: str, language: Language) -> None:
    """Draw the linked charts of a gate."""
    # Here, because altair takes half a second to import, and few come down here first.
    from explorer.figures.gate_charts import Gate, gate_charts

    low, high = (0.0, 1.0)
    if not CELLS[config.cell].gates:
        if config.activation not in BOUNDED:
            st.info(NO_BOUNDS.to(language))
            return
        low, high = BOUNDED[config.activation]
    step, values = _values(store, config, name)
    counted = saturation((values - low) / (high - low))
    bounds = low + SHUT * (high - low), low + OPEN * (high - low)
    charts = gate_charts(
        Gate(name, values, low, high), (counted.left, counted.right), bounds, language
    )
    most = int(counted.right.argmax())
    alt = GATE_ALT.format(
        gate=name,
        shut=f"{counted.left.mean():.0%}",
        open=f"{counted.right.mean():.0%}",
        low=bounds[0],
        high=bounds[1],
        unit=most,
        most=f"{counted.right[most]:.0%}",
    )
    st.caption(HOW.format(count=values.shape[1], step=step).to(language))
    st.altair_chart(charts, width="stretch", key="gate_charts", alt=alt.to(language))


def _values(store: Store, config: RunConfig, name: str) -> tuple[int, np.ndarray]:
    """Return the newest recorded step and a gate's values there, top layer."""
    for step in (*reversed(history(store, config).weight_steps[-2:]), 0):
        try:
            return step, _values_at(store, config, step, name)
        except LookupError:  # the newest step has only its checkpoint, which moves on
            continue
    raise AssertionError("step 0 is always there")


@lru_cache(maxsize=4)
def _values_at(store: Store, config: RunConfig, step: int, name: str) -> np.ndarray:
    trace = trace_at(store, config, step)
    values: np.ndarray = (trace.states if name == "h" else trace.gates)[name][-1]
    return values.copy()  # the rest of the trace may go


def _weights(store: Store, config: RunConfig, language: Language) -> None:
    """Draw how a parameter's entries spread over training."""
    from explorer.figures.gate_charts import weight_chart

    st.markdown(f"**{WEIGHTS.to(language)}**")
    st.caption(WEIGHTS_HOW.to(language))
    known = history(store, config).weight_steps
    at = np.linspace(0, len(known) - 1, min(len(known), STEPS)).round().astype(int)
    found = []
    for step in (known[i] for i in at):
        try:
            found.append((step, _weights_at(store, config, step)))
        except LookupError:
            continue
    options = {name: Text(en=name, zh=name) for name in found[0][1]}
    usual = next((n for n in options if n.endswith("weight_hh")), next(iter(options)))
    if st.session_state.get(MATRIX) not in options:
        st.session_state[MATRIX] = usual
    menu(MATRIX, PARAMETER, options, language, touch)
    name = st.session_state[MATRIX]
    shown = [(step, weights[name]) for step, weights in found]
    alt = WEIGHT_ALT.format(
        name=name,
        begin=shown[0][0],
        first=f"{shown[0][1].std():.3g}",
        end=shown[-1][0],
        last=f"{shown[-1][1].std():.3g}",
    )
    st.altair_chart(
        weight_chart(shown, language),
        width="stretch",
        key="weight_chart",
        alt=alt.to(language),
    )


@lru_cache(maxsize=16)
def _weights_at(store: Store, config: RunConfig, step: int) -> dict[str, np.ndarray]:
    weights = weights_at(store, config, step)
    return {name: tensor.numpy() for name, tensor in weights.items()}
