"""Eigenvalues of a step's Jacobian in the complex plane, with the unit circle."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._stability import KINDS, pace, turn
from explorer.figures._theme import (
    BLUE,
    FAINT,
    GREY,
    VERMILLION,
    Figure,
    axis,
    header,
    layout,
    legend,
    number,
    rounded,
)
from explorer.texts import Language, Text

Values = NDArray[np.complex128]
FARTHEST = 3.0
"""Eigenvalues beyond are counted, not drawn: the circle would be a dot."""
CONSTANTS = (1, 3, 10)
"""The time constants that have a circle of their own, in steps."""
STEPS = Text(en="{n} steps", zh="{n} 步")
ONE_STEP = Text(en="1 step", zh="1 步")
REAL, IMAGINARY = Text(en="Re λ", zh="Re λ"), Text(en="Im λ", zh="Im λ")
BEYOND = Text(en="{count} beyond |λ| = 3", zh="{count} 个在 |λ| = 3 之外")
SMALL, LARGE = 3, 6


def eigenvalues_at_points(
    values: Sequence[Values], kinds: Sequence[int], *, language: Language, note: str
) -> Figure:
    """Draw the eigenvalues at some fixed points in the colours of their kinds.

    Args:
        values: Of each point, the largest.
        kinds: Of each point, as in `_stability`.
        language: "en" or "zh".
        note: What they are eigenvalues of.

    Without points there is no plane, which would look like a result, but the note.
    """
    if not len(values):
        return _no_plane(note)
    data = []
    for kind, (title, colour, symbol) in KINDS.items():
        mine = [v for v, k in zip(values, kinds, strict=True) if k == kind]
        if not mine:
            continue
        spots = _near(np.concatenate(mine))
        marker = {"color": colour, "symbol": symbol, "size": LARGE, "opacity": 0.8}
        data.append(
            _spots(spots, language, marker=marker, name=title.to(language))
            | {"showlegend": True}
        )
    return _figure(data, np.concatenate(values), language, note)


def eigenvalues_over_time(
    values: Values, times: NDArray[np.int_], *, language: Language, note: str
) -> Figure:
    """Draw the eigenvalues along a sequence: large at the time slider's t.

    Args:
        values: (times, values), the largest of each.
        times: Time step of each row.
        language: "en" or "zh".
        note: What they are eigenvalues of.
    """
    spots = _near(values.ravel())
    moments = np.repeat(times, values.shape[1]).tolist()
    outside = np.abs(spots) > 1
    colours = np.where(outside, VERMILLION, BLUE).tolist()
    small = {"color": FAINT, "size": SMALL, "line": {"width": 0}}
    large = {"color": colours, "size": LARGE, "line": {"width": 1, "color": "#FFFFFF"}}
    trail = _spots(spots, language, marker=small, meta={"until": moments})
    here = _spots(spots, language, marker=large, meta={"at": moments})
    return _figure(
        [trail, here | {"hoverinfo": "skip"}], values.ravel(), language, note
    )


def _near(values: Values) -> Values:
    """Put what is too far to be drawn, or no number, nowhere."""
    near = np.isfinite(values) & (np.abs(values) <= FARTHEST)
    return np.where(near, values, complex(np.nan, np.nan))


def _spots(values: Values, language: Language, **more: Any) -> dict[str, Any]:
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(values.real, 3),
        "y": rounded(values.imag, 3),
        "showlegend": False,
    } | more
    if "at" in more.get("meta", {}):
        return trace
    words = [_words(complex(v), language) for v in values]
    return trace | {"text": words, "hovertemplate": "%{text}<extra></extra>"}


def _words(value: complex, language: Language) -> str:
    if not np.isfinite(value):
        return ""
    first = f"|λ| = {number(abs(value))}"
    more = pace(abs(value)).to(language), turn(float(np.angle(value))).to(language)
    return "<br>".join([first, *more])


def _figure(
    data: list[dict[str, Any]], values: Values, language: Language, note: str
) -> Figure:
    known = np.abs(values[np.isfinite(values)])
    reach = float(min(max(1.12, 1.06 * known.max(initial=0.0)), FARTHEST))
    beyond = int((known > FARTHEST).sum())
    title = note + (f" · {BEYOND.format(count=beyond).to(language)}" if beyond else "")
    key = {"text": title, "side": "top", "font": {"size": 12}}
    ends = [-round(reach, 3), round(reach, 3)]
    square = {"zeroline": True, "nticks": 5}
    # An entry of the key that is always there carries its title.
    unit = {
        "name": "|λ| = 1",
        "showlegend": True,
        "line": {"color": GREY, "width": 2},
    }
    return {
        "data": [
            *(_circle(np.exp(-1 / n)) for n in CONSTANTS),
            _circle(1.0) | unit,
            *data,
        ],
        "layout": layout(
            annotations=_labels(language),
            showlegend=True,
            legend=legend(title=key),
            hovermode="closest",
            # The plot shrinks to a square: ranges that grow to fill the card would
            # stay grown when it is resized.
            xaxis=axis(REAL.to(language), range=ends, constrain="domain", **square),
            yaxis=axis(IMAGINARY.to(language), range=ends, scaleanchor="x", **square),
        ),
    }


def _no_plane(note: str) -> Figure:
    hidden = {"visible": False, "fixedrange": True}
    return {
        "data": [{"type": "scatter", "x": [], "y": []}],
        "layout": layout(annotations=[header(note)], xaxis=hidden, yaxis=hidden),
    }


def _circle(radius: float) -> dict[str, Any]:
    around = radius * np.exp(2j * np.pi * np.linspace(0, 1, 121))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(around.real),
        "y": rounded(around.imag),
        "line": {"color": FAINT, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _labels(language: Language) -> list[dict[str, Any]]:
    """Return the time constants, each beneath the top of its circle."""
    labels = []
    for steps in CONSTANTS:
        words = STEPS.format(n=steps) if steps > 1 else ONE_STEP
        labels.append(
            {
                "text": words.to(language),
                "showarrow": False,
                "font": {"size": 11},
                "x": 0,
                "y": round(float(np.exp(-1 / steps)), 3),
                "xanchor": "left",
                "yanchor": "top",
                "opacity": 0.75,
            }
        )
    return labels
