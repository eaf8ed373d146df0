"""What this session has to remember from one run of a page to the next."""

import streamlit as st


def touch() -> None:
    """Remember that the reader changed a control; every control calls it."""
    st.session_state["touched"] = True
    st.session_state["problems"] = []
