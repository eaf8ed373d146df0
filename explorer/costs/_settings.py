"""What is measured and how far, and what a measurement brings."""

from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from explorer.texts import Text

Way = Literal["loop", "unrolled", "compiled", "fused", "scan", "checkpointed"]
Reason = Literal["time", "memory"]

MOST_CELLS = 4


class Settings(BaseModel):
    """What is measured: which cells, how wide, on how many sequences at a time, where.

    Attributes:
        cells: names of cells, each with its usual activation.
        hidden_size: units H of each cell.
        batch_size: sequences in a batch.
        device: "cpu" or "cuda".
    """

    model_config = ConfigDict(frozen=True)

    cells: tuple[str, ...] = ("rnn", "lstm", "gru", "mingru")
    hidden_size: Annotated[
        int, Field(ge=1, le=128), Text(en="Hidden units H", zh="隐藏单元数 H")
    ] = 32
    batch_size: Annotated[
        int, Field(ge=1, le=64), Text(en="Batch size", zh="批大小")
    ] = 8
    device: Literal["cpu", "cuda"] = "cpu"

    @property
    def checkpointed(self) -> str:
        """The cell that is also measured with checkpoints: the LSTM or the first."""
        return "lstm" if "lstm" in self.cells else self.cells[0]


@dataclass(frozen=True)
class Limits:
    """How far a measurement goes.

    Attributes:
        lengths: the sequence lengths T, ascending.
        seconds: how long it may take altogether.
        each: about how long the repeats of one way at one length take.
        bytes: how much memory one step may need.
    """

    lengths: tuple[int, ...] = tuple(2**k for k in range(3, 13))
    seconds: float = 20.0
    each: float = 0.08
    bytes: float = 150e6


class Point(NamedTuple):
    """One way at one length, as far as it is measured; a later one replaces it.

    Attributes:
        seconds: the median of the repeats.
        low: their first quartile.
        high: their third quartile.
        kept: the most bytes that autograd held for the backward pass at a time,
            weights and inputs not counted.
        peak: the most bytes that a GPU had allocated; None elsewhere.
    """

    cell: str
    way: Way
    length: int
    repeats: int
    seconds: float
    low: float
    high: float
    kept: int
    peak: int | None


class Skipped(NamedTuple):
    """A way that is measured no further, from this length on, and why."""

    cell: str
    way: Way
    length: int
    reason: Reason
