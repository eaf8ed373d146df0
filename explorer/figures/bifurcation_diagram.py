"""What a network visits in the long run over the gain, and whether it is chaos."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import (
    BLUE,
    ORANGE,
    Figure,
    axis,
    header,
    layout,
    number,
    rounded,
    swatch,
)
from explorer.texts import Language, Text

Array = NDArray[np.float64]
COARSE, FINE = 60, 200
"""How many bins: a band is smooth in few, a line is thin in many."""
FEW = 6
"""What rests or is a cycle visits so many fine bins at most."""
FULL = 8.0
"""The share of visits, in percent, from which on the colour is full."""
FAR = 1e6
"""A state beyond has run off to infinity."""
VISIT_SCALE = [
    [0.0, "rgba(14,124,193,0)"],
    [0.12, "rgba(14,124,193,0.4)"],
    [1.0, "rgba(14,124,193,1)"],
]
GAIN = Text(en="gain g", zh="增益 g")
EXPONENT = Text(
    en="largest Lyapunov exponent, nats per time step",
    zh="最大李雅普诺夫指数，奈特/时间步",
)
MEAN_FIELD = Text(en="mean field (N → ∞)", zh="平均场（N → ∞）")
HERE = Text(en="this network", zh="该网络")
OF_THE_TIME = Text(en="of the time", zh="的时间")
RUNS_OFF = Text(en="from g = {g} on it runs off", zh="g ≥ {g} 时发散到无穷")


def bifurcation_diagram(
    gains: Array,
    visited: Array,
    exponents: Array,
    *,
    mean_field: Array | None,
    language: Language,
    unit: str,
) -> Figure:
    """Draw how often each value is visited, and beneath it the largest exponent.

    Args:
        gains: (G,), evenly spaced.
        visited: (G, values), of one unit, after the transient.
        exponents: (G,).
        mean_field: (G,), what they are in the limit of many units, if it is known.
        language: "en" or "zh".
        unit: Which unit it is of which network.
    """
    # Comparing what is no number says False, as it should.
    stays = np.asarray((np.abs(visited) < FAR).all(axis=1))
    ends = [float(gains[0]), float(gains[-1])]
    exponents = np.where(stays, exponents, np.nan)
    above = header(unit, top=1.0)
    beneath = header(_key(mean_field is not None, language), top=0.36)
    beneath |= {"align": "left"}
    return {
        "data": [
            _density(gains, visited, stays, language),
            *_exponents(gains, exponents, mean_field, language),
        ],
        "layout": layout(
            annotations=[above, beneath, *_off(gains, stays, language)],
            hovermode="closest",
            shapes=[_line_at_one(gains)],
            xaxis=axis(range=ends, showticklabels=False, matches="x2"),
            yaxis=axis(domain=[0.47, 1.0]),
            xaxis2=axis(GAIN.to(language), range=ends, anchor="y2"),
            yaxis2=axis(
                domain=[0.0, 0.36],
                anchor="x2",
                zeroline=True,
                nticks=4,
                **_span(exponents),
            ),
        ),
    }


def _density(
    gains: Array, visited: Array, stays: NDArray[np.bool_], language: Language
) -> dict[str, Any]:
    known = visited[stays]
    low, high = (known.min(), known.max()) if known.size else (-1.0, 1.0)
    room = 0.04 * max(high - low, 1e-3)
    share, edges = _histogram(visited, low - room, high + room, FINE)
    if stays.any() and np.median((share[stays] > 0).sum(axis=1)) > FEW:
        share, edges = _histogram(visited, low - room, high + room, COARSE)
    percent = 100 * share / visited.shape[1]
    z = [
        [round(float(v), 1) if v else None for v in row]
        for row in np.where(stays[:, None], percent, 0.0).T
    ]
    words = OF_THE_TIME.to(language)
    return {
        "type": "heatmap",
        "x": rounded(gains),
        "y": rounded((edges[:-1] + edges[1:]) / 2),
        "z": z,
        "zmin": 0,
        "zmax": FULL,
        "colorscale": VISIT_SCALE,
        "showscale": False,
        "hovertemplate": f"g = %{{x:.2f}}<br>%{{y:.2f}}: %{{z}} % {words}"
        "<extra></extra>",
    }


def _histogram(visited: Array, low: float, high: float, bins: int) -> tuple:
    """Return how often each bin is visited, (G, bins), and the bins' edges."""
    edges = np.linspace(low, high, bins + 1)
    known = np.nan_to_num(visited, posinf=0.0, neginf=0.0)
    return np.array([np.histogram(values, edges)[0] for values in known]), edges


def _exponents(
    gains: Array, exponents: Array, mean_field: Array | None, language: Language
) -> list[dict[str, Any]]:
    def line(values: Array, name: Text, **style: Any) -> dict[str, Any]:
        return {
            "type": "scatter",
            "mode": "lines",
            "x": rounded(gains),
            "y": rounded(values),
            "xaxis": "x2",
            "yaxis": "y2",
            "name": name.to(language),
            "line": {"width": 2, **style},
            "hovertemplate": "g = %{x:.2f}: λ = %{y:.3f}",
        }

    lines = [line(exponents, HERE, color=BLUE)]
    if mean_field is not None:
        lines.insert(0, line(mean_field, MEAN_FIELD, color=ORANGE, dash="dash"))
    return lines


def _span(exponents: Array) -> dict[str, Any]:
    """Keep a fast decay from hiding where the exponent crosses 0."""
    known = exponents[np.isfinite(exponents)]
    if not known.size:
        return {"range": [-1.0, 1.0]}
    high = max(float(known.max()), 0.1)
    low = max(float(known.min()), -3 * high, -1.5)
    room = 0.06 * (high - low)
    return {"range": [round(min(low, -0.1) - room, 3), round(high + room, 3)]}


def _line_at_one(gains: Array) -> dict[str, Any]:
    inside = gains[0] <= 1 <= gains[-1]
    return {
        "type": "line",
        "xref": "x2",
        "yref": "paper",
        "x0": 1,
        "x1": 1,
        "y0": 0,
        "y1": 1,
        "line": {"color": "rgba(127,138,150,0.7)", "width": 1, "dash": "dot"},
        "visible": bool(inside),
    }


def _key(compared: bool, language: Language) -> str:
    words = EXPONENT.to(language)
    if not compared:
        return words
    here, limit = HERE.to(language), MEAN_FIELD.to(language)
    return f"{words}<br>{swatch(BLUE, '—')} {here}  {swatch(ORANGE, '- -')} {limit}"


def _off(
    gains: Array, stays: NDArray[np.bool_], language: Language
) -> list[dict[str, Any]]:
    if stays.all():
        return []
    first = number(float(f"{gains[~stays][0]:.3g}"))
    return [header(RUNS_OFF.format(g=first).to(language), side="right")]
