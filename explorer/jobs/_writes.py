"""Writes that a store refuses for now wait in memory, so that nothing is lost."""

from collections import deque
from collections.abc import Callable
from threading import Lock, Timer

from explorer.store import StoreError

_FIRST, _LAST = 0.1, 5.0  # seconds between attempts


class Writes:
    """Carries out writes in their order, again and again until the store takes them.

    Args:
        resume: called when all is written that had been refused.
    """

    def __init__(self, resume: Callable[[], None]) -> None:
        self.problem: StoreError | None = None
        self._resume = resume
        self._waiting: deque[Callable[[], object]] = deque()
        self._writing = Lock()
        self._timing = Lock()
        self._timer: Timer | None = None
        self._delay = 0.0
        self._closed = False

    @property
    def waiting(self) -> bool:
        """Whether something is not written yet."""
        return bool(self._waiting)

    def put(self, write: Callable[[], object]) -> None:
        """Write something after all that waits; a StoreError only puts it off."""
        self._waiting.append(write)
        self._write_all()

    def _write_all(self) -> bool:
        with self._writing:
            while self._waiting:
                try:
                    self._waiting[0]()
                except StoreError as error:
                    self.failed(error)
                    return False
                self._waiting.popleft()
                self.worked()
        return True

    def worked(self) -> None:
        """Note that the store does what it is asked."""
        self.problem, self._delay = None, 0.0

    def failed(self, error: StoreError) -> None:
        """Note a fault of the store, and come back to it in a while."""
        with self._timing:
            self.problem = error
            if self._closed or self._timer is not None:
                return
            self._delay = min(max(2 * self._delay, _FIRST), _LAST)
            self._timer = Timer(self._delay, self._retry)
            self._timer.daemon = True
            self._timer.start()

    def _retry(self) -> None:
        with self._timing:
            self._timer = None
        if self._write_all():
            self._resume()

    def close(self) -> None:
        """Try once more to write what waits, and then no more."""
        with self._timing:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
        self._write_all()
