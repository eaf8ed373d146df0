"""Time or memory of a training step over the sequence length, a line for each way."""

from collections.abc import Sequence
from typing import Literal

from explorer.figures._cost_lines import (
    MEMORY,
    TIME,
    Curve,
    cost_axis,
    guide,
    length_axis,
    line,
    nothing_yet,
    values_of,
)
from explorer.figures._theme import LOG_SCALE, Figure, layout, legend
from explorer.texts import Language


def cost_curves(
    curves: Sequence[Curve],
    quantity: Literal["time", "memory"],
    *,
    lengths: Sequence[int],
    language: Language,
) -> Figure:
    """Draw costs on two logarithmic axes, where a power of T is a straight line.

    A grey line shows what grows in proportion to T. Colours tell the cells apart,
    dashes and markers the ways.

    Args:
        curves: what is measured so far, times in ms or memory in MiB.
        quantity: which of the two it is.
        lengths: all T that the axis has room for, ascending.
        language: "en" or "zh".
    """
    title, unit = (TIME, "ms") if quantity == "time" else (MEMORY, "MiB")
    known = values_of(curves)
    data = [line(curve, unit) for curve in curves]
    if known.size:
        data.insert(0, guide(1, "∝ T", curves))
    return {
        "data": data,
        "layout": layout(
            hovermode="closest",
            showlegend=bool(known.size),
            legend=legend(font={"size": 11}),
            annotations=[] if known.size else [nothing_yet(language)],
            xaxis=length_axis(lengths, language, not known.size),
            yaxis=cost_axis(f"{title.to(language)}{LOG_SCALE.to(language)}", known),
        ),
    }
