"""Who saturates, and when: linked charts that a reader brushes, in Vega-Altair.

A. Karpathy, J. Johnson & L. Fei-Fei, "Visualizing and understanding recurrent
networks" (2015), count saturated gates; here the same count can be asked of any range
of values, unit by unit and time step by time step.
"""

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from explorer.figures._theme import BLUE, GREY, ORANGE, TIME_SCALE, TIME_STEP
from explorer.texts import Language, Text

BINS = 20
MOST_UNITS, MOST_TIMES = 48, 50
WEIGHT_BINS = 40
UNIT = Text(en="unit", zh="单元")
SHARE = Text(en="share", zh="比例")
SHARE_OF_VALUES = Text(en="share of all values", zh="占全部取值的比例")
IN_RANGE = Text(en="share in the range", zh="落在区间内的比例")
SHUT = Text(en="below {low:g}", zh="低于 {low:g}")
OPEN = Text(en="above {high:g}", zh="高于 {high:g}")
SIDE = Text(en="saturated", zh="饱和")
STEP = Text(en="training step", zh="训练步")
WEIGHT = Text(en="weight", zh="权重")
SHARE_OF_WEIGHTS = Text(en="share of the weights", zh="占权重的比例")


class Gate(NamedTuple):
    """The values of a gate, or of a state with bounds, of one layer.

    Attributes:
        name: what it is called, such as "f".
        values: (time, batch, hidden).
        low: the lowest value that it can take.
        high: the highest.
    """

    name: str
    values: NDArray[np.float64]
    low: float
    high: float


def gate_counts(gate: Gate) -> pd.DataFrame:
    """Return which share of the sequences is in which bin, by unit and time step.

    At most `MOST_UNITS` units and `MOST_TIMES` time steps, evenly spread, both ends
    among them; bins without a sequence are left out.
    """
    time, batch, hidden = gate.values.shape
    t, u = _spread(time, MOST_TIMES), _spread(hidden, MOST_UNITS)
    values = gate.values[np.ix_(t, np.arange(batch), u)]
    finite = np.isfinite(values)
    scaled = (np.where(finite, values, gate.low) - gate.low) / (gate.high - gate.low)
    bins = np.clip((scaled * BINS).astype(int), 0, BINS - 1)
    place = np.arange(len(t))[:, None, None] * len(u) + np.arange(len(u))
    flat = (place * BINS + bins)[finite]
    counts = np.bincount(flat, minlength=len(t) * len(u) * BINS)
    found = np.flatnonzero(counts)
    cell, bin_ = np.divmod(found, BINS)
    width = (gate.high - gate.low) / BINS
    return pd.DataFrame(
        {
            "t": t[cell // len(u)].astype(np.int32),
            "unit": u[cell % len(u)].astype(np.int32),
            "low": np.round(gate.low + bin_ * width, 4),
            "high": np.round(gate.low + (bin_ + 1) * width, 4),
            "share": np.round(counts[found] / batch, 4),
        }
    )


def gate_charts(
    gate: Gate,
    saturated: tuple[NDArray[np.float64], NDArray[np.float64]],
    bounds: tuple[float, float],
    language: Language,
) -> alt.VConcatChart:
    """Draw a histogram, who is saturated how often, and when; each limits the others.

    Args:
        gate: the values; at first the end is chosen where more of them are.
        saturated: (hidden,) each, the share of time steps and sequences in which a
            unit is below the first of the bounds, and above the second.
        bounds: from where on a value counts as saturated.
        language: "en" or "zh".
    """
    counts = gate_counts(gate)
    shut_more = saturated[0].sum() > saturated[1].sum()
    begin = [gate.low, bounds[0]] if shut_more else [bounds[1], gate.high]
    values = alt.selection_interval(name="values", encodings=["x"], value={"x": begin})
    units = alt.selection_interval(name="units", encodings=["x"])
    return alt.vconcat(
        _histogram(gate, counts, values, units, language),
        _who(saturated, bounds, units, language),
        _when(counts, values, units, language),
        spacing=14,
    ).resolve_legend(color="independent")


def _histogram(
    gate: Gate,
    counts: pd.DataFrame,
    values: alt.Parameter,
    units: alt.Parameter,
    language: Language,
) -> alt.Chart:
    """Return how often each value is taken by the units that are brushed."""
    title = f"{gate.name}"
    chart = alt.Chart(counts, height=90).mark_bar(color=BLUE, strokeWidth=0)
    total = counts["share"].sum() or 1.0
    return (
        chart.transform_filter(units)
        .transform_calculate(part=f"datum.share / {total:.6g}")
        .encode(
            x=alt.X("low:Q", title=title, scale=_whole(gate), bin="binned"),
            x2="high:Q",
            y=alt.Y("sum(part):Q", title=SHARE_OF_VALUES.to(language)).axis(
                format="%", tickCount=3
            ),
            opacity=alt.condition(values, alt.value(1.0), alt.value(0.35)),
        )
        .add_params(values)
    )


def _who(
    saturated: tuple[NDArray[np.float64], NDArray[np.float64]],
    bounds: tuple[float, float],
    units: alt.Parameter,
    language: Language,
) -> alt.Chart:
    """Return how often each unit is at either end."""
    shut = SHUT.format(low=bounds[0]).to(language)
    open_ = OPEN.format(high=bounds[1]).to(language)
    shown = _spread(len(saturated[0]), MOST_UNITS)
    frame = pd.concat(
        pd.DataFrame({"unit": shown, "share": np.round(share[shown], 4), "side": side})
        for share, side in zip(saturated, (shut, open_), strict=True)
    )
    return (
        alt.Chart(frame, height=90)
        .mark_point(filled=True, size=45)
        .encode(
            x=_units(language, title=False),
            y=alt.Y("share:Q", title=SHARE.to(language))
            .axis(format="%", tickCount=3)
            .scale(domain=[0, 1]),
            color=alt.Color("side:N", title=None)
            .scale(domain=[shut, open_], range=[GREY, ORANGE])
            .legend(orient="top", title=SIDE.to(language)),
            shape=alt.Shape("side:N", title=None, legend=None),
            opacity=alt.condition(units, alt.value(1.0), alt.value(0.25)),
            tooltip=_tooltip(language),
        )
        .add_params(units)
    )


def _when(
    counts: pd.DataFrame,
    values: alt.Parameter,
    units: alt.Parameter,
    language: Language,
) -> alt.Chart:
    """Return the share of sequences in the brushed range, by unit and time step."""
    chart = alt.Chart(counts, height=230).mark_square(color=BLUE, size=40)
    return (
        chart.transform_filter(values)
        .transform_filter(units)
        .transform_aggregate(inside="sum(share)", groupby=["unit", "t"])
        .encode(
            x=_units(language),
            y=alt.Y("t:Q", title=TIME_STEP.to(language))
            .scale(reverse=True, nice=False, domain=_ends(counts["t"]))
            .axis(grid=False, tickMinStep=1),
            opacity=alt.Opacity("inside:Q", title=IN_RANGE.to(language))
            .scale(domain=[0, 1], range=[0.0, 1.0])
            .legend(None),
            tooltip=[
                alt.Tooltip("unit:Q", title=UNIT.to(language)),
                alt.Tooltip("t:Q", title=TIME_STEP.to(language)),
                alt.Tooltip("inside:Q", title=IN_RANGE.to(language), format=".0%"),
            ],
        )
    )


def _units(language: Language, title: bool = True) -> alt.X:
    return (
        alt.X("unit:Q", title=UNIT.to(language) if title else None)
        .scale(nice=False, padding=8)
        .axis(grid=False, tickMinStep=1, labels=title)
    )


def _tooltip(language: Language) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("unit:Q", title=UNIT.to(language)),
        alt.Tooltip("side:N", title=SIDE.to(language)),
        alt.Tooltip("share:Q", title=SHARE.to(language), format=".0%"),
    ]


