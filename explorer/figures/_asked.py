"""What pictures of an answer at each time step share: where anything is asked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import (
    BLUE,
    ORANGE,
    TIME_STEP,
    VERMILLION,
    axis,
    header,
    swatch,
)
from explorer.texts import Language, Text

MOST_COLUMNS = 200
IDLE = "rgba(127,138,150,0.16)"
NOT_ASKED = Text(en="nothing asked", zh="此处不提问")
TARGET = Text(en="target", zh="目标")
NETWORK = Text(en="network", zh="网络")
WRONG = Text(en="{wrong} of {asked} wrong", zh="{asked} 处中错 {wrong} 处")
WRONG_OF_COUNTED = Text(
    en="{wrong} of {asked} scored wrong", zh="计分的 {asked} 处中错 {wrong} 处"
)
ALL_COUNTED_RIGHT = Text(en="all {asked} scored right", zh="计分的 {asked} 处全对")
ALL_RIGHT = Text(en="all right ({asked})", zh="全对（{asked} 处）")
Bools = NDArray[np.bool_]


class Columns:
    """Which time steps are drawn: all, or one of each few where there are too many.

    Of neighbours that share a column, the one shown is wrong if any is, else asked if
    any is: thinning hides no mistake.

    Attributes:
        shown: the time steps drawn, (columns,).
        asked: those among them at which something is asked.
        wrong: those at which the answer is wrong.
        every: how many time steps each stands for.
    """

    def __init__(self, asked: Bools, wrong: Bools) -> None:
        self.every = max(-(-len(asked) // MOST_COLUMNS), 1)
        weight = asked.astype(int) + wrong
        starts = range(0, len(asked), self.every)
        at = [start + weight[start : start + self.every].argmax() for start in starts]
        self.shown = np.array(at, dtype=np.int64)
        self.asked = self.shown[asked[self.shown]]
        self.wrong = self.shown[wrong[self.shown]]
        self.is_idle = ~asked[self.shown]

    def trace(self, kind: str) -> dict[str, Any]:
        """Return the start of a trace with a value for each column."""
        return {
            "type": kind,
            "x0": (self.every - 1) / 2,
            "dx": self.every,
            "yaxis": "y2",
            "showlegend": False,
        }

    def marks(
        self, at: NDArray[np.int64], y: NDArray[Any], marker: dict[str, Any]
    ) -> dict[str, Any]:
        """Return marks at some of the time steps, in the middle of their columns."""
        middle = at // self.every * self.every + (self.every - 1) / 2
        return {
            "type": "scatter",
            "mode": "markers",
            "yaxis": "y2",
            "x": middle.tolist(),
            "y": y.tolist(),
            "customdata": at.tolist(),
            "marker": marker,
            "cliponaxis": False,
            "hovertemplate": "t = %{customdata}<br>%{text}<extra></extra>",
            "showlegend": False,
        }


def marker_size(count: int, largest: float = 12) -> float:
    """Return a size in pixels at which `count` marks fit side by side in a card."""
    return float(np.clip(290 / max(count, 1), 3.5, largest))


def idle(at: Columns, ends: tuple[float, float]) -> dict[str, Any]:
    """Return a grey ground over y = `ends` at the columns where nothing is asked."""
    return at.trace("heatmap") | {
        "z": [[1 if is_idle else None for is_idle in at.is_idle.tolist()]],
        "y0": sum(ends) / 2,
        "dy": ends[1] - ends[0],
        "colorscale": [[0, IDLE], [1, IDLE]],
        "showscale": False,
        "hoverinfo": "skip",
    }


def time_axis(length: int, language: Language, **more: Any) -> dict[str, Any]:
    """Return the one axis of both panels, beneath the lower one."""
    title = TIME_STEP.to(language)
    ends = [-0.6, length - 0.4]
    return axis(title, range=ends, anchor="y2", showgrid=False, **more)


def words(
    asked: Bools,
    wrong: Bools | None,
    top: float,
    glyph: str,
    language: Language,
    counted: Bools | None = None,
) -> list[dict[str, Any]]:
    """Return the lower panel's line of words, and those in the longest idle stretch.

    Args:
        asked: whether something is asked at each time step, (T,).
        wrong: whether the answer is wrong there, None where there is no answer.
        top: the panel's upper edge in paper y.
        glyph: the target's.
        language: "en" or "zh".
        counted: which of the asked steps the metric counts, (T,); all if None.
    """
    parts = [f"{swatch(ORANGE, glyph)} {TARGET.to(language)}"]
    if wrong is not None and asked.any():
        parts.append(f"{swatch(BLUE, '■')} {NETWORK.to(language)}")
        among = asked if counted is None else counted
        all_count = bool((among == asked).all())
        parts.append(_verdict(int(wrong.sum()), int(among.sum()), all_count, language))
    start, length = _longest(~asked)
    inside = {
        "text": NOT_ASKED.to(language),
        "showarrow": False,
        "opacity": 0.75,
        "x": start + (length - 1) / 2,
        "yref": "paper",
        "y": 0.72 * top,  # clear of a line through the middle
        "yanchor": "middle",
    }
    if length and length < 0.3 * len(asked):
        parts.append(f"{swatch(IDLE.replace('0.16', '0.5'), '■')} {inside['text']}")
    line = header("   ".join(parts), top)
    return [line, inside] if length >= 0.3 * len(asked) else [line]


def _verdict(wrong: int, asked: int, all_count: bool, language: Language) -> str:
    if not wrong:
        right = ALL_RIGHT if all_count else ALL_COUNTED_RIGHT
        return f"✓ {right.format(asked=asked).to(language)}"
    words = WRONG if all_count else WRONG_OF_COUNTED
    told = words.format(wrong=wrong, asked=asked).to(language)
    return f"{swatch(VERMILLION, '✕')} {told}"


def _longest(run: Bools) -> tuple[int, int]:
    """Return start and length of the longest stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], run, [0]]).astype(int)))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    if not len(starts):
        return 0, 0
    at = int(lengths.argmax())
    return int(starts[at]), int(lengths[at])
