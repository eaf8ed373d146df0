"""The price of memory: one cell with and without checkpoints, memory above time."""

from collections.abc import Sequence
from typing import Any

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
from explorer.figures._theme import Figure, layout, legend
from explorer.texts import Language

PANELS = ((0.54, 1.0), (0.0, 0.46))
LABELS = 4


def cost_checkpoints(
    memory: Sequence[Curve],
    time: Sequence[Curve],
    *,
    lengths: Sequence[int],
    language: Language,
) -> Figure:
    """Draw memory above time over one axis of sequence lengths.

    Grey lines beside the memory show what grows as T and as its square root.

    Args:
        memory: what each way keeps, in MiB.
        time: the time of the same ways, in ms, in the same order.
        lengths: all T that the axis has room for, ascending.
        language: "en" or "zh".
    """
    data: list[dict[str, Any]] = []
    known = values_of(memory), values_of(time)
    if known[0].size:
        data += [guide(1, "∝ T", memory), guide(0.5, "∝ √T", memory, "dot")]
    data += [line(c, "MiB", legendgroup=c.label) for c in memory]
    hidden = {"yaxis": "y2", "showlegend": False}
    data += [line(c, "ms", legendgroup=c.label, **hidden) for c in time]
    return {
        "data": data,
        "layout": layout(
            hovermode="closest",
            showlegend=bool(data),
            legend=legend(font={"size": 11}),
            annotations=[] if data else [nothing_yet(language)],
            # Plotly drops the lower panel while nothing is in it.
            xaxis=length_axis(lengths, language, not data)
            | {"anchor": "y2" if data else "y"},
            yaxis=cost_axis(MEMORY.to(language), known[0], LABELS)
            | {"domain": PANELS[0] if data else [0.0, 1.0]},
            yaxis2=cost_axis(TIME.to(language), known[1], LABELS)
            | {"domain": PANELS[1], "anchor": "x"},
        ),
    }
