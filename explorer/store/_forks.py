"""Forks: a run that was changed in mid-run begins with what its parent had by then."""

from typing import Any

from sqlalchemy import Connection, Table, func, insert, literal, select, update

from explorer.config import RunConfig
from explorer.store._tables import records, runs, weights


def take_over(connection: Connection, fork: RunConfig, row_bytes: int) -> None:
    """Give a run, just entered, all that its parent has, if that is not too far.

    Up to its last change the two are the same run, so whatever the parent has by then
    is the fork's as well, bit for bit.

    Args:
        connection: one in a transaction that has written already.
        fork: the run.
        row_bytes: what an entered run is counted beside its texts.
    """
    if fork.parent is None:
        return
    key, latest = fork.parent.key, fork.changes[-1].step
    begun = select(runs).where(runs.c.key == key, runs.c.checkpoint.is_not(None))
    # Locked, so that no slice comes and no reset goes between what is copied.
    found = begun.where(runs.c.step <= latest).with_for_update()
    parent = connection.execute(found).one_or_none()
    if parent is None:
        return
    own = len(parent.config) + len(fork.text.encode()) + row_bytes
    change: dict[str, Any] = {
        "status": "training",
        "step": parent.step,
        "seconds": parent.seconds,
        "checkpoint": parent.checkpoint,
        "bytes": runs.c.bytes + parent.bytes - own,
    }
    connection.execute(update(runs).where(runs.c.key == fork.key).values(change))
    for table in (records, weights):
        connection.execute(_copy(table, key, fork.key))


def _copy(table: Table, key: str, fork: str) -> Any:
    """Return the statement that enters one run's rows of a table for another."""
    names = [column.name for column in table.columns if column.name != "run_key"]
    rows = select(literal(fork), *(table.c[name] for name in names))
    rows = rows.where(table.c.run_key == key)
    return insert(table).from_select(["run_key", *names], rows)


def sound_step(connection: Connection, key: str, status: str, step: int) -> int:
    """Return the step from which a run can be changed so that something comes of it.

    It is where the run stands; of one that diverged, the last recorded step before
    whose loss was no greater than that of the untrained network.
    """
    if status != "diverged":
        return step
    untrained = select(records.c.loss).where(
        records.c.run_key == key, records.c.step == 0
    )
    sound = select(func.max(records.c.step)).where(
        records.c.run_key == key,
        records.c.step < step,
        records.c.loss <= untrained.scalar_subquery(),
    )
    return connection.scalar(sound) or 0
