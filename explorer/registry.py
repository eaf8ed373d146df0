"""Entries that register themselves: one file in a folder is one entry in a menu."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar


class Ordered(Protocol):
    """What an entry must tell: its place in the menu."""

    order: ClassVar[int]


Entry = TypeVar("Entry", bound=Ordered)


class Registry(Generic[Entry]):
    """Names -> classes of one folder; an entry's name is its file's stem.

    The folder is scanned on first use. A file that fails to import, registers nothing
    or registers twice raises: a broken entry must not just be missing from a menu.
    """

    def __init__(self, package: str, folder: Path) -> None:
        self._package = package
        self._folder = folder
        self._entries: dict[str, type[Entry]] = {}
        self._scanned = False

    def register(self, entry: type[Entry]) -> type[Entry]:
        """Class decorator: enter the class under its file's stem.

        Raises:
            ValueError: the file has registered a class before.
        """
        name = entry.__module__.rpartition(".")[2]
        if name in self._entries:
            raise ValueError(f"{self._package}.{name} registers two entries")
        self._entries[name] = entry
        return entry

    def _scan(self) -> None:
        if self._scanned:
            return
        for file in sorted(self._folder.glob("[a-z]*.py")):
            import_module(f"{self._package}.{file.stem}")
            if file.stem not in self._entries:
                raise ValueError(f"{self._package}.{file.stem} registers no entry")
        self._scanned = True

    def names(self) -> list[str]:
        """Return the names of all entries in their menu's order."""
        self._scan()
        return sorted(self._entries, key=lambda name: (self._entries[name].order, name))

    def __getitem__(self, name: str) -> type[Entry]:
        self._scan()
        return self._entries[name]

    def __contains__(self, name: str) -> bool:
        self._scan()
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())