def _whole(gate: Gate) -> alt.Scale:
    return alt.Scale(domain=[gate.low, gate.high], nice=False)


def _ends(values: pd.Series) -> list[float]:
    """Return the whole range, half a step wider on both sides."""
    if not len(values):
        return [-0.5, 0.5]
    return [float(values.min()) - 0.5, float(values.max()) + 0.5]


def _spread(length: int, most: int) -> NDArray[np.int64]:
    return np.linspace(0, length - 1, min(length, most)).round().astype(np.int64)


def weight_chart(
    weights: Sequence[tuple[int, NDArray[np.float64]]], language: Language
) -> alt.Chart:
    """Draw how a matrix's entries are spread, a line for each training step.

    A click in the legend lets one step stand out.

    Args:
        weights: (training step, entries) in the order of steps; the entries in any
            shape.
        language: "en" or "zh".
    """
    frame = weight_shares(weights)
    steps = [str(step) for step, _ in weights]
    chosen = alt.selection_point(name="steps", fields=["step"], bind="legend")
    return (
        alt.Chart(frame, height=330)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("low:Q", title=WEIGHT.to(language)).scale(nice=False),
            y=alt.Y("share:Q", title=SHARE_OF_WEIGHTS.to(language)).axis(
                format="%", tickCount=4
            ),
            color=alt.Color("step:N", title=STEP.to(language))
            .scale(domain=steps, range=_colours(len(steps)))
            .legend(orient="top"),
            opacity=alt.condition(chosen, alt.value(1.0), alt.value(0.15)),
            tooltip=[
                alt.Tooltip("step:N", title=STEP.to(language)),
                alt.Tooltip("low:Q", title=WEIGHT.to(language), format=".3f"),
                alt.Tooltip("share:Q", title=SHARE.to(language), format=".1%"),
            ],
        )
        .add_params(chosen)
    )


def weight_shares(
    weights: Sequence[tuple[int, NDArray[np.float64]]],
) -> pd.DataFrame:
    """Return the share of a matrix's entries in each of `WEIGHT_BINS` bins, by step."""
    flat = [(step, np.ravel(w).astype(float)) for step, w in weights]
    flat = [(step, w[np.isfinite(w)]) for step, w in flat]
    largest = max((float(np.abs(w).max(initial=0.0)) for _, w in flat), default=0.0)
    reach = largest or 1.0
    edges = np.linspace(-reach, reach, WEIGHT_BINS + 1)
    return pd.concat(
        pd.DataFrame(
            {
                "step": str(step),
                "low": edges[:-1],
                "share": np.histogram(w, edges)[0] / max(len(w), 1),
            }
        )
        for step, w in flat
    )


def _colours(count: int) -> list[str]:
    """Return colours from early to late."""
    stops = [(float(str(at)), str(hue)) for at, hue in TIME_SCALE]
    places = [at for at, _ in stops]
    channels = [
        np.interp(
            np.linspace(0, 1, count),
            places,
            [int(hue[first : first + 2], 16) for _, hue in stops],
        )
        for first in (1, 3, 5)
    ]
    return [
        "#" + "".join(f"{round(part):02X}" for part in hue)
        for hue in zip(*channels, strict=True)
    ]
