"""What goes into the tables and what comes out, as plain values."""

import json
import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from explorer.config import RunConfig

Status = Literal["new", "training", "done", "diverged", "failed"]


@dataclass(frozen=True)
class Run:
    """A run as it stands, without its records and weights.

    Attributes:
        key: hash of the configuration.
        steps: how many updates the configuration wants.
        step: optimiser updates done and saved.
        goal: the step it shall go on to; 0 when paused.
        seconds: compute time spent on it so far.
        message: why it diverged or failed, None otherwise.
    """

    key: str
    steps: int
    status: Status
    step: int
    goal: int
    seconds: float
    message: dict[str, Any] | None

    @property
    def active(self) -> bool:
        """Whether it advances as long as somebody looks at it."""
        return self.goal > self.step and self.status in ("new", "training")


class Records(NamedTuple):
    """Columns of a run's records, each of shape (records,), in the order of steps.

    A value that was not finite when it was recorded is NaN. `seconds` is the compute
    time since the run's first update.
    """

    step: NDArray[np.int64]
    loss: NDArray[np.float64]
    metric: NDArray[np.float64]
    grad_norm: NDArray[np.float64]
    seconds: NDArray[np.float64]


@dataclass(frozen=True)
class Claim:
    """The right to compute a run's next slice and to save it; None is no checkpoint."""

    key: str
    token: str
    config: RunConfig
    step: int
    goal: int
    checkpoint: bytes | None


def run_of(row: Row[Any]) -> Run:
    """Return the run that a row of the table describes."""
    return Run(
        key=row.key,
        steps=json.loads(row.config)["steps"],
        status=row.status,
        step=row.step,
        goal=row.goal,
        seconds=float(row.seconds),
        message=None if row.message is None else json.loads(row.message),
    )


def config_of(canonical: str, text: str | None) -> RunConfig:
    """Return the configuration of a run from its canonical JSON and its text."""
    settings = json.loads(canonical)
    return RunConfig(**settings | ({} if text is None else {"text": text}))


def records_of(rows: list[Row[Any]]) -> Records:
    """Return rows of (step, loss, metric, grad_norm, seconds) as columns."""
    table = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 5)
    steps, *values = table.T
    return Records(steps.astype(np.int64), *values)


def finite(value: float) -> float | None:
    """Return the number, or None for NaN and infinity, which are never stored."""
    value = float(value)
    return value if math.isfinite(value) else None


def message_text(message: dict[str, Any] | None) -> str | None:
    """Return a message as JSON, in which a number that is not finite is null."""
    return None if message is None else json.dumps(_plain(message), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return finite(value) if isinstance(value, float) else value
