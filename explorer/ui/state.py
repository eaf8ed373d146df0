"""What all of the interface shares: its name, and what a session has to remember."""

import streamlit as st

from explorer.texts import Text

NAME = Text(en="RNN Explorer", zh="RNN 探索器")


def touch() -> None:
    """Remember that the reader changed a control; every control calls it."""
    st.session_state["touched"] = True
    st.session_state["problems"] = []
