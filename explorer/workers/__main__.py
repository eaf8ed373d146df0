"""The origin of the workers: imports and compiles once, and forks whenever it is asked.

    python -m explorer.workers CONTROL

CONTROL is the number of an inherited socket. With each byte comes a socket for a new
worker; when the other end closes, all is over.
"""

import gc
import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from time import perf_counter

import torch

from explorer import kernels
from explorer.devices import give_back_freed_memory
from explorer.slices import train_slice
from explorer.training import prepare

NICENESS = 10  # pages come before training, on a machine that has too little for both
SPARE = 32_000_000  # bytes that are free and stay a worker's, for its next slice
PERIOD = 0.04  # s of updates that are told together; a page hears every 0.05 s


def main(control: socket.socket) -> None:
    """Fork a worker for each socket that comes."""
    for number in (signal.SIGINT, signal.SIGTERM):  # it is the server that is told
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICENESS)
    compile_before()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a worker's end
    gc.collect()
    gc.freeze()  # a collection that writes to what is shared would make it not be so
    while True:
        asked, handles, *_ = socket.recv_fds(control, 1, 1)
        if not asked:
            return
        if os.fork() == 0:
            control.close()
            serve(Connection(handles[0]))
            os._exit(0)
        os.close(handles[0])


def compile_before() -> None:
    """Compile what most runs need; one that cannot be compiled now says so later.

    Where there may be a GPU, a backward pass begins threads, which no fork survives:
    there another process compiles, and this one finds it on the disk.
    """
    with suppress(Exception):
        if not torch.backends.cuda.is_built():
            prepare()
        elif kernels.available():
            if os.fork() == 0:
                with suppress(Exception):
                    prepare()
                os._exit(0)
            os.wait()
            kernels.shared()


def serve(server: Connection) -> None:
    """Compute slices until nobody wants any more.

    For each `train_slice`'s arguments that come, go out: lists of points (step, loss,
    gradient norm, metric), and at last the slice, or what was wrong as a text.
    """
    # The server is gone, or has no more use for this one.
    with suppress(EOFError, OSError):
        while True:
            config, checkpoint, goal, seconds = server.recv()
            told = Told(server)
            try:
                result: object = train_slice(config, checkpoint, goal, seconds, told)
            except ConnectionError:
                raise
            except Exception as error:
                with suppress(OSError):  # nor need there be a log
                    traceback.print_exc()
                result = f"{type(error).__name__}: {error}"
            told.flush()
            server.send(result)
            give_back_freed_memory(above=SPARE)
            if torch.cuda.is_initialized():
                torch.cuda.empty_cache()  # for whoever computes the next slice


class Told:
    """Sends what is reported in batches: a message costs more than a small update."""

    def __init__(self, server: Connection) -> None:
        self._server = server
        self._points: list[tuple[int, float, float, float | None]] = []
        self._due = 0.0

    def __call__(
        self, step: int, loss: float, grad_norm: float, metric: float | None
    ) -> None:
        """Take a point, as `Report` does."""
        self._points.append((step, loss, grad_norm, metric))
        if perf_counter() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Send what is not sent yet."""
        if self._points:
            self._server.send(self._points)
            self._points = []
        self._due = perf_counter() + PERIOD


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
