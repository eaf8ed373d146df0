"""Weight matrices side by side, in colours symmetric about zero and on one scale."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import (
    GREEN,
    STATE_SCALE,
    Figure,
    axis,
    finite_values,
    header,
    layout,
    number,
    round_up,
    thinned,
)
from explorer.texts import Language, Text

MOST_ENTRIES = 24_000
UNIT = Text(en="unit", zh="单元")
SCALE = Text(en="colours from {low} to {high}", zh="颜色从 {low} 到 {high}")
THINNED = Text(en="every {n}th row and column", zh="每 {n} 行、列取一")
BROKEN = Text(en="no longer finite numbers", zh="已不是有限的数")


def weight_heatmap(
    matrices: Mapping[str, NDArray[np.float64]],
    *,
    language: Language,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    marked: int = 0,
    hidden_size: int = 1,
) -> Figure:
    """Draw each matrix as it is written, its first row on top.

    Args:
        matrices: name -> (rows, columns).
        language: "en" or "zh".
        rows: names of the rows; units if None.
        columns: names of the columns; units if None.
        marked: the unit whose row is framed; its column where the rows are no units.
        hidden_size: H: a matrix of more rows has the units once more in each block.
    """
    known = np.abs(finite_values(matrices.values()))
    limit = round_up(float(np.percentile(known, 99.5)) if known.size else 1.0)
    total = sum(values.size for values in matrices.values())
    stride = int(np.ceil(np.sqrt(total / MOST_ENTRIES)))
    data, notes, frames = [], [], []
    axes: dict[str, Any] = {}
    width = (1 + 0.05) / len(matrices)
    for place, (name, values) in enumerate(matrices.items()):
        number_of = "" if not place else str(place + 1)
        begin = place * width
        axes |= _axes(number_of, begin, begin + width - 0.05, values, rows, columns)
        data.append(_heat(number_of, values, limit, stride, rows, columns, language))
        notes.append(header(name) | {"x": begin})
        frames += _frames(number_of, values, marked, None if rows else hidden_size)
    scale = SCALE.format(low=number(-limit), high=number(limit)).to(language)
    if stride > 1:
        scale += " · " + THINNED.format(n=stride).to(language)
    if not known.size:
        scale = BROKEN.to(language)
    notes.append(header(scale, side="right") | {"yshift": 18})
    return {
        "data": data,
        "layout": layout(
            annotations=notes,
            shapes=frames,
            margin={"l": 8, "r": 12, "t": 42, "b": 8, "pad": 0},
            **axes,
        ),
    }


def _frames(
    place: str, values: NDArray[np.float64], unit: int, hidden_size: int | None
) -> list[dict[str, Any]]:
    """Return a frame around a unit's row in each block, or around its column."""
    height, width = values.shape
    across, down = (-0.5, width - 0.5), (-0.5, height - 0.5)
    places = [((unit - 0.5, unit + 0.5), down)]
    if hidden_size is not None:
        blocks = range(unit, height, hidden_size)
        places = [(across, (row - 0.5, row + 0.5)) for row in blocks]
    return [
        {
            "type": "rect",
            "xref": f"x{place}",
            "yref": f"y{place}",
            "x0": x[0],
            "x1": x[1],
            "y0": y[0],
            "y1": y[1],
            "line": {"color": GREEN, "width": 2},
        }
        for x, y in places
    ]


def _axes(
    place: str,
    begin: float,
    end: float,
    values: NDArray[np.float64],
    rows: Sequence[str] | None,
    columns: Sequence[str] | None,
) -> dict[str, Any]:
    plain: dict[str, Any] = {"showgrid": False, "ticks": ""}
    across = _ticks(values.shape[1], columns)
    down = _ticks(values.shape[0], rows)
    return {
        f"xaxis{place}": axis(
            domain=[begin, end], anchor=f"y{place}", **plain, **across
        ),
        f"yaxis{place}": axis(
            autorange="reversed", anchor=f"x{place}", **plain, **down
        ),
    }


def _ticks(count: int, names: Sequence[str] | None) -> dict[str, Any]:
    """Return at most a dozen ticks; names where there are any."""
    shown = thinned(count, 12 if names else 5)
    texts = [str(k) if names is None else _short(names[k]) for k in shown]
    return {"tickvals": shown.tolist(), "ticktext": texts}


def _short(name: str) -> str:
    return name if len(name) <= 14 else name[:13] + "…"


def _heat(
    place: str,
    values: NDArray[np.float64],
    limit: float,
    stride: int,
    rows: Sequence[str] | None,
    columns: Sequence[str] | None,
    language: Language,
) -> dict[str, Any]:
    kept = values[::stride, ::stride]
    decimals = max(0, 3 - int(np.ceil(np.log10(limit) + 1e-9)))
    tidy = np.round(kept, decimals) + 0.0
    unit = UNIT.to(language)
    row = f"{unit} %{{y}}" if rows is None else "%{y}"
    return {
        "type": "heatmap",
        "x": (np.arange(kept.shape[1]) * stride).tolist(),
        "y": (np.arange(kept.shape[0]) * stride).tolist(),
        "z": [[v if np.isfinite(v) else None for v in line] for line in tidy.tolist()],
        "xaxis": f"x{place}",
        "yaxis": f"y{place}",
        "zmin": -limit,
        "zmax": limit,
        "colorscale": STATE_SCALE,
        "showscale": False,
        "hovertemplate": f"{row} ← %{{x}}<br><b>%{{z:.3g}}</b><extra></extra>",
    }
