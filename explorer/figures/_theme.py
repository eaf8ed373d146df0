"""The one palette, the one number format and the shared furniture of every figure.

A figure is a plain dictionary, not a `plotly.graph_objects.Figure`: figures are
rebuilt several times a second, and the class costs 6 ms each time to check what the
tests check once. Colours of text, grid and ground are filled in where it is drawn,
so that one figure suits a light and a dark page.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.texts import Text

Figure = dict[str, Any]

BLUE, ORANGE, GREEN, VERMILLION = "#0E7CC1", "#E08A00", "#0F9D77", "#D9541E"
PURPLE, SKY, BROWN, GREY = "#B8659A", "#4BA3DB", "#A58A00", "#7F8A96"
PALETTE = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, BROWN, GREY)
FAINT = "rgba(127,138,150,0.45)"

# Zero is transparent, so it is the page's own ground, whichever theme it has.
STATE_SCALE = [
    [0.0, "rgba(14,124,193,1)"],
    [0.5, "rgba(127,138,150,0)"],
    [1.0, "rgba(217,84,30,1)"],
]
# Of middling lightness throughout: neither end is lost on white or on black.
TIME_SCALE = [
    [0.0, "#2B7FD0"],
    [0.35, "#8A6FC0"],
    [0.65, "#CF6A86"],
    [1.0, "#E89A1C"],
]

MOST_POINTS = 300
NARROW = " .,:;()-iljt"
TIME_STEP = Text(en="time step t", zh="时间步 t")
TRAINING_STEP = Text(en="training step", zh="训练步")
LOG_SCALE = Text(en=" (log scale)", zh="（对数刻度）")
COLON = Text(en=": ", zh="：")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PLAIN = (1e-4, 1e5)  # between these, numbers are written without a power of ten


def thinned(length: int, most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Return at most `most` evenly strided indices, the first and the last included."""
    if length <= most:
        return np.arange(length)
    stride = -(-(length - 1) // (most - 1))
    return np.unique(np.append(np.arange(0, length, stride), length - 1))


def rounded(values: ArrayLike, digits: int = 4) -> list[float | None]:
    """Return a list rounded to significant digits; what is not finite becomes None."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    return [
        float(f"{value:.{digits}g}") if finite else None
        for value, finite in zip(flat.tolist(), np.isfinite(flat).tolist(), strict=True)
    ]


def number(value: float, signed: bool = False) -> str:
    """Write one number for people: three significant digits, such as −2.74×10⁻⁵."""
    value = float(f"{value:.3g}")
    sign = "+" if signed else ""
    if not np.isfinite(value) or not value or PLAIN[0] <= abs(value) < PLAIN[1]:
        return f"{value:{sign}.6g}".replace("-", "\u2212")
    mantissa, power = f"{value:{sign}.2e}".split("e")
    factor = f"{float(mantissa):{sign}g}".replace("-", "\u2212")
    ten = f"10{int(power)}"
    ten = ten[:2] + ten[2:].translate(SUPERSCRIPTS)
    return ten if factor == "1" else f"{factor}×{ten}"


def breadth(text: str) -> float:
    """Return about how many px wide a line of 12 px text is."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    narrow = sum(letter in NARROW for letter in text)
    return 6.0 * (len(text) + wide) - 3.0 * narrow


def finite_values(arrays: Iterable[ArrayLike]) -> NDArray[np.float64]:
    """Return the finite values of several arrays as one flat array."""
    parts = [np.asarray(array, dtype=np.float64).ravel() for array in arrays]
    flat = np.concatenate(parts) if parts else np.empty(0)
    return flat[np.isfinite(flat)]


def round_up(value: float) -> float:
    """Return the next larger of 1, 1.2, 1.5, 2, 2.5 … 8 times a power of ten."""
    if not np.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    nice = next(
        (
            n
            for n in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
            if n * power >= value * 0.9999
        ),
        10,
    )
    return float(f"{nice * power:.6g}")


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Return an axis that makes room for its own labels; `more` are Plotly's keys."""
    made: dict[str, Any] = {
        "automargin": True,
        "zeroline": False,
        "nticks": 6,
        "exponentformat": "power",  # 10⁻⁵, as numbers are written elsewhere; no 10µ
    }
    if title:
        made["title"] = {"text": title, "standoff": 6, "font": {"size": 12}}
    return made | more


def header(text: str, top: float = 1.0, side: str = "left") -> dict[str, Any]:
    """Return a line of text above a panel whose upper edge lies at paper y = `top`.

    It stands in for a turned axis title: no head is tilted and no width is lost.
    """
    return {
        "text": text,
        "showarrow": False,
        "font": {"size": 12},
        "xref": "paper",
        "yref": "paper",
        "x": 0 if side == "left" else 1,
        "xanchor": side,
        "y": top,
        "yanchor": "bottom",
        "yshift": 1,
    }


def legend(**more: Any) -> dict[str, Any]:
    """Return a horizontal legend that sits above the plot and never over the data."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.0,
        "yanchor": "bottom",
        "font": {"size": 12},
        "itemwidth": 30,
        "tracegroupgap": 0,
    } | more


def layout(**more: Any) -> dict[str, Any]:
    """Return a card's layout: small margins, 12 px text; `more` are Plotly's keys."""
    return {
        "autosize": True,
        "margin": {"l": 8, "r": 12, "t": 24, "b": 8, "pad": 0},
        "font": {"size": 12},
        "showlegend": False,
        "hoverlabel": {"font": {"size": 12}},
    } | more


def swatch(colour: str, glyph: str) -> str:
    """Return a coloured glyph for a header; its words keep the text's colour."""
    return f'<span style="color:{colour}"><b>{glyph}</b></span>'
