"""The store itself: what may be asked of a run, mostly one statement each.

Every transaction begins with a write, because SQLite refuses to turn a transaction that
has read into one that writes as soon as another process has written in between.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import (
    Connection,
    Table,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.schema import CreateTable

from explorer.config import RunConfig
from explorer.store._engine import (
    IN_MEMORY,
    StoreError,
    configured_url,
    faults,
    open_engine,
)
from explorer.store._forks import sound_step, take_over
from explorer.store._rows import (
    Claim,
    Records,
    Run,
    config_of,
    finite,
    message_text,
    records_of,
    run_of,
)
from explorer.store._tables import leases, metadata, records, runs, weights
from explorer.store._texts import enter_text, enter_use, text_bytes, text_of

if TYPE_CHECKING:
    from explorer.slices import Record, Slice

_RUN = [runs.c[name] for name in Run.__dataclass_fields__ if name != "steps"]
_RUN.append(runs.c.config)
_REST = 5.0  # times as long as its slice took, a run waits for others
_ROW_BYTES = 64  # about what a row costs beside the blobs in it


class Store:
    """Runs, their records and weights, and the leases of those who look at them.

    Safe to use from several threads, and from several processes on one database.

    Args:
        url: an SQLAlchemy URL; None for DATABASE_URL, else the file RNN_EXPLORER_DB.
        max_bytes: what `prune` brings the sum of all runs down to.
        clock: seconds since the epoch.

    Raises:
        StoreError: from here and from every method, when the database fails.
    """

    def __init__(
        self,
        url: str | URL | None = None,
        max_bytes: int = 512 * 2**20,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        with faults():
            self._engine = open_engine(url or configured_url())
            self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._prepare()

    def _prepare(self) -> None:
        """Make the tables, and write once, so that a read-only database shows now."""
        try:
            self._make_tables()
        except StoreError:
            self._make_tables()  # another process was making them at the same moment
        with self._write() as connection:
            connection.execute(delete(leases).where(leases.c.until <= self._clock()))

    def _make_tables(self) -> None:
        with self._write() as connection:
            for table in metadata.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        """One transaction: all of it or, after an error, nothing."""
        with faults(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with faults(), self._reader.connect() as connection:
            yield connection

    def _insert(self, table: Table) -> Any:
        """Return an insert that knows ON CONFLICT, spelt alike in both dialects."""
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        return dialect.insert(table)

    # Runs ---------------------------------------------------------------------------

    def open_run(self, config: RunConfig) -> Run:
        """Return the run of a configuration, entered if nobody had it before.

        It is entered as new. One that was changed in mid-run is entered with all that
        its parent has, unless that has gone beyond the change.
        """
        with self._write() as connection:
            return self._enter(connection, config)

    def fork(
        self, parent: RunConfig, learning_rate: float, clip_norm: float | None
    ) -> RunConfig | None:
        """Enter the run that another one becomes if it is changed where it stands.

        One that diverged is changed at the last step at which it was sound. To that
        the fork comes from the beginning: only the last step has all to go on from.

        Returns:
            the fork; None where there is no step to go on from, or none to come.
        """
        seen = update(runs).where(runs.c.key == parent.key)
        seen = seen.values(seen_at=self._clock()).returning(runs.c.status, runs.c.step)
        with self._write() as connection:
            row = connection.execute(seen).one_or_none()
            if row is None:
                return None
            step = sound_step(connection, parent.key, row.status, row.step)
            if not 0 < step < parent.steps:
                return None
            fork = parent.changed(step, learning_rate, clip_norm)
            self._enter(connection, fork)
        return fork

    def _enter(self, connection: Connection, config: RunConfig) -> Run:
        now, text = self._clock(), config.canonical()
        entry = self._insert(runs).values(
            key=config.key,
            config=text,
            status="new",
            step=0,
            goal=0,
            seconds=0.0,
            bytes=len(text) + len(config.text.encode()) + _ROW_BYTES,
            created_at=now,
            seen_at=now,
        )
        if config.text:
            enter_text(connection, self._insert, config.text, now)
        entry = entry.on_conflict_do_nothing().returning(runs.c.key)
        if connection.execute(entry).first() is not None:
            take_over(connection, config, _ROW_BYTES)
        if config.text:
            enter_use(connection, self._insert, config)
        seen = update(runs).where(runs.c.key == config.key).values(seen_at=now)
        return run_of(connection.execute(seen.returning(*_RUN)).one())

    def run(self, key: str) -> Run | None:
        """Return a run, or None if there is none of that key."""
        with self._read() as connection:
            row = connection.execute(select(*_RUN).where(runs.c.key == key)).first()
        return None if row is None else run_of(row)

    def records(self, key: str, after: int = -1) -> Records:
        """Return the records of the steps beyond `after`."""
        columns = [records.c[name] for name in Records._fields]
        query = select(*columns).where(records.c.run_key == key, records.c.step > after)
        with self._read() as connection:
            return records_of(list(connection.execute(query.order_by(records.c.step))))

    def weight_steps(self, key: str) -> list[int]:
        """Return the steps whose weights are kept, in order."""
        query = select(weights.c.step).where(weights.c.run_key == key)
        with self._read() as connection:
            return list(connection.scalars(query.order_by(weights.c.step)))

    def weights(self, key: str, step: int) -> bytes | None:
        """Return the weights after `step` updates as safetensors bytes, if kept."""
        query = select(weights.c.data).where(
            weights.c.run_key == key, weights.c.step == step
        )
        with self._read() as connection:
            return connection.scalar(query)

    def checkpoint(self, key: str) -> tuple[int, bytes] | None:
        """Return the last saved step and the checkpoint to go on from, if any."""
        query = select(runs.c.step, runs.c.checkpoint).where(runs.c.key == key)
        with self._read() as connection:
            row = connection.execute(query).first()
        return None if row is None or row.checkpoint is None else (row[0], row[1])

    def set_goal(self, key: str, goal: int) -> None:
        """Let a run go on to step `goal`, or pause it with 0.

        A run that had failed is tried again from its checkpoint.
        """
        change: dict[str, Any] = {"goal": goal}
        if goal > 0:
            failed = runs.c.status == "failed"
            before = case((runs.c.step > 0, "training"), else_="new")
            change["status"] = case((failed, before), else_=runs.c.status)
            change["message"] = case((failed, None), else_=runs.c.message)
        with self._write() as connection:
            connection.execute(update(runs).where(runs.c.key == key).values(change))

    def reset(self, key: str) -> None:
        """Put a run back to step 0, paused; a slice still in the works is refused."""
        change = update(runs).where(runs.c.key == key)
        change = change.values(
            status="new",
            step=0,
            goal=0,
            seconds=0.0,
            message=None,
            claim=None,
            claim_until=None,
            checkpoint=None,
            bytes=func.length(runs.c.config) + text_bytes(key) + _ROW_BYTES,
        )
        with self._write() as connection:
            connection.execute(change)
            connection.execute(delete(records).where(records.c.run_key == key))
            connection.execute(delete(weights).where(weights.c.run_key == key))

    # Texts --------------------------------------------------------------------------

    def keep_text(self, text: str) -> None:
        """Keep a reader's text for its link, while not too many newer ones come."""
        with self._write() as connection:
            enter_text(connection, self._insert, text, self._clock())

    def text(self, key: str) -> str | None:
        """Return the text of a key, None if it is not (or no longer) there."""
        with self._write() as connection:
            return text_of(connection, key, self._clock())

    # Leases -------------------------------------------------------------------------

    def renew_lease(self, key: str, viewer: str, seconds: float) -> bool:
        """Say that a viewer looks at a run; False if there is no such run."""
        now = self._clock()
        until = now + seconds
        seen = update(runs).where(runs.c.key == key).values(seen_at=now)
        entry = self._insert(leases).values(run_key=key, viewer=viewer, until=until)
        entry = entry.on_conflict_do_update(
            index_elements=[leases.c.run_key, leases.c.viewer], set_={"until": until}
        )
        with self._write() as connection:
            if found := connection.execute(seen).rowcount == 1:
                connection.execute(entry)
        return found

    def end_lease(self, viewer: str) -> None:
        """Say that a viewer looks at no run any more."""
        with self._write() as connection:
            connection.execute(delete(leases).where(leases.c.viewer == viewer))

    def viewers(self, key: str, besides: str | None = None) -> int:
        """Return how many viewers look at a run, `besides` not counted."""
        query = select(func.count()).where(
            leases.c.run_key == key,
            leases.c.until > self._clock(),
            leases.c.viewer != (besides or ""),
        )
        with self._read() as connection:
            return connection.scalar(query) or 0

    # Work ---------------------------------------------------------------------------

    def claim_next(self, owner: str, ttl: float) -> Claim | None:
        """Claim the run that is to advance and was served least lately, for `ttl` s.

        To advance, a run must be short of its goal, looked at and not claimed. They
        take turns, and one whose slices take longer waits longer; what a run had
        before others came does not count against it.
        """
        now = self._clock()
        waiting = and_(
            runs.c.status.in_(["new", "training"]),
            runs.c.step < runs.c.goal,
            or_(runs.c.claim.is_(None), runs.c.claim_until <= now),
        )
        leased = select(leases.c.run_key).where(leases.c.until > now)
        # Processes that ask PostgreSQL at once each get another row.
        due = func.coalesce(runs.c.claim_until, 0.0)
        first = select(runs.c.key).where(waiting, runs.c.key.in_(leased))
        first = first.order_by(due, runs.c.seconds, runs.c.key).limit(1)
        first = first.with_for_update(skip_locked=True)
        token = f"{owner}/{uuid4().hex}"
        change = update(runs).where(runs.c.key == first.scalar_subquery(), waiting)
        change = change.values(claim=token, claim_until=now + ttl)
        with self._write() as connection:
            row = connection.execute(
                change.returning(*_RUN, runs.c.checkpoint)
            ).one_or_none()
            if row is None:
                return None
            key = json.loads(row.config).get("text")
            text = text_of(connection, key, now) if key else None
        config = config_of(row.config, text)
        return Claim(row.key, token, config, row.step, row.goal, row.checkpoint)

    def extend_claim(self, claim: Claim, ttl: float) -> None:
        """Hold a claim for another `ttl` seconds, if it is still ours."""
        self._change_claimed(claim, claim_until=self._clock() + ttl)

    def release(self, claim: Claim) -> None:
        """Give a claim back with nothing done."""
        self._change_claimed(claim, claim=None, claim_until=None)

    def fail(self, claim: Claim, message: dict[str, Any]) -> bool:
        """Mark a run as failed; what was recorded stays. False if it is not ours."""
        return self._change_claimed(
            claim,
            status="failed",
            message=message_text(message),
            claim=None,
            claim_until=None,
        )

    def _change_claimed(self, claim: Claim, /, **values: Any) -> bool:
        with self._write() as connection:
            change = _claimed(claim).values(values)
            return connection.execute(change).rowcount == 1

    def save_slice(self, claim: Claim, work: "Slice") -> bool:
        """Save a slice and give the claim back, in one transaction.

        Returns:
            False, and nothing is saved, when the claim is no longer ours.
        """
        # A slice may record the step it began with once more.
        known = set(self.weight_steps(claim.key))
        kept = [r for r in work.records if r.weights and r.step not in known]
        growth = sum(len(r.weights or b"") for r in kept) + len(work.checkpoint)
        growth += _ROW_BYTES * len(work.records)
        change = _claimed(claim).values(
            status=work.status,
            step=int(work.step),
            seconds=runs.c.seconds + float(work.seconds),
            message=message_text(work.message),
            claim=None,
            claim_until=self._clock() + _REST * float(work.seconds),
            checkpoint=work.checkpoint,
            bytes=runs.c.bytes
            - func.coalesce(func.length(runs.c.checkpoint), 0)
            + growth,
        )
        with self._write() as connection:
            if connection.execute(change).rowcount != 1:
                return False
            self._add(
                connection, records, [_record(claim.key, r) for r in work.records]
            )
            self._add(connection, weights, [_weights(claim.key, r) for r in kept])
        return True

    def _add(
        self, connection: Connection, table: Table, rows: list[dict[str, Any]]
    ) -> None:
        if rows:
            connection.execute(self._insert(table).on_conflict_do_nothing(), rows)

    def prune(self) -> int:
        """Drop runs that nobody looks at, longest unseen first, down to `max_bytes`.

        Returns:
            how many were dropped.
        """
        now, dropped = self._clock(), 0
        leased = select(leases.c.run_key)
        unseen = select(runs.c.key, runs.c.bytes).where(runs.c.key.not_in(leased))
        with self._write() as connection:
            connection.execute(delete(leases).where(leases.c.until <= now))
            total = connection.scalar(select(func.sum(runs.c.bytes))) or 0
            if total <= self._max_bytes:
                return 0
            for row in connection.execute(unseen.order_by(runs.c.seen_at)).all():
                if total <= self._max_bytes:
                    break
                connection.execute(delete(runs).where(runs.c.key == row.key))
                total, dropped = total - row.bytes, dropped + 1
        return dropped


def _claimed(claim: Claim) -> Any:
    return update(runs).where(runs.c.key == claim.key, runs.c.claim == claim.token)


def _record(key: str, record: "Record") -> dict[str, Any]:
    values = {name: finite(getattr(record, name)) for name in Records._fields[1:]}
    return {"run_key": key, "step": int(record.step), **values}


def _weights(key: str, record: "Record") -> dict[str, Any]:
    return {"run_key": key, "step": int(record.step), "data": record.weights}


def open_store() -> tuple[Store, StoreError | None]:
    """Open the configured database; where that fails, one in memory, and the error.

    What is in memory is lost when the server stops.
    """
    try:
        return Store(), None
    except StoreError as error:
        return Store(IN_MEMORY), error
