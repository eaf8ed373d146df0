"""The runs of a duel as they stand in the store, read anew where they have moved."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import streamlit as st

from explorer.config import RunConfig
from explorer.store import Records, Run, StoreError
from explorer.texts import Text
from explorer.ui.faults import PRESS_FAULTS, press_sentence
from explorer.ui.playground import FIRST_PICTURE
from explorer.ui.services import Services, viewer

KNOWN = "duel_known"
"""Where a session keeps what it has read, by the runs' keys."""
OTHERS_WATCH = Text(
    en="Others are looking at some of these runs too, so those go on.",
    zh="其中有些运行还有其他人在看，因此它们会继续。",
)

ONE_DIVERGED = Text(en="diverged at update {step}", zh="第 {step} 次更新时发散")
SOME_DIVERGED = Text(
    en="{count} of {seeds} seeds diverged, the first at update {step}",
    zh="{seeds} 个种子中有 {count} 个发散，最早在第 {step} 次更新时",
)
WITH = Text(en="{name} ({words})", zh="{name}（{words}）")


class Standing(NamedTuple):
    """A run as far as it has come; None where nobody has opened it."""

    config: RunConfig
    run: Run | None
    records: Records | None

    @property
    def step(self) -> int:
        """How many updates are made."""
        return self.run.step if self.run else 0

    @property
    def active(self) -> bool:
        """Whether it advances as long as somebody looks at it."""
        return self.run is not None and self.run.active

    @property
    def over(self) -> bool:
        """Whether there is nothing more to train."""
        return self.run is not None and self.run.status in ("done", "diverged")

    @property
    def diverged(self) -> bool:
        """Whether it ended before its time, at numbers that are not finite."""
        return self.run is not None and self.run.status == "diverged"

    @property
    def last(self) -> int:
        """At which update it ends, or shall end."""
        return self.step if self.over else self.config.steps

    def at(self, run: Run) -> bool:
        """Return whether a run stands where this one stood."""
        then = self.run and (self.run.step, self.run.status)
        return then == (run.step, run.status)


def divergence(seeds: Sequence[Standing]) -> Text | None:
    """Return in words which of a variant's seeds diverged, and when; None if none."""
    steps = [each.step for each in seeds if each.diverged]
    if not steps:
        return None
    said = ONE_DIVERGED if len(seeds) == 1 else SOME_DIVERGED
    return said.format(count=len(steps), seeds=len(seeds), step=min(steps))


def with_divergence(name: Text, seeds: Sequence[Standing]) -> Text:
    """Return a variant's name, with which of its seeds diverged if any did."""
    words = divergence(seeds)
    return name if words is None else WITH.format(name=name, words=words)


def standings(
    shared: Services, configs: Iterable[RunConfig], slot: str = KNOWN
) -> list[Standing]:
    """Return how runs stand, and let those go on that advance.

    Args:
        shared: where they are.
        configs: the runs.
        slot: where the session keeps the records that it has read.
    """
    before: dict[str, Standing] = st.session_state.get(slot, {})
    known: dict[str, Standing] = {}
    for config in configs:
        key = config.key
        known[key] = _standing(shared, config, key, before.get(key))
    st.session_state[slot] = known
    return list(known.values())


def _standing(
    shared: Services, config: RunConfig, key: str, before: Standing | None
) -> Standing:
    run = shared.store.run(key)
    if run is None:
        return Standing(config, None, None)
    if run.active:
        shared.jobs.watch(key, viewer())
    records = before.records if before is not None and before.at(run) else None
    if records is None:
        records = shared.store.records(key)
    # It may have been reset since the line above, and then there are none.
    return Standing(config, run, records if len(records.step) else None)


def start(shared: Services, configs: Iterable[RunConfig], wait: bool = True) -> None:
    """Let runs go on to their ends; a store that fails leaves the rest as they were.

    Args:
        shared: where they are.
        configs: the runs.
        wait: whether to wait, for a moment, until the first has brought something.
    """
    try:
        first = None
        for config in configs:
            run = shared.store.open_run(config)
            if run.status in ("done", "diverged"):
                continue
            shared.jobs.start(run.key, viewer())
            first = first or run
        if wait and first is not None:
            shared.jobs.wait(first.key, first.step, FIRST_PICTURE)
    except PRESS_FAULTS as error:
        st.session_state["refused"] = press_sentence(error)


def rest(shared: Services, configs: Iterable[RunConfig]) -> bool:
    """Let runs rest where they are, those aside that others look at too.

    Returns:
        whether all of them rest now.
    """
    every = True
    try:
        for config in configs:
            run = shared.store.run(config.key)
            if run is None or not run.active:
                continue
            if shared.store.viewers(config.key, besides=viewer()):
                every = False
            else:
                shared.jobs.pause(config.key)
    except StoreError as error:
        st.session_state["refused"] = press_sentence(error)
    return every


def pause(shared: Services, configs: Iterable[RunConfig]) -> None:
    """Let runs rest, and say so where some of them go on for others."""
    if not rest(shared, configs):
        st.session_state["refused"] = OTHERS_WATCH
