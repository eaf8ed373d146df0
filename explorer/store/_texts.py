"""The readers' own texts: kept once each, as long as a run or a link may need them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, update

from explorer.config import RunConfig, text_key
from explorer.store._tables import text_uses, texts

UNUSED_KEPT = 100
"""How many texts that no run uses are kept: those that were asked for last."""
Insert = Callable[[Table], Any]
"""Returns an insert into a table that knows ON CONFLICT."""


def text_of(connection: Connection, key: str, now: float) -> str | None:
    """Return the text of a key and remember that it was asked for; None if gone."""
    asked = update(texts).where(texts.c.key == key).values(seen_at=now)
    data = connection.scalar(asked.returning(texts.c.data))
    return None if data is None else bytes(data).decode()


def enter_text(connection: Connection, insert: Insert, text: str, now: float) -> None:
    """Keep a text; drop those that neither a run uses nor anybody asked for lately."""
    entry = insert(texts).values(key=text_key(text), data=text.encode(), seen_at=now)
    connection.execute(
        entry.on_conflict_do_update(index_elements=[texts.c.key], set_={"seen_at": now})
    )
    used = select(text_uses.c.text_key)
    latest = select(texts.c.key).where(texts.c.key.not_in(used))
    latest = latest.order_by(texts.c.seen_at.desc(), texts.c.key).limit(UNUSED_KEPT)
    connection.execute(
        delete(texts).where(texts.c.key.not_in(used), texts.c.key.not_in(latest))
    )


def enter_use(connection: Connection, insert: Insert, config: RunConfig) -> None:
    """Say that a run, which is entered, needs its text."""
    entry = insert(text_uses).values(run_key=config.key, text_key=config.text_key)
    connection.execute(entry.on_conflict_do_nothing())


def text_bytes(run_key: Any) -> Any:
    """Return the SQL expression of how many bytes a run's text takes, 0 for none."""
    query = select(func.length(texts.c.data)).join(
        text_uses, text_uses.c.text_key == texts.c.key
    )
    found = query.where(text_uses.c.run_key == run_key).correlate_except(
        texts, text_uses
    )
    return func.coalesce(found.scalar_subquery(), 0)
