"""Jobs: runs advance in short slices on any executor, all runs in turn.

There is no dispatcher: whatever happens (Train is pressed, a page renews its lease, a
slice ends) fills the free workers from the store. Workers only compute; the slices are
saved here, in the process that asked for them.
"""

import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Lock, get_ident

from explorer.config import RunConfig
from explorer.jobs._news import News
from explorer.jobs._writes import Writes
from explorer.slices import Slice, train_slice
from explorer.store import Claim, Run, Store, StoreError
from explorer.workers import WorkError

_PRUNE_EVERY = 60.0  # seconds
_ROUND, _RECENT = 0.5, 2.0
"""Seconds in which every run has its turn, and in which one that had it still wants."""


@dataclass
class _Flight:
    """A slice that is being computed."""

    claim: Claim
    since: float = field(default_factory=time.monotonic)
    future: "Future[Slice] | None" = None


class Jobs:
    """Advances the runs of a store that somebody looks at.

    Args:
        store: where runs are claimed and slices are saved.
        executor: threads, processes or a cluster; it stays the caller's to shut down.
        workers: how many slices are computed at a time.
        slice_seconds: about how long a slice computes.
        first_slice_seconds: the same for a run's first, so that a picture comes early.
        lease_seconds: how long a run goes on after its last viewer was heard of.
        claim_seconds: how long a killed server's slices stay taken.
        train: what computes a slice.
        reports: whether `train` takes, as its last argument, what it tells each update
            to at once. Only threads of this process can.

    Attributes:
        news: what each update brought, for those who draw a curve while it grows.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        workers: int = 2,
        *,
        slice_seconds: float = 0.25,
        first_slice_seconds: float = 0.05,
        lease_seconds: float = 30.0,
        claim_seconds: float = 15.0,
        train: Callable[..., Slice] = train_slice,
        reports: bool = False,
    ) -> None:
        self._store, self._executor, self._workers = store, executor, workers
        self._slice_seconds, self._first_seconds = slice_seconds, first_slice_seconds
        self._lease_seconds, self._claim_seconds = lease_seconds, claim_seconds
        self._train, self._reports = train, reports
        self.news = News()
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._change = Condition()
        self._flights: dict[str, _Flight] = {}
        self._told: dict[str, int] = {}
        self._turns: dict[str, float] = {}
        self._renewed: dict[tuple[str, str], float] = {}
        self._pruned = time.monotonic()
        self._closed = False
        self._filling, self._filler = Lock(), 0
        self._writes = Writes(self._fill)

    @property
    def problem(self) -> StoreError | None:
        """What is wrong with the store right now; slices wait in memory meanwhile."""
        return self._writes.problem

    # What a page asks for -----------------------------------------------------------

    def start(self, key: str, viewer: str) -> None:
        """Let a run go on to its last step.

        Raises:
            KeyError: there is no such run.
            StoreError: the store did not take it; nothing has changed.
        """
        self._go(key, viewer, lambda run: run.steps)

    def step(self, key: str, viewer: str) -> None:
        """Let a run make one more update; raises as `start` does.

        A run that advances already goes on to its goal: somebody else may have
        started it since this viewer last looked.
        """
        self._go(key, viewer, lambda run: run.goal if run.active else run.step + 1)

    def _go(self, key: str, viewer: str, goal: Callable[[Run], int]) -> None:
        run = self._store.run(key)
        if run is None:
            raise KeyError(key)
        self._store.set_goal(key, goal(run))
        self.news.expect(key)
        self._renew(key, viewer)
        self._fill()

    def pause(self, key: str) -> None:
        """Stop a run after the slice that is being computed; raises StoreError."""
        self._store.set_goal(key, 0)
        self.news.rest(key)

    def fork(
        self,
        parent: RunConfig,
        learning_rate: float,
        clip_norm: float | None,
        viewer: str,
        patience: float = 1.0,
    ) -> RunConfig | None:
        """Let a run go on as another one, changed where it stands; raises StoreError.

        The parent is paused, unless others look at it: for them it goes on. A slice in
        the works is awaited for `patience` seconds.

        Returns:
            the run that goes on; None where there is nothing to go on from, or to come.
        """
        run = self._store.run(parent.key)
        if run is not None and run.active:
            if not self._store.viewers(parent.key, besides=viewer):
                self.pause(parent.key)
            self.wait(parent.key, run.step, patience)
        fork = self._store.fork(parent, learning_rate, clip_norm)
        if fork is not None:
            self.start(fork.key, viewer)
        return fork

    def reset(self, key: str, viewer: str) -> bool:
        """Put a run back to step 0, paused; raises StoreError.

        Returns:
            False, and nothing has changed, when others look at it too.
        """
        if self._store.viewers(key, besides=viewer):
            return False
        self._store.reset(key)
        self.news.forget(key)
        self._tell(key)
        return True

    def watch(self, key: str, viewer: str) -> None:
        """Say that a viewer still looks at a run, so that it goes on; never raises.

        Cheap enough to be called several times a second: most calls ask the store
        only whether there is work for an idle worker.
        """
        if self.problem is not None:
            return  # somebody is at it already: let no page wait for a locked database
        with self._change:
            renewed = self._renewed.get((key, viewer), float("-inf"))
        try:
            if time.monotonic() - renewed > self._lease_seconds / 3:
                self._renew(key, viewer)
        except StoreError as error:
            self._writes.failed(error)
        else:
            self._fill()

    def _renew(self, key: str, viewer: str) -> None:
        self._store.renew_lease(key, viewer, self._lease_seconds)
        now = time.monotonic()
        with self._change:
            self._renewed[key, viewer] = now
            self._renewed = {
                name: then
                for name, then in self._renewed.items()
                if now - then < self._lease_seconds
            }

    @property
    def watchers(self) -> int:
        """How many viewers have lately been heard of here, whatever they look at."""
        with self._change:
            return len({viewer for _, viewer in self._renewed})

    def leave(self, viewer: str) -> None:
        """Say that a viewer is gone; raises StoreError."""
        with self._change:
            for name in [name for name in self._renewed if name[1] == viewer]:
                del self._renewed[name]
        self._store.end_lease(viewer)

    def wait(self, key: str, after_step: int, timeout: float) -> bool:
        """Wait until a slice beyond `after_step` is saved, at most `timeout` seconds.

        Comes back early when the run stops meanwhile. Raises StoreError.

        Returns:
            whether one is saved.
        """
        end, told = time.monotonic() + timeout, False
        while True:
            with self._change:
                news = self._told.get(key, 0)
            run = self._store.run(key)
            if run is not None and run.step > after_step:
                return True
            left, stopped = end - time.monotonic(), run is None or not run.active
            if left <= 0 or (told and stopped):
                return False
            told = self._await_news(key, news, left)

    def _await_news(self, key: str, known: int, timeout: float) -> bool:
        with self._change:
            return self._change.wait_for(
                lambda: self._told.get(key, 0) != known, timeout
            )

    def _tell(self, key: str) -> None:
        """Wake those who wait for news of a run."""
        with self._change:
            self._told[key] = self._told.get(key, 0) + 1
            self._change.notify_all()

    def close(self, timeout: float = 3.0) -> None:
        """Take no more work; wait for what is being computed, and save it."""
        with self._change:
            self._closed = True
            flights = list(self._flights.values())
        for flight in flights:
            if flight.future is not None:
                flight.future.cancel()
        with self._change:
            self._change.wait_for(lambda: not self._flights, timeout)
        self._writes.close()

    # Handing out --------------------------------------------------------------------

    def _fill(self) -> None:
        """Claim runs and submit slices until all workers are busy or no run waits."""
        if self._filler == get_ident():
            return  # a slice was done before the loop below went round; it goes on
        with self._filling:
            self._filler = get_ident()
            try:
                self._hold_claims()
                while self._submit_next():
                    pass
            except StoreError as error:
                self._writes.failed(error)
            finally:
                self._filler = 0

    def _hold_claims(self) -> None:
        """Extend the claims of slices that take long: one update may need a minute."""
        now = time.monotonic()
        with self._change:
            flights = list(self._flights.values())
        for flight in flights:
            if now - flight.since > self._claim_seconds / 2:
                self._store.extend_claim(flight.claim, self._claim_seconds)
                flight.since = now

    def _submit_next(self) -> bool:
        with self._change:
            full = len(self._flights) >= self._workers
            if full or self._closed or self._writes.waiting:
                return False
        claim = self._store.claim_next(self._owner, self._claim_seconds)
        self._writes.worked()
        if claim is None:
            return False
        flight = _Flight(claim)
        with self._change:
            self._flights[claim.token] = flight
        flight.future = self._submit(claim)
        flight.future.add_done_callback(partial(self._landed, claim))
        return True

    def _submit(self, claim: Claim) -> "Future[Slice]":
        seconds = self._turn(claim)
        work: list[object] = [claim.config, claim.checkpoint, claim.goal, seconds]
        if self._reports:
            work.append(self.news.reporter(claim.key))
        try:
            return self._executor.submit(self._train, *work)
        except Exception as error:
            refused: Future[Slice] = Future()
            if type(error) is RuntimeError:  # the pool was shut down, the server stops
                self._closed = True
                refused.cancel()
            else:
                refused.set_exception(error)
            return refused

    def _turn(self, claim: Claim) -> float:
        """Return how many seconds a slice is to take: less where many runs wait."""
        now = time.monotonic()
        with self._change:
            self._turns = {k: t for k, t in self._turns.items() if now - t < _RECENT}
            self._turns[claim.key] = now
            rivals = len(self._turns)
        if not claim.checkpoint:
            return self._first_seconds
        return min(self._slice_seconds, _ROUND * self._workers / rivals)

    # Taking in ----------------------------------------------------------------------

    def _landed(self, claim: Claim, future: "Future[Slice]") -> None:
        """Save what a worker brought; runs in whichever thread ended the future."""
        self._writes.put(self._outcome(claim, future))
        with self._change:
            self._flights.pop(claim.token, None)
            self._change.notify_all()
        self._fill()

    def _outcome(self, claim: Claim, future: "Future[Slice]") -> Callable[[], object]:
        """Return what is to be written about a slice that has ended."""
        error = CancelledError() if future.cancelled() else future.exception()
        if isinstance(error, CancelledError):
            return partial(self._store.release, claim)
        if error is None:
            return partial(self._save, claim, future.result())
        kind = "workers_lost" if isinstance(error, BrokenExecutor) else "crashed"
        return partial(self._fail, claim, kind, error)

    def _save(self, claim: Claim, work: Slice) -> None:
        try:
            self._store.save_slice(claim, work)
        except StoreError:
            raise
        except Exception as error:  # no slice at all: the run is broken, not the store
            return self._fail(claim, "crashed", error)
        if work.status != "training" or work.step >= claim.goal:
            self.news.rest(claim.key)
        self._tell(claim.key)
        if time.monotonic() - self._pruned > _PRUNE_EVERY:
            self._pruned = time.monotonic()
            self._store.prune()

    def _fail(self, claim: Claim, kind: str, error: BaseException) -> None:
        named = isinstance(error, WorkError)
        text = (str(error) if named else f"{type(error).__name__}: {error}")[:500]
        self._store.fail(claim, {"kind": kind, "error": text})
        self.news.rest(claim.key)
        self._tell(claim.key)
