"""What the machine has, and what of it is given back."""

import ctypes
from pathlib import Path
from types import SimpleNamespace

import pytest

from explorer import devices
from explorer.workers import Workers


@pytest.mark.parametrize("found", [True, False])
def test_memory_is_given_back_where_the_system_can(
    monkeypatch: pytest.MonkeyPatch, found: bool
) -> None:
    asked: list[int] = []
    malloc = SimpleNamespace(malloc_trim=asked.append) if found else SimpleNamespace()
    monkeypatch.setattr(devices.ctypes, "CDLL", lambda name: malloc)
    devices.give_back_freed_memory()
    assert asked == ([0] if found else [])


def test_a_little_that_is_free_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    libc, asked = devices.ctypes.CDLL(None), []
    free = libc.mallinfo2
    malloc = SimpleNamespace(malloc_trim=asked.append, mallinfo2=free)
    monkeypatch.setattr(devices.ctypes, "CDLL", lambda name: malloc)
    devices.give_back_freed_memory(above=10**12)
    assert not asked
    devices.give_back_freed_memory(above=1)
    assert asked == [0]


def test_what_is_free_is_told_from_what_is_in_use() -> None:
    class Ten(ctypes.Structure):
        _fields_ = [(f"size{i}", ctypes.c_size_t) for i in range(10)]

    assert ctypes.sizeof(devices._Heap) == ctypes.sizeof(Ten)
    assert devices._Heap.free.offset == Ten.size8.offset  # fordblks, mallinfo(3)


@pytest.mark.parametrize(
    ("limit", "known"), [("1000000\n", 10**6), ("max\n", None), (None, None)]
)
def test_a_container_may_have_less_memory_than_its_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str | None, known: int
) -> None:
    monkeypatch.setattr(devices, "_LIMITS", ())
    machine = devices.memory()
    assert machine > 10**8
    if limit is not None:
        (tmp_path / "memory.max").write_text(limit)
    monkeypatch.setattr(devices, "_LIMITS", (str(tmp_path / "memory.max"),))
    assert devices.memory() == (known or machine)


@pytest.mark.parametrize(("has", "possible"), [(10**9, False), (2 * 10**9, True)])
def test_a_small_host_has_no_workers(
    monkeypatch: pytest.MonkeyPatch, has: int, possible: bool
) -> None:
    monkeypatch.setattr("explorer.workers._workers.memory", lambda: has)
    monkeypatch.setattr("sys.platform", "linux")
    assert Workers.possible() == possible
