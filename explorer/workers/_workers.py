"""The server's side of its workers: what they are asked, and what they tell meanwhile.

A thread that trains takes Python's lock for every small operation, and a thread that
draws holds it: with 30 pages open, training came to a third of what it does alone.
"""

import os
import socket
import subprocess
import sys
from collections import deque
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock

from explorer.config import RunConfig
from explorer.devices import memory
from explorer.slices import Slice
from explorer.training import Report

ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
ENOUGH = 1_500_000_000
"""Bytes that a server with workers is to have: they take 200 MB before they do any
work, which threads do not."""
TRIES = 3
"""How many workers are given the same slice, when one after the other is lost."""


class WorkError(RuntimeError):
    """What training raised in a worker; the text names it."""


class WorkerLost(BrokenExecutor):
    """A worker ended in the middle of its work, and so did those after it."""


class Workers:
    """Computes slices elsewhere, as many at a time as there are threads that ask.

    All workers are forks of one process, the origin, which has imported and compiled
    before: they share its memory, and a new one is there at once. They end with this
    process. Linux only.

    Raises:
        OSError: the origin cannot be begun.
    """

    def __init__(self) -> None:
        self._idle: deque[Connection] = deque()
        self._lock = Lock()
        self._origin: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._closed = False
        self._begin()

    @staticmethod
    def possible() -> bool:
        """Return whether this system can have workers, and has the memory for them."""
        return sys.platform == "linux" and memory() >= ENOUGH

    def train(
        self,
        config: RunConfig,
        checkpoint: bytes | None,
        goal: int,
        seconds: float,
        report: Report | None = None,
    ) -> Slice:
        """Return what `train_slice` does; `report` is told of several updates at once.

        A worker that is lost costs its slice: others compute it again.

        Raises:
            WorkerLost: so were those, too.
            WorkError: training raised.
            CancelledError: the workers are closed.
        """
        work = config, checkpoint, goal, seconds
        for attempt in range(TRIES):
            worker = self._fork() if attempt else self._take()
            with suppress(EOFError, OSError):
                return self._ask(worker, work, report)
        raise WorkerLost(f"{TRIES} worker processes ended")

    def close(self) -> None:
        """Let the workers end after what they are at; who waits for one gets none."""
        with self._lock:
            self._closed, origin = True, self._origin
            self._end()
        if origin is not None and origin.poll() is None:  # it still compiles
            origin.kill()
            origin.wait()

    def _ask(
        self, worker: Connection, work: tuple[object, ...], report: Report | None
    ) -> Slice:
        try:
            worker.send(work)
            while isinstance(told := worker.recv(), list):
                for point in told if report is not None else ():
                    report(*point)  # type: ignore[misc]
        except BaseException:
            worker.close()  # what it might still say answers nobody
            raise
        with self._lock:
            if self._closed:
                worker.close()
            else:
                self._idle.append(worker)
        if isinstance(told, Slice):
            return told
        raise WorkError(told)

    def _take(self) -> Connection:
        """Return a worker that has nothing to do: the last one used is warm."""
        with self._lock:
            if self._idle and not self._closed:
                return self._idle.pop()
        return self._fork()

    def _fork(self) -> Connection:
        """Return a new worker."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                self._send(theirs)
            except ConnectionError:  # the origin is gone
                self._end()
                self._begin_again()
                self._send(theirs)
        return Connection(ours.detach())

    def _send(self, end: socket.socket) -> None:
        if self._closed or self._control is None:
            raise CancelledError("the workers are closed")
        socket.send_fds(self._control, [b"."], [end.fileno()])

    def _begin_again(self) -> None:
        try:
            self._begin()
        except OSError as error:
            raise WorkerLost(f"no new worker process: {error}") from error

    def _begin(self) -> None:
        """Start the origin; it is ready some seconds later, and requests wait."""
        self._control, theirs = socket.socketpair()
        with theirs:
            self._origin = subprocess.Popen(
                [sys.executable, "-m", "explorer.workers", str(theirs.fileno())],
                cwd=ROOT,
                env=os.environ | ONE_THREAD,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl+C is for the server, which ends them
            )

    def _end(self) -> None:
        """Let go of all workers and of their origin, which end when they notice."""
        while self._idle:
            self._idle.pop().close()
        if self._control is not None:
            self._control.close()
        if self._origin is not None:
            with suppress(subprocess.TimeoutExpired):
                self._origin.wait(1)
        self._control = self._origin = None
