"""The cards of a duel: what each variant changes, and one more of them."""

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import CLIP_NORM, RunConfig
from explorer.duels import (
    LARGEST,
    Duel,
    Overrides,
    differences,
    equal_parameters,
    label,
    names,
    parameters,
    read_variants,
    variants_text,
)
from explorer.fields import Number, numbers
from explorer.initialisations import INITIALISATIONS
from explorer.optimisers import OPTIMISERS
from explorer.problems import NONE, to_text
from explorer.texts import Language, Text
from explorer.ui.controls import ACTIVATION, CELL, CLIP_AT, INITIALISATION, OPTIMISER
from explorer.ui.duel_runs import Standing, divergence
from explorer.ui.duel_settings import keep
from explorer.ui.duel_table import swatch
from explorer.ui.inputs import menu, number_inputs
from explorer.ui.state import touch

IS_BASE = Text(en="the base run, as in the sidebar", zh="基准运行，见侧栏")
CHANGED = Text(en="instead of the base: {words}", zh="与基准不同：{words}")
COUNT = Text(en="{count} parameters", zh="{count} 个参数")
REMOVE = Text(en="Remove {name}", zh="移除{name}")
ADD = Text(en="Add a setting", zh="添加一组设置")
ADD_THIS = Text(en="Add", zh="添加")
WHAT = Text(en="Change in the base run", zh="在基准运行中改变")
VALUE = Text(en="to", zh="改为")
NO_CLIPPING = Text(en="No clipping", zh="不裁剪")
REFUSED = Text(
    en="That is one of the settings already, or does not go with the base run.",
    zh="该设置已在其中，或与基准运行不相容。",
)
SIZE_ALONE = Text(
    en="These settings differ only in size, so they cannot be made equal.",
    zh="这些设置只在大小上不同，无法使其参数相等。",
)
SETTING, PICKED = "duel_setting", "duel_value_"
MENUS: dict[str, tuple[Text, Any]] = {
    "cell": (CELL, CELLS),
    "activation": (ACTIVATION, ACTIVATIONS),
    "init": (INITIALISATION, INITIALISATIONS),
    "optimiser": (OPTIMISER, OPTIMISERS),
}
COUNTED = ("hidden_size", "num_layers", "learning_rate")


def cards(duel: Duel, found: Sequence[Sequence[Standing]], language: Language) -> None:
    """Draw a card for each variant, all of one height.

    Args:
        duel: what is set against what.
        found: [variant][seed], how the runs stand.
        language: the reader's.
    """
    with st.container(horizontal=True, gap="small"):
        for place in range(len(duel.variants)):
            key = f"duel_card_{place}"
            with st.container(border=True, width=250, height="stretch", key=key):
                _card(duel, place, found[place], language)


def _notes(duel: Duel, place: int, seeds: Sequence[Standing]) -> dict[str, Text]:
    """Return the lines under a variant's name, by their class: nothing said twice."""
    config = duel.settings[place]
    words = differences(duel.base, config)
    said = names(duel)[place].en.split(", ")
    unsaid = [word for word in words if word.en not in said]
    count = COUNT.format(count=f"{parameters(config):,}")
    lines = {"duel-count": count}
    if not words:
        lines = {"duel-change": IS_BASE} | lines
    elif unsaid:
        lines = {"duel-change": CHANGED.format(words=label(unsaid))} | lines
    diverged = divergence(seeds)
    return lines if diverged is None else lines | {"duel-diverged": diverged}


def _card(
    duel: Duel, place: int, seeds: Sequence[Standing], language: Language
) -> None:
    name = names(duel)[place]
    with st.container(horizontal=True, gap=None, wrap=False):
        title = f"<b>{swatch(place)}{escape(name.to(language))}</b>"
        notes = "".join(
            f'<small class="{kind}">{escape(line.to(language))}</small>'
            for kind, line in _notes(duel, place, seeds).items()
        )
        st.html(f'<div class="duel-card">{title}{notes}</div>')
        if len(duel.variants) > 2:
            st.button(
                "",
                icon=":material/close:",
                key=f"button_remove_{place}",
                help=REMOVE.format(name=name).to(language),
                type="tertiary",
                width="content",
                on_click=_remove,
                args=(duel, place),
            )


def _remove(duel: Duel, place: int) -> None:
    keep(tuple(own for i, own in enumerate(duel.variants) if i != place))


def equalise(duel: Duel) -> None:
    """Give all variants about as many parameters as the base has."""
    equal = equal_parameters(duel).variants
    _, problems = read_variants(duel.base, variants_text(equal))
    if problems:
        st.session_state["refused"] = SIZE_ALONE
    else:
        keep(equal)


def adder(duel: Duel, language: Language) -> None:
    """Draw what adds a variant: a setting of the base run, and its value."""
    with st.popover(
        ADD.to(language),
        icon=":material/add:",
        disabled=len(duel.variants) >= LARGEST,
    ):
        fields = numbers(RunConfig)
        titles = {name: title for name, (title, _) in MENUS.items()}
        titles |= {name: fields[name].title for name in COUNTED}
        titles |= {"clip_norm": CLIP_AT}
        st.session_state.setdefault(SETTING, next(iter(titles)))
        menu(SETTING, WHAT, titles, language, touch)
        name = st.session_state[SETTING]
        _value(name, duel.base, language)
        st.button(
            ADD_THIS.to(language),
            key="button_add",
            type="primary",
            on_click=_add,
            args=(duel, name),
        )


def _value(name: str, base: RunConfig, language: Language) -> None:
    """Draw what a setting may be changed to."""
    key = PICKED + name
    if name in MENUS:
        options = _offer(name, base)
        if st.session_state.get(key) not in options:
            other = [n for n in options if n != getattr(base, name)]
            st.session_state[key] = next(iter(other or options))
        menu(key, VALUE, options, language, touch)
        start = INITIALISATIONS.get(st.session_state[key]) if name == "init" else None
        if start is not None and start.parameter is not None:
            p = start.parameter
            own = Number(p.title, p.default, p.minimum, p.maximum, integer=False)
            number_inputs({PICKED + "init_value": own}, language)
    elif name == "clip_norm":
        st.toggle(NO_CLIPPING.to(language), key=PICKED + "unclipped", value=True)
        if not st.session_state[PICKED + "unclipped"]:
            number_inputs({key: Number(CLIP_AT, 1.0, *CLIP_NORM, False)}, language)
    else:
        number_inputs({key: numbers(RunConfig)[name]}, language)


def _offer(name: str, base: RunConfig) -> dict[str, Text]:
    """Return the entries of a menu that go with the base's cell."""
    entries = MENUS[name][1]
    cell = CELLS[base.cell]
    takes = {"activation": cell.activations, "init": cell.initialisations}
    return {n: entries[n].title for n in takes.get(name, entries)}


def _add(duel: Duel, name: str) -> None:
    """Add the base with one setting changed, unless it is there or cannot be."""
    touch()
    state = st.session_state
    value = to_text(state.get(PICKED + name))
    if name == "clip_norm" and state[PICKED + "unclipped"]:
        value = NONE
    own: Overrides = ((name, value),)
    start = INITIALISATIONS.get(value) if name == "init" else None
    if start is not None and start.parameter is not None:
        own += (("init_value", to_text(state[PICKED + "init_value"])),)
    wanted = (*duel.variants, own)
    variants, problems = read_variants(duel.base, variants_text(wanted))
    if problems:
        state["refused"] = REFUSED
    else:
        keep(variants)
