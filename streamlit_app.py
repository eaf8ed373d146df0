"""The entry: `streamlit run streamlit_app.py`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from explorer.ui.routes import middleware, prepare, routes

base = st.get_option("server.baseUrlPath")


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Load torch and open the store before the first visitor; save all at the end."""
    from explorer.ui.services import services

    shared = services()
    prepare()
    yield
    shared.close()


app = st.App(
    "explorer/ui/frame.py",
    lifespan=lifespan,
    routes=routes(base),
    middleware=middleware(base),
)
