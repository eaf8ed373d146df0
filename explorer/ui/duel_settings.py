"""What duels with what: the page's part of the session's state and of the address."""

from typing import Any

import streamlit as st

from explorer.config import RunConfig
from explorer.duels import (
    Duel,
    Overrides,
    read_seeds,
    read_variants,
    to_query,
    variants_text,
)
from explorer.problems import Problem
from explorer.ui.address import KEPT, address_of, choose
from explorer.ui.state import touch

DUEL, SEEDS = "duel", "seeds"
"""What the page adds to the address."""
VARIANTS, COUNT = "duel_variants", "duel_seeds"
"""Where the session keeps them: the variants as in a link, the number of seeds."""


def current_duel(base: RunConfig) -> tuple[Duel, list[Problem]]:
    """Return the duel of this session, and what in it could not be used.

    It comes from the address where the reader opened a link or went back to one.
    """
    address: dict[str, str] = st.query_params.to_dict()
    written = st.session_state["addresses"]
    back = address in written and address != written[-1]
    if COUNT not in st.session_state or (
        back and not st.session_state.get("touched", False)
    ):
        _take_over(address)
    variants, problems = read_variants(base, st.session_state[VARIANTS])
    return Duel(base, variants, int(st.session_state[COUNT])), problems


def _take_over(address: dict[str, str]) -> None:
    """Take the duel of an address, and say what was wrong with its number of seeds."""
    known = [
        problem
        for problem in st.session_state.get("problems", [])
        if problem.field not in (DUEL, SEEDS)  # to the run alone they mean nothing
    ]
    seeds, problems = read_seeds(address.get(SEEDS))
    st.session_state[VARIANTS] = address.get(DUEL)
    st.session_state[COUNT] = seeds
    st.session_state["problems"] = [*known, *problems]


def keep(variants: tuple[Overrides, ...]) -> None:
    """Let these be the variants from now on."""
    touch()
    st.session_state[VARIANTS] = variants_text(variants)


def prepare(variants: tuple[Overrides, ...]) -> None:
    """Let these be the variants when the page is opened, from another page."""
    keep(variants)
    st.session_state.setdefault(COUNT, read_seeds(None)[0])


def choose_ready(query: dict[str, str], variants: str) -> None:
    """Set the base's controls to a query's settings, and the variants to a link's."""
    touch()
    choose(query)
    st.session_state[VARIANTS] = variants


def duel_address(duel: Duel) -> dict[str, str]:
    """Return what stands in the address: the base's settings, variants and seeds."""
    query = to_query(duel)
    return address_of(duel.base) | {name: query[name] for name in (DUEL, SEEDS)}


def write_duel_address(duel: Duel) -> None:
    """Put all settings into the address, as `write_address` does with the run's."""
    address = duel_address(duel)
    written: list[dict[str, Any]] = st.session_state["addresses"]
    if not written or written[-1] != address:
        st.session_state["addresses"] = [*written, address][-KEPT:]
    if st.query_params.to_dict() != address:
        st.query_params.from_dict(address)
    st.session_state["touched"] = False
