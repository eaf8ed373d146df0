"""What is timed beside our engine, each in a process of its own.

A peer answers for its cells and activations with one or more ways of making the same
update: its usual one, and what its manual recommends for speed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
BOUND = hasattr(os, "sched_setaffinity")  # Linux alone binds a process to a core
OURS = "ours"
PEERS = ("torch.nn", "torchrecurrent", "keras-tensorflow", "keras-jax")
ALL = "tanh relu sigmoid identity leaky_relu softsign elu gelu silu".split()
SOME = [name for name in ALL if name != "softsign"]
KERAS = {cell: ALL for cell in ("rnn", "lstm", "gru")}
KNOWN: dict[str, dict[str, list[str]]] = {
    "torch.nn": {"rnn": ["tanh", "relu"], "lstm": ["tanh"], "gru": ["tanh"]},
    "torchrecurrent": {
        "peephole_lstm": SOME,
        "mgu": SOME,
        "ugrnn": ["tanh"],
        "antisymmetric": [name for name in SOME if name not in ("gelu", "silu")],
        "cornn": ["tanh"],
        "lem": ["tanh"],
    },
    "keras-tensorflow": KERAS,
    "keras-jax": KERAS,
}
"""Peer -> cell -> the activations with which it has the same cell."""
CELLS = list(dict.fromkeys(cell for known in KNOWN.values() for cell in known))
INPUTS = 2


class Work(NamedTuple):
    """One update: T steps of the cell over B sequences, a readout, backward, Adam."""

    cell: str
    activation: str
    time: int
    batch: int
    hidden: int

    @property
    def size(self) -> str:
        """T x B x H as the command line has it."""
        return f"{self.time}x{self.batch}x{self.hidden}"


class Absent(Exception):
    """A peer that is not installed, cannot do the work, or has died."""


def peers_of(work: Work) -> list[str]:
    """Return which peers have the cell with this activation."""
    return [p for p in PEERS if work.activation in KNOWN[p].get(work.cell, ())]


class Worker:
    """A process that has one library loaded and times what it is asked for.

    Args:
        name: "ours" or one of `PEERS`.
        core: the processor that it and all others are bound to.
    """

    def __init__(self, name: str, core: int) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._peers_worker", name, str(core)],
            cwd=ROOT,
            env=os.environ | _settings(name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        try:
            self.version: str = self._ask({})["version"]
        except Absent:
            self.close()
            raise

    def prepare(self, work: Work) -> list[str]:
        """Build and compile everything for a work; return its ways by name."""
        return self._ask({"work": work})["ways"]

    def time(self, way: str, seconds: float, wall: bool) -> float:
        """Return the median milliseconds of the updates made in about `seconds`.

        Args:
            wall: whether the clock on the wall counts, or the processor's time.
        """
        return self._ask({"way": way, "seconds": seconds, "wall": wall})["ms"]

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            stream.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has died: what it said last is read below
        line = self._process.stdout.readline()
        if not line:
            raise Absent(f"{self.name}: {self._last_words()}")
        answer = json.loads(line)
        if "problem" in answer:
            raise Absent(f"{self.name}: {answer['problem']}")
        return answer

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "ended without a word"


def _settings(name: str) -> dict[str, str]:
    """Return what a library reads from the environment: one thread, the CPU."""
    threads = ("OMP", "MKL", "OPENBLAS", "NUMEXPR")
    settings = {f"{each}_NUM_THREADS": "1" for each in threads}
    settings |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    settings |= {"TF_CPP_MIN_LOG_LEVEL": "3"}
    settings["XLA_FLAGS"] = (
        "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    )
    if name.startswith("keras-"):
        settings["KERAS_BACKEND"] = name.removeprefix("keras-")
    return settings
