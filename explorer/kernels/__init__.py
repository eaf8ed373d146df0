"""Machine code of our own for the CPU: what a sequence's time steps are made of.

torch takes a few microseconds to start an operation, whatever its size, and a sequence
through a small network is thousands of small ones. numba compiles a whole loop over
time, and lets go of Python's lock meanwhile. Everything is float32.

The compiler takes 70 MB and a second to load, so that nothing here is imported before
it is needed: what only draws a network does without.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import Any

CODES = {
    "tanh": 0,
    "relu": 1,
    "sigmoid": 2,
    "identity": 3,
    "leaky_relu": 4,
    "softsign": 5,
    "elu": 6,
    "gelu": 7,
    "silu": 8,
}
"""The number by which `activate` knows an activation."""
_wanted: ContextVar[bool] = ContextVar("wanted", default=True)


@contextmanager
def without() -> Iterator[None]:
    """Have sequences gone through in other ways meanwhile: a little slower at times.

    For what is computed once, in a process that otherwise needs no compiler.
    """
    before = _wanted.set(False)
    try:
        yield
    finally:
        _wanted.reset(before)


def wanted() -> bool:
    """Return whether machine code is there, and nobody does without for now."""
    return _wanted.get() and available()


@cache
def available() -> bool:
    """Return whether there is a compiler for this Python and processor."""
    try:
        import_module("explorer.kernels.machine")
    except ImportError:
        return False
    return True


@cache
def kernel(name: str) -> Callable[..., None]:
    """Return the way there of the cells of a name, a `Kernel` of `sequences`."""
    forwards: Callable[..., None] = import_module(f"explorer.kernels.{name}").forwards
    return forwards


@cache
def shared() -> Any:
    """Return the module of what all cells share."""
    return import_module("explorer.kernels.sequences")
