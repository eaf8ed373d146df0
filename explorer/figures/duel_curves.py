"""Several settings' curves on one pair of axes: seeds thin, their median thick."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._log_axis import log_axis, log_range
from explorer.figures._theme import (
    COLON,
    GREY,
    LOG_SCALE,
    PALETTE,
    Figure,
    axis,
    finite_values,
    layout,
    legend,
    number,
    rounded,
    thinned,
)
from explorer.texts import Language, Text

MOST, LEAST = 150, 50
"""How many points a seed's curve has where there are few, and where there are many."""
ALL_POINTS = 1500
"""About how many points all seeds' curves have together."""
DIGITS = 3
UNTRAINED = Text(en="not trained yet: press Train all", zh="尚未训练：请按“全部训练”")


class Group(NamedTuple):
    """One setting.

    Attributes:
        name: what the legend says, in the page's language.
        place: its place in the palette.
        seeds: (x, y) of each seed, (points,) each, as far as they are trained.
        band: x, lowest, median, highest, (points,) each, as far as all are.
    """

    name: str
    place: int
    seeds: Sequence[tuple[ArrayLike, ArrayLike]]
    band: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]


def duel_curves(
    groups: Sequence[Group],
    *,
    x_title: str,
    y_title: str,
    end: float | None,
    baseline: tuple[str, float] | None,
    log: bool,
    language: Language,
) -> Figure:
    """Draw each setting's seeds, their median and the band between their extremes.

    Args:
        groups: the settings.
        x_title: what lies on the horizontal axis, in the page's language.
        y_title: what lies on the vertical one.
        end: where the horizontal axis ends; None for where the curves do.
        baseline: who guesses, in the page's language, and what that reaches.
        log: whether the vertical axis is logarithmic, if all there is on it is
            positive.
        language: "en" or "zh".
    """
    every = [y for group in groups for _, y in group.seeds]
    known = finite_values([*every, [baseline[1]] if baseline else []])
    log = log and bool(known.size) and bool(known.min() > 0)
    ends = finite_values([x for group in groups for x, _ in group.seeds])
    last = float(ends.max(initial=0.0)) or 1.0 if end is None else end
    count = sum(len(group.seeds) for group in groups)
    most = max(LEAST, min(MOST, ALL_POINTS // max(count, 1)))
    data = [trace for group in groups for trace in _group(group, most)]
    if baseline is not None and np.isfinite(baseline[1]):
        data.insert(0, _guess(baseline, last, language))
    title = f"{y_title}{LOG_SCALE.to(language)}" if log else y_title
    return {
        "data": data,
        "layout": layout(
            hovermode="x unified",
            showlegend=True,
            legend=legend(traceorder="normal"),
            xaxis=axis(x_title, range=[0, last]),
            yaxis=_scale(known, log, title),
            annotations=[] if ends.size else [_untrained(language)],
        ),
    }


def _scale(known: NDArray[np.float64], log: bool, title: str) -> dict[str, Any]:
    if log:
        return log_axis(log_range(known, least=0.5, snap=0.25), title)
    positive = bool(known.size) and bool(known.min() >= 0)
    return axis(title, rangemode="tozero" if positive else "normal")


def _group(group: Group, most: int) -> list[dict[str, Any]]:
    """Return the band, the seeds and, over all, the median."""
    colour = PALETTE[group.place % len(PALETTE)]
    x, low, middle, high = (np.asarray(part, float) for part in group.band)
    several = len(group.seeds) > 1
    shared = {"type": "scatter", "mode": "lines", "legendgroup": group.name}
    quiet = shared | {"hoverinfo": "skip", "showlegend": False}
    traces = []
    if several:
        keep = thinned(len(x), most)
        clear = {"width": 0, "color": colour}
        edge = quiet | {"x": rounded(x[keep]), "line": clear}
        fill = {"fill": "tonexty", "fillcolor": _faint(colour)}
        traces += [
            edge | {"y": rounded(high[keep], DIGITS)},
            edge | {"y": rounded(low[keep], DIGITS)} | fill,
        ]
        thin = {"color": colour, "width": 1}
        traces += [
            quiet | _line(s, most) | {"line": thin, "opacity": 0.45}
            for s in group.seeds
        ]
    else:
        x, middle = (np.asarray(part, float) for part in group.seeds[0])
    thick = {"color": colour, "width": 2.5 if several else 2}
    hover = {"name": group.name, "hovertemplate": "%{y}", "line": thick}
    return [*traces, shared | _line((x, middle), most) | hover]


def _line(curve: tuple[ArrayLike, ArrayLike], most: int) -> dict[str, Any]:
    x, y = (np.asarray(part, float) for part in curve)
    keep = thinned(len(x), most)
    return {"x": rounded(x[keep]), "y": rounded(y[keep], DIGITS)}


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


def _guess(
    baseline: tuple[str, float], last: float, language: Language
) -> dict[str, Any]:
    name, value = baseline
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{name}{COLON.to(language)}{number(value)}",
        "hoverinfo": "skip",
        "x": [0, last],
        "y": rounded([value] * 2),
        "line": {"color": GREY, "width": 1.5, "dash": "dash"},
    }


def _untrained(language: Language) -> dict[str, Any]:
    return {
        "text": UNTRAINED.to(language),
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.2,
    }
