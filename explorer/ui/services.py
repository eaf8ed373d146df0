"""What all sessions of a server share: the store and the jobs."""

import gc
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from threading import Thread
from uuid import uuid4

import streamlit as st
from threadpoolctl import threadpool_limits

from explorer.config import RunConfig
from explorer.devices import keep_freed_memory
from explorer.jobs import Jobs
from explorer.slices import train_slice
from explorer.store import Store, StoreError, open_store
from explorer.texts import Text
from explorer.training import prepare
from explorer.ui.live import link_plotly
from explorer.ui.panels import live_data
from explorer.ui.routes import mounted
from explorer.workers import Workers

WORKERS = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True)
class Services:
    """The shared parts.

    Attributes:
        memory_only: why runs are kept in memory alone, where that is so.
        missing: what the charts lack, where they lack something.
        workers: the processes that train, where the system can have them.
    """

    store: Store
    jobs: Jobs
    workers: Workers | None
    memory_only: StoreError | None
    missing: Text | None

    def close(self) -> None:
        """Save what is being computed, and end."""
        self.jobs.close()
        if self.workers is not None:
            self.workers.close()


def _gone(name: str) -> None:
    """Let go of what a closed tab was watching, so that its run rests at once."""
    with suppress(StoreError):
        services().jobs.leave(name)


@st.cache_resource(scope="session", on_release=_gone, show_spinner=False)
def viewer() -> str:
    """Return this session's name, under which it watches runs."""
    return uuid4().hex


@st.cache_resource(show_spinner=False)
def services() -> Services:
    """Return the shared parts, made on first use."""
    workers = _workers()  # first: they take seconds until they are ready
    keep_freed_memory()  # before there are threads with memory of their own
    # A picture's small matrices gain nothing from more threads, which training needs.
    threadpool_limits(1, user_api="blas")
    missing = None if mounted() else link_plotly()
    store, memory_only = open_store()
    with suppress(StoreError):  # what is used the first time is slow: not by a visitor
        live_data(store, RunConfig(), None, {}, "en")
    count = WORKERS if workers is not None else 1  # threads hold each other up
    executor = ThreadPoolExecutor(count, thread_name_prefix="training")
    if workers is None:  # else they have compiled; a visitor is not to wait for it
        Thread(target=_prepare, name="prepare", daemon=True).start()
    train = train_slice if workers is None else workers.train
    jobs = Jobs(store, executor, count, train=train, reports=True)
    shared = Services(store, jobs, workers, memory_only, missing)
    _keep()
    return shared


@cache
def _workers() -> Workers | None:
    """Return the processes that train: one set for as long as this process lives."""
    with suppress(OSError):  # too many processes: threads do it
        return Workers() if Workers.possible() else None
    return None


def _prepare() -> None:
    """Compile what trains, and keep the compiler out of collections as well."""
    prepare()
    _keep()


def _keep() -> None:
    """Let collections pass over all that there is by now.

    Everything imported lives as long as the server does: a collection that walks over
    torch takes over 100 ms, during which no page moves.
    """
    gc.collect()
    gc.freeze()
