"""Who this session is."""

from uuid import uuid4

import streamlit as st


def viewer() -> str:
    """Return this session's name, under which it watches runs."""
    return str(st.session_state.setdefault("viewer", uuid4().hex))


def touch() -> None:
    """Remember that the reader changed a control; every control calls it."""
    st.session_state["touched"] = True
    st.session_state["problems"] = []
