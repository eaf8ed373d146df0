"""The tables: runs, what was recorded of them, their viewers and their texts."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()


def _run_key() -> Column[str]:
    return Column(
        "run_key", ForeignKey("runs.key", ondelete="CASCADE"), primary_key=True
    )


runs = Table(
    "runs",
    metadata,
    Column("key", String, primary_key=True),
    Column("config", Text, nullable=False),
    Column("status", String, nullable=False),
    Column("step", Integer, nullable=False),
    Column("goal", Integer, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("message", Text),
    Column("claim", String),
    Column("claim_until", Double),  # without a claim: when the next turn is due
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    # Last, because SQLite reads a row from its left: who asks for a run's status does
    # not page through its checkpoint.
    Column("checkpoint", LargeBinary),
)

# A loss that has overflowed is NULL: NaN is no value that databases agree on.
records = Table(
    "records",
    metadata,
    _run_key(),
    Column("step", Integer, primary_key=True),
    Column("loss", Double),
    Column("metric", Double),
    Column("grad_norm", Double),
    Column("seconds", Double),
    sqlite_with_rowid=False,
)

weights = Table(
    "weights",
    metadata,
    _run_key(),
    Column("step", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    _run_key(),
    Column("viewer", String, primary_key=True),
    Column("until", Double, nullable=False),
    sqlite_with_rowid=False,
)

# As bytes, because PostgreSQL's text knows no NUL.
texts = Table(
    "texts",
    metadata,
    Column("key", String, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("seen_at", Double, nullable=False),
)

text_uses = Table(
    "text_uses",
    metadata,
    _run_key(),
    Column("text_key", ForeignKey("texts.key"), nullable=False),
)
