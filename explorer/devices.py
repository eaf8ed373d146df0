"""Where a run can be computed on this machine."""

import ctypes
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

import torch

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENAS = -1, -3, -8  # of glibc's malloc.h
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_LARGEST, _KEPT = 32_000_000, 64_000_000  # bytes


@cache
def keep_freed_memory() -> None:
    """Let malloc keep up to 64 MB that are free, instead of giving all back at once.

    An update needs the same megabytes as the one before; fetched anew from the system
    each time, they cost up to half of a small network's update in page faults. Where
    the C library is not glibc, nothing changes.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, _LARGEST)
        mallopt(_TRIM_THRESHOLD, _KEPT)
        # Each thread keeps to one of two heaps: a server has dozens of threads, and
        # with heaps of their own they hold a quarter more memory.
        mallopt(_ARENAS, 2)


class _Heap(ctypes.Structure):
    """glibc's struct mallinfo2: ten sizes, of which the ninth is what is free."""

    _fields_ = [("before", ctypes.c_size_t * 8), ("free", ctypes.c_size_t),
                ("kept_on_top", ctypes.c_size_t)]  # fmt: skip


def give_back_freed_memory(above: int = 0) -> None:
    """Let malloc give all that is free back to the system; for after something large.

    Where the C library is not glibc, nothing happens.

    Args:
        above: bytes; where less than that is free, all stays.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        if above:
            library.mallinfo2.restype = _Heap
            if library.mallinfo2().free < above:
                return
        library.malloc_trim(0)


def memory() -> int:
    """Return how many bytes of memory this machine has, or lets its container have."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for file in _LIMITS:
        with suppress(OSError, ValueError):  # not there, or "max"
            limits.append(int(Path(file).read_text()))
    return min(limits)


@cache
def devices() -> tuple[str, ...]:
    """Return "cpu", and "cuda" where there is a GPU."""
    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def device_name(device: str) -> str:
    """Return what a device is called, such as "CPU" or "NVIDIA H100"."""
    return torch.cuda.get_device_name() if device == "cuda" else "CPU"
