"""What was computed of recorded steps, kept so that no picture computes it twice."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The results used last, for all sessions of a server.

    What is measured of a run at a recorded step never changes, so (the run's key, step,
    …) is a name for it.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, name: Hashable) -> bool:
        return name in self._known

    def get(self, name: Hashable, compute: Callable[[], Value]) -> Value:
        """Return a result, computed if it is not there."""
        with self._lock:
            if name in self._known:
                self._known.move_to_end(name)
                return self._known[name]
        value = compute()  # without the lock: two may compute the same, none waits
        with self._lock:
            self._known[name] = value
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return value
