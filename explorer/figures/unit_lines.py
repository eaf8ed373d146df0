"""One unit over time: its state in several sequences, and its gates in one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._theme import (
    BLUE,
    FAINT,
    GREY,
    PALETTE,
    TIME_STEP,
    Figure,
    axis,
    header,
    layout,
    legend,
    rounded,
    swatch,
    thinned,
)
from explorer.texts import Language, Text

SHOWN = Text(en="the shown sequence", zh="所示序列")
OTHERS = Text(en="others", zh="其他序列")
GATES = Text(en="gates", zh="门")  # short: their names stand beside it
TITLE = Text(en="{state} of unit {unit}", zh="单元 {unit} 的 {state}")
MOST_POINTS = 150
PARTED = 0.52, 0.38  # lower edge of the upper panel, upper edge of the lower one
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def unit_lines(
    values: ArrayLike,
    *,
    unit: int,
    state: str,
    gates: Mapping[str, ArrayLike],
    language: Language,
    labels: Sequence[int] = (),
    label_names: Sequence[str] = (),
) -> Figure:
    """Draw a line a sequence, the shown one thick, above a line a gate.

    Every line says in `meta.unit` whose it is.

    Args:
        values: The unit's state in each sequence, (T, B); the first is the shown one.
        unit: The unit's number.
        state: What is drawn, such as "hₜ".
        gates: Gate's name -> its values in the shown sequence, (T,); may be empty.
        language: "en" or "zh".
        labels: Class of each sequence, (B,), if they have classes.
        label_names: Names of the classes, in the page's language.
    """
    array = np.asarray(values, dtype=np.float64)
    keep = thinned(len(array), MOST_POINTS)
    foot = PARTED[0] if gates else 0.0
    title = TITLE.format(state=state, unit=unit).to(language)
    data = _sequences(array, keep, labels, label_names, language)
    notes: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    if gates:
        lines = {name: np.asarray(gate, np.float64) for name, gate in gates.items()}
        data += [_gate(g, keep, place) for place, g in enumerate(lines.items())]
        names = [f"{swatch(_colour(i), '—')} {n}" for i, n in enumerate(lines)]
        notes = [
            header("   ".join(names), PARTED[1]),
            header(GATES.to(language), PARTED[1], side="right"),
        ]
        more["yaxis2"] = axis(domain=[0, PARTED[1]], nticks=4, anchor="x")
    for trace in data:
        trace["meta"] = {"unit": unit}
    return {
        "data": data,
        "layout": layout(
            hovermode="closest",
            showlegend=True,
            legend=legend(),
            annotations=notes,
            xaxis=axis(
                TIME_STEP.to(language),
                range=[0, max(len(array) - 1, 1)],
                anchor="y2" if gates else "y",
            ),
            yaxis=axis(title, domain=[foot, 1], nticks=5),
            meta={"timeAxis": "x", "unitLines": True},
            **more,
        ),
    }


def _colour(place: int) -> str:
    return PALETTE[place % len(PALETTE)]


def _line(
    values: NDArray[np.float64], keep: NDArray[np.intp], name: str, **line: Any
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines" if len(values) > 1 else "markers",
        "x": keep.tolist(),
        "y": rounded(values[keep], 3),
        "name": name,
        "line": line,
        "showlegend": False,
        "hovertemplate": f"{name}<br>t = %{{x}}<br>%{{y}}<extra></extra>",
    }


def _sequences(
    array: NDArray[np.float64],
    keep: NDArray[np.intp],
    labels: Sequence[int],
    names: Sequence[str],
    language: Language,
) -> list[dict[str, Any]]:
    """Return the lines, the shown one last, so that it lies on top."""
    data, seen = [], set()
    for place in reversed(range(array.shape[1])):
        label = labels[place] if len(labels) else -1
        if label >= 0:
            name, colour = names[label], _colour(label)
        else:
            name, colour = OTHERS.to(language), FAINT
        width = 1.2
        if place == 0:
            kind = f" · {name}" if label >= 0 else ""
            name, width = f"{SHOWN.to(language)}{kind}", 3.2
            colour = colour if label >= 0 else BLUE
        line = _line(array[:, place], keep, name, color=colour, width=width)
        line["showlegend"] = name not in seen
        data.append(line | {"legendrank": 1 if place == 0 else 2 + label})
        seen.add(name)
    return data


def _gate(
    gate: tuple[str, NDArray[np.float64]], keep: NDArray[np.intp], place: int
) -> dict[str, Any]:
    name, values = gate
    colour = _colour(place) if place < len(PALETTE) else GREY
    dash = DASHES[place % len(DASHES)]
    line = _line(values, keep, name, color=colour, width=2, dash=dash)
    return line | {"yaxis": "y2"}
