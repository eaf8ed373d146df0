"""One sequence, and target and answer at every time step of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._input_panel import InputKind, lanes, lines_or_markers
from explorer.figures._sample import ANSWER, TARGET, question, told
from explorer.figures._theme import (
    BLUE,
    ORANGE,
    TIME_STEP,
    Figure,
    axis,
    round_up,
    rounded,
    thinned,
)
from explorer.texts import Language, Text


def series_answer(
    inputs: ArrayLike,
    *,
    input_names: Sequence[str],
    input_kind: InputKind,
    targets: ArrayLike,
    answers: ArrayLike | None,
    output_names: Sequence[str],
    language: Language,
    times: ArrayLike | None = None,
    highlight: Sequence[int] | None = None,
) -> Figure:
    """Draw the input above target and answer at every time step, on one time axis.

    Args:
        inputs: One sequence, shape (T, D), T >= 1.
        input_names: Names of the D inputs, in the page's language.
        input_kind: "symbols" for one-hot inputs, "values" otherwise.
        targets: Right outputs, (T, O); where one is not asked for, NaN.
        answers: The network's outputs, (T, O), or None before it has answered.
        output_names: Names of the O outputs, in the page's language.
        language: "en" or "zh".
        times: Labels of the time axis such as years, ascending, (T,); t if None.
        highlight: Which symbols carry the message; the rare ones if None.
    """
    wanted = np.asarray(targets, dtype=np.float64)
    given = None if answers is None else np.asarray(answers, dtype=np.float64)
    count = wanted.shape[1]
    figure = question(inputs, input_names, input_kind, highlight, 0.58, language)
    figure["data"] += _series(wanted, ORANGE, "dash", TARGET, count, language)
    if given is not None:
        figure["data"] += _series(given, BLUE, "solid", ANSWER, count, language)
    lower = lanes(count, output_names) if count > 1 else axis(nticks=4)
    time_axis = figure["layout"]["xaxis"] | {"anchor": "y2"}
    counted = np.arange(len(wanted), dtype=np.float64)
    called = counted if times is None else np.asarray(times, dtype=np.float64)
    if (called != counted).any():
        time_axis |= _time_ticks(called)
    else:
        time_axis |= axis(TIME_STEP.to(language))
    figure["layout"] |= {
        "xaxis": time_axis,
        "yaxis2": lower | {"anchor": "x", "domain": [0, 0.46]},
        "meta": {"timeAxis": "x"},
    }
    figure["layout"]["annotations"] = [
        figure["layout"]["annotations"][0],
        *told(
            "",
            None if given is None else "",
            top=0.46,
            glyph="- -",
            language=language,
        ),
    ]
    return figure


def _series(
    values: NDArray[np.float64],
    colour: str,
    dash: str,
    name: Text,
    count: int,
    language: Language,
) -> list[dict[str, Any]]:
    keep = thinned(len(values))
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0
    symbol = "circle" if dash == "solid" else "diamond-open"
    data = []
    for output in range(count):
        drawn = values[keep, output]
        if count > 1:  # a lane of height 0.8 each, the first on top
            drawn = np.clip(drawn / max(largest, 1.0), -1.2, 1.2) * 0.36
            drawn = drawn + (count - 1 - output)
        data.append(
            {
                "type": "scatter",
                "name": name.format(value="").to(language).strip(),
                "mode": lines_or_markers(values[:, output]),
                "yaxis": "y2",
                "x": keep.tolist(),
                "y": rounded(drawn),
                "customdata": rounded(values[keep, output]),
                "line": {"color": colour, "width": 2, "dash": dash},
                "marker": {"color": colour, "size": 9, "symbol": symbol},
                "hovertemplate": "t = %{x}<br>%{customdata:.4g}",
                "showlegend": False,
            }
        )
    return data


def _time_ticks(times: NDArray[np.float64]) -> dict[str, Any]:
    """Return about five ticks at round times, placed at their time steps."""
    span = float(times[-1] - times[0]) or 1.0
    every = round_up(span / 6)
    marks = np.arange(np.ceil(times[0] / every) * every, times[-1] + 1e-9, every)
    places = np.interp(marks, times, np.arange(len(times)))
    return {
        "tickmode": "array",
        "tickvals": rounded(places),
        "ticktext": [f"{mark:g}" for mark in marks],
    }
