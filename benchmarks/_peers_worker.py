"""The other end of `Worker`: one library, bound to one core, asked line by line.

    python -m benchmarks._peers_worker NAME CORE

Requests and answers are JSON, a line each. Whatever the library prints goes to stderr.
"""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from statistics import median
from time import perf_counter, process_time
from typing import Any

from benchmarks._peers import BOUND, Work

Ways = dict[str, Callable[[], float]]
"""Name -> a function that makes one update and returns the loss before it."""
MODULES = {
    "ours": "_peers_ours",
    "torch.nn": "_peers_torch",
    "torchrecurrent": "_peers_torchrecurrent",
    "keras-tensorflow": "_peers_tensorflow",
    "keras-jax": "_peers_jax",
}
WARM_UP = 3


def main(name: str, core: int) -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if BOUND:
        os.sched_setaffinity(0, {core})
    server = Server(name)
    for line in sys.stdin:
        try:
            answer = server.answer(json.loads(line))
        except Exception as error:
            said = " ".join(str(error).split())[:300]
            answer = {"problem": f"{type(error).__name__}: {said}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


class Server:
    """What one library can be asked for."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ways: Ways = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request of `Worker`'s."""
        module = import_module(f"benchmarks.{MODULES[self._name]}")
        if "work" in request:
            self._ways.clear()
            self._ways = module.ways(Work(*request["work"]))
            for update in self._ways.values():
                for _ in range(WARM_UP):
                    update()
            return {"ways": list(self._ways)}
        if "way" in request:
            update = self._ways[request["way"]]
            clock = perf_counter if request["wall"] else process_time
            return {"ms": typical(update, request["seconds"], clock)}
        return {"version": module.version()}


def typical(
    update: Callable[[], float], seconds: float, clock: Callable[[], float]
) -> float:
    """Return the median milliseconds of an update, over at least three.

    One more comes first, because the caches hold what another process left there.
    """
    update()
    times: list[float] = []
    while len(times) < 3 or sum(times) < seconds:
        began = clock()
        update()
        times.append(clock() - began)
    return median(times) * 1e3


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
