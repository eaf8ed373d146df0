"""The app's server as it is, with two witnesses for a benchmark.

    python -m benchmarks._witness UPDATES run streamlit_app.py ...

The kernel knows each thread by Python's name, as since Python 3.14, so that the time of
the training threads can be told from the rest. The file UPDATES gets a line for each
update of a run: the run's key, the step, and `perf_counter` when the server had it,
which on Linux all processes read from one clock. A worker tells of its updates in
batches, so that it may have had one 0.04 s before.
"""

import ctypes
import os
import runpy
import sys
import threading
from collections.abc import Callable
from time import perf_counter
from types import FrameType

from explorer.jobs import News

_PR_SET_NAME = 15  # of Linux's prctl(2): the calling thread's name, 15 bytes of it


def name_thread(frame: FrameType, event: str, argument: object) -> None:
    """Name the thread that has just begun; its profile ends with that."""
    sys.setprofile(None)
    name = threading.current_thread().name.encode()[:15]
    ctypes.CDLL(None).prctl(_PR_SET_NAME, name, 0, 0, 0)


def note_updates(path: str) -> None:
    """Let each update be noted as soon as the training thread has told of it."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    plain = News.reporter

    def reporter(self: News, key: str) -> Callable[..., None]:
        report = plain(self, key)

        def noting(step: int, *values: float | None) -> None:
            os.write(file, f"{key} {step} {perf_counter()}\n".encode())
            report(step, *values)

        return noting

    News.reporter = reporter


if __name__ == "__main__":
    note_updates(sys.argv.pop(1))
    threading.setprofile(name_thread)
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
