"""Workers in processes of their own: the same numbers, and what becomes of a loss."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from explorer.config import RunConfig
from explorer.slices import train_slice
from explorer.workers import WorkerLost, WorkError, Workers

pytestmark = pytest.mark.skipif(not Workers.possible(), reason="workers need Linux")

SMALL = {"seq_len": 12, "hidden_size": 6, "batch_size": 8, "steps": 60}
RUN = RunConfig(cell="gru", **SMALL)
FOREVER = RunConfig(cell="lstm", seq_len=50, hidden_size=16, batch_size=16, steps=10**4)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """Return workers that all tests of this file share: a start takes seconds."""
    workers = Workers()
    yield workers
    workers.close()


def children(process: int) -> list[int]:
    """Return the processes that one has begun and that are there."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(c) for task in tasks for c in (task / "children").read_text().split()]


def eventually(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, 20 s at most."""
    end = time.monotonic() + 20
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def there(process: int) -> bool:
    """Return whether a process exists and is no mere entry of one that ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "slstm", "mgu"])
def test_a_slice_is_bit_for_bit_what_it_is_here(workers: Workers, cell: str) -> None:
    config = RunConfig(cell=cell, init="default", **SMALL)
    first = workers.train(config, None, 20, 60)
    theirs = workers.train(config, first.checkpoint, 40, 60)
    ours = train_slice(config, train_slice(config, None, 20, 60).checkpoint, 40, 60)
    assert (theirs.step, theirs.status) == (ours.step, ours.status) == (40, "training")
    for there_, here in zip(theirs.records, ours.records, strict=True):
        assert there_._replace(seconds=0) == here._replace(seconds=0)


def test_every_update_is_told_once_and_in_order(workers: Workers) -> None:
    points: list[tuple] = []
    workers.train(RUN, None, 60, 60, lambda *point: points.append(point))
    ours: list[tuple] = []
    train_slice(RUN, None, 60, 60, lambda *point: ours.append(point))
    assert [point[0] for point in points] == list(range(61))
    assert points == ours


def test_updates_are_told_while_the_slice_goes_on(workers: Workers) -> None:
    came: list[float] = []
    workers.train(FOREVER, None, 10**4, 0.6, lambda *_: came.append(time.monotonic()))
    assert came[-1] - came[0] > 0.3


def test_what_diverges_says_so(workers: Workers) -> None:
    config = RunConfig(
        cell="rnn", activation="relu", learning_rate=1, optimiser="sgd",
        clip_norm=None, init="identity", seq_len=50, hidden_size=16, steps=50,
    )  # fmt: skip
    theirs = workers.train(config, None, 50, 60)
    assert theirs.status == train_slice(config, None, 50, 60).status == "diverged"


def test_an_error_comes_back_with_its_words_and_the_worker_stays(
    workers: Workers,
) -> None:
    with pytest.raises(WorkError, match="^[A-Za-z]*Error: "):
        workers.train(RUN, b"no checkpoint", 60, 1)
    assert workers.train(RUN, None, 5, 60).step == 5


def killed_meanwhile(workers: Workers, victims: Callable[[], list[int]]) -> object:
    """Kill some processes in the middle of a slice; return what came of it."""
    begun: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        slice_ = pool.submit(
            workers.train,
            FOREVER,
            None,
            10**4,
            1.0,
            lambda step, *_: begun.append(step),
        )
        assert eventually(lambda: len(begun) > 1)
        for process in victims():
            os.kill(process, signal.SIGKILL)
        return slice_.result()


def test_a_killed_worker_costs_nothing_but_its_slice(workers: Workers) -> None:
    origin = workers._origin.pid
    assert killed_meanwhile(workers, lambda: children(origin)).step > 0
    assert workers._origin.pid == origin


def test_killed_with_their_origin_they_are_begun_anew(workers: Workers) -> None:
    origin = workers._origin.pid
    everybody = [*children(origin), origin]
    assert killed_meanwhile(workers, lambda: everybody).step > 0
    assert workers._origin.pid != origin


def test_a_slice_that_kills_every_worker_is_given_up(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def dead(*_: object) -> None:
        asked.append(1)
        raise EOFError

    monkeypatch.setattr(Workers, "_ask", dead)
    with pytest.raises(WorkerLost):
        workers.train(RUN, None, 5, 1)
    assert len(asked) == 3


def test_a_worker_that_dies_in_mid_sentence_is_lost_like_others(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(b"\x00\x00\x10\x00half")  # 4096 bytes are to come
    theirs.shutdown(socket.SHUT_WR)
    monkeypatch.setattr(workers, "_take", lambda: Connection(ours.detach()))
    assert workers.train(RUN, None, 5, 60).step == 5


def test_closed_in_mid_slice_they_finish_it_and_end() -> None:
    workers, begun = Workers(), []
    origin = workers._origin.pid
    with ThreadPoolExecutor(1) as pool:
        slice_ = pool.submit(
            workers.train, FOREVER, None, 10**4, 0.5, lambda *_: begun.append(1)
        )
        assert eventually(lambda: bool(begun))
        everybody = [*children(origin), origin]
        workers.close()
        assert slice_.result().step > 0
    assert eventually(lambda: not any(map(there, everybody)))


def test_closed_they_all_end() -> None:
    workers = Workers()
    workers.train(RUN, None, 5, 60)
    origin = workers._origin.pid
    everybody = [*children(origin), origin]
    assert len(everybody) == 2
    workers.close()
    assert eventually(lambda: not any(map(there, everybody)))
    with pytest.raises(CancelledError):
        workers.train(RUN, None, 5, 60)


WITH_GPUS = """
import sys
import torch
torch.backends.cuda.is_built = lambda: True
from explorer.workers.__main__ import compile_before
compile_before()
assert "numba" in sys.modules
"""


def test_where_gpus_may_be_another_process_compiles() -> None:
    subprocess.run([sys.executable, "-c", WITH_GPUS], check=True)


KILLED = """
from explorer.config import RunConfig
from explorer.workers import Workers
workers = Workers()
workers.train(RunConfig(steps=2), None, 2, 60)
print(workers._origin.pid, flush=True)
input()
"""


def test_they_end_with_a_server_that_was_killed() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", KILLED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    origin = int(server.stdout.readline())
    everybody = [*children(origin), origin]
    assert all(map(there, everybody))
    server.kill()
    server.communicate()
    assert eventually(lambda: not any(map(there, everybody)))
