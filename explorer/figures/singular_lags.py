"""The singular values of the Jacobians' product over the lag k, a line each."""

import numpy as np
from numpy.typing import ArrayLike

from explorer.figures._lag_axes import exponents, lag_figure, lag_line
from explorer.figures._theme import BLUE, FAINT, VERMILLION, Figure, finite_values
from explorer.texts import Language, Text

MOST_LINES = 16
DEPTH = 30.0
"""How many decades below the largest one's lowest the axis reaches at most."""
NORM = Text(en="largest singular value: the norm", zh="最大奇异值（即范数）")
LEAST = Text(en="smallest", zh="最小奇异值")
OTHERS = Text(en="others", zh="其余")
SOME = Text(en="others ({few} of {all} drawn)", zh="其余（画出 {all} 个中的 {few} 个）")


def singular_lags(
    lags: ArrayLike,
    values: ArrayLike,
    *,
    length: int,
    states: str,
    language: Language,
) -> Figure:
    """Draw the singular values of the product, at most MOST_LINES, both ends bold.

    Args:
        lags: k, ascending from 0, (lags,).
        values: log10 of the singular values, (lags, S), each row descending.
        length: T.
        states: what s is.
        language: "en" or "zh".
    """
    at, every = np.asarray(lags), np.asarray(values, dtype=np.float64)
    count = every.shape[1]
    drawn = np.linspace(0, count - 1, min(count, MOST_LINES)).round().astype(int)
    words = OTHERS if len(drawn) == count else SOME
    some = words.format(few=len(drawn), all=count).to(language)
    data = [
        lag_line(at, every[:, place], FAINT, some, width=1.2, legendgroup="others")
        | {"showlegend": order == 0}
        for order, place in enumerate(drawn[1:-1])
    ]
    if count > 1:
        data.append(lag_line(at, every[:, -1], VERMILLION, LEAST.to(language)))
    data.append(lag_line(at, every[:, 0], BLUE, NORM.to(language)))
    lowest = finite_values([every[:, 0]]).min(initial=0.0)
    ends = exponents([np.maximum(every[:, drawn], lowest - DEPTH)])
    return lag_figure(data, at, every[:, 0], ends, length, states, language)
