"""Where the database is, how it is opened, and what its faults mean."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError, TimeoutError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateTable

from explorer.store._tables import metadata

Reason = Literal["locked", "unwritable", "full", "unreachable", "broken"]

IN_MEMORY = "sqlite://"
_DEFAULT_FILE = Path(__file__).resolve().parents[2] / ".data" / "runs.sqlite"
_PATIENCE = 3  # seconds that a statement waits for another process's lock

_SQLITE_REASONS: dict[int, Reason] = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PERM: "unwritable",
    sqlite3.SQLITE_READONLY: "unwritable",
    sqlite3.SQLITE_CANTOPEN: "unwritable",
    sqlite3.SQLITE_IOERR: "unwritable",
    sqlite3.SQLITE_FULL: "full",
}

# PostgreSQL's SQLSTATE, by the longest beginning that is listed.
_SQLSTATE_REASONS: dict[str, Reason] = {
    "40": "locked",
    "55P03": "locked",
    "57014": "locked",
    "25006": "unwritable",
    "42501": "unwritable",
    "53100": "full",
    "53": "unreachable",
    "08": "unreachable",
    "28": "unreachable",
    "3D": "unreachable",
    "57P": "unreachable",
}


class StoreError(Exception):
    """The database did not do what was asked; `reason` says what is wrong with it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"database {reason}: {detail}")
        self.reason: Reason = reason


def configured_url() -> str | URL:
    """Return DATABASE_URL, or else the SQLite file that RNN_EXPLORER_DB names."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    file = Path(os.environ.get("RNN_EXPLORER_DB") or _DEFAULT_FILE).expanduser()
    return URL.create("sqlite", database=str(file))


def open_engine(url: str | URL) -> Engine:
    """Return the engine for a URL; the folder of an SQLite file is made if missing.

    Raises:
        StoreError: the URL is none. It is not repeated: it may hold a password.
    """
    try:
        parsed = make_url(url)
    except ValueError as error:
        raise StoreError("broken", "the address is not one") from error
    if parsed.drivername in ("postgres", "postgresql"):
        return _postgresql(parsed.set(drivername="postgresql+psycopg"))
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    return create_engine(parsed, pool_pre_ping=True)


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,
        # Hosted databases often sit behind a pooler, which loses prepared statements.
        connect_args={"prepare_threshold": None, "connect_timeout": 5},
    )


def _sqlite(url: URL) -> Engine:
    options: dict[str, Any] = {}
    if url.database in (None, "", ":memory:"):
        # A database in memory lives as long as its connection: keep one, and let the
        # pool hand it to one thread at a time.
        options = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    else:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"timeout": _PATIENCE, "check_same_thread": False},
        **options,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "checkout", _check_file)
    return engine


def _check_file(connection: sqlite3.Connection, record: Any, _: object) -> None:
    """Let go of a connection whose file was deleted or replaced meanwhile.

    It would go on reading and writing what nobody else can see any more. A new one
    makes the file and its tables anew.
    """
    name, identity = record.info["file"]
    if identity != _identity(name):
        raise DisconnectionError("the database file was replaced")


def _identity(name: str) -> tuple[int, int] | None:
    """Return what tells a database's file from all others; None in memory."""
    if not name:
        return None
    try:
        found = os.stat(name)
    except FileNotFoundError:
        return (0, 0)
    return found.st_dev, found.st_ino


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    # With a write-ahead log, NORMAL survives a killed process; only a power cut may
    # take the last slices, never the file.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA journal_size_limit = {64 * 2**20}")
    for table in metadata.sorted_tables:
        make = CreateTable(table, if_not_exists=True).compile(dialect=sqlite.dialect())
        connection.execute(str(make))
    (_, _, name), *_ = connection.execute("PRAGMA database_list")
    record.info["file"] = name, _identity(name)


@contextmanager
def faults() -> Iterator[None]:
    """Turn every error of a database, its driver or its file into a StoreError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError, ImportError) as error:
        raise StoreError(_reason_of(error), _detail_of(error)) from error


def _cause(error: BaseException) -> BaseException:
    return getattr(error, "orig", None) or error


def _detail_of(error: BaseException) -> str:
    # The driver's first line only: the rest would repeat statements and their values.
    lines = str(_cause(error)).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _reason_of(error: BaseException) -> Reason:
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return _SQLITE_REASONS.get(code & 0xFF, "broken")
    if isinstance(cause, OSError):
        return "unwritable"
    if isinstance(cause, TimeoutError):
        return "unreachable"
    if type(cause).__module__.startswith("psycopg"):
        return _reason_of_postgresql(cause)
    return "broken"


def _reason_of_postgresql(cause: BaseException) -> Reason:
    state: str | None = getattr(cause, "sqlstate", None)
    if state is None:  # no answer from a server at all
        return "unreachable" if type(cause).__name__ != "ProgrammingError" else "broken"
    for length in (5, 3, 2):
        if reason := _SQLSTATE_REASONS.get(state[:length]):
            return reason
    return "broken"
