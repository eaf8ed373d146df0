"""Clipping at work: the gradient's norm over training, and what is left of each."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._log_axis import log_axis, log_range
from explorer.figures._theme import (
    BLUE,
    GREEN,
    TRAINING_STEP,
    VERMILLION,
    Figure,
    axis,
    finite_values,
    header,
    layout,
    number,
    rounded,
    swatch,
    thinned,
)
from explorer.texts import Language, Text

Array = NDArray[np.float64]
PANELS = ((0.5, 1.0), (0.0, 0.36))
NORM = Text(en="gradient norm ‖g‖ (log)", zh="梯度范数 ‖g‖（对数）")
BOUND = Text(en="clip at c = {c}", zh="裁剪于 c = {c}")
OFF = Text(en="no clipping", zh="不裁剪")
SCALE = Text(en="min(1, c/‖g‖)", zh="min(1, c/‖g‖)")
WHOLE = Text(en="all taken whole", zh="全部原样使用")
SHARE = Text(
    en="{clipped} of {all} clipped ({share:.0%})",
    zh="{all} 个中裁剪 {clipped} 个（{share:.0%}）",
)
NOTHING = Text(en="nothing recorded yet", zh="尚无记录")


def clipping(
    steps: ArrayLike,
    norms: ArrayLike,
    *,
    clip_norm: float | None,
    total_steps: int,
    shown_step: int,
    language: Language,
) -> Figure:
    """Draw the norms above the share of each that is left.

    Args:
        steps: recorded training steps, ascending, (N,).
        norms: the gradient's norm at each, before clipping, (N,).
        clip_norm: to what longer gradients are shortened; None if to nothing.
        total_steps: steps of the whole run; the axis spans all of them.
        shown_step: the training step that the other pictures show; it is marked.
        language: "en" or "zh".
    """
    at, values = np.asarray(steps), np.asarray(norms, dtype=np.float64)
    scale = scales(values, clip_norm)
    end = max(int(total_steps), 1)
    keep = thinned(len(at))
    data = [
        _bound(clip_norm, end),
        _curve(at[keep], np.where(values > 0, values, np.nan)[keep], BLUE, "y"),
        _curve(at[keep], scale[keep], GREEN, "y2"),
        *_marks(at, values, scale, shown_step),
    ]
    known = finite_values([values, [] if clip_norm is None else [clip_norm]])
    return {
        "data": data,
        "layout": layout(
            hovermode="x unified",
            hoversubplots="axis",
            annotations=_words(values, clip_norm, language),
            xaxis=axis(TRAINING_STEP.to(language), range=[0, end], anchor="y2"),
            yaxis=log_axis(log_range(known[known > 0], least=1.0, snap=0.5), most=5)
            | {"domain": PANELS[0]},
            yaxis2=axis(
                domain=PANELS[1], anchor="x", range=[0, 1.06], tickvals=[0, 0.5, 1]
            ),
        ),
    }


def scales(norms: ArrayLike, clip_norm: float | None) -> Array:
    """Return what each gradient is multiplied by, min(1, c / norm), NaN for NaN."""
    values = np.asarray(norms, dtype=np.float64)
    if clip_norm is None:
        return np.where(np.isfinite(values), 1.0, np.nan)
    longest = np.maximum(values, clip_norm)
    return np.where(np.isfinite(values), clip_norm / longest, np.nan)


def _bound(clip_norm: float | None, end: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0, end],
        "y": [clip_norm] * 2,
        "line": {"color": VERMILLION, "width": 1.5, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _curve(
    at: NDArray[np.int_], values: Array, colour: str, place: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines" if len(at) > 2 else "lines+markers",
        "x": at.tolist(),
        "y": rounded(values),
        "yaxis": place,
        "line": {"color": colour, "width": 1.8},
        "marker": {"color": colour, "size": 6},
        "name": "‖g‖" if place == "y" else "min(1, c/‖g‖)",
        "hovertemplate": "%{y:.3g}",
    }


def _marks(
    at: NDArray[np.int_], values: Array, scale: Array, step: int
) -> list[dict[str, Any]]:
    if not len(at):
        return []
    nearest = int(np.abs(at - step).argmin())
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [int(at[nearest])],
            "y": rounded(max(y[nearest], 0.0) or np.nan),
            "yaxis": place,
            "marker": {
                "color": colour,
                "size": 9,
                "line": {"width": 2, "color": "#fff"},
            },
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
        for y, colour, place in ((values, BLUE, "y"), (scale, GREEN, "y2"))
    ]


def _words(
    values: Array, clip_norm: float | None, language: Language
) -> list[dict[str, Any]]:
    bound = OFF if clip_norm is None else BOUND.format(c=number(clip_norm))
    line = swatch(VERMILLION, "- -") if clip_norm is not None else ""
    known = values[np.isfinite(values)]
    if not known.size:
        told = NOTHING
    elif clip_norm is None:
        told = WHOLE
    else:
        clipped = int((known > clip_norm).sum())
        told = SHARE.format(clipped=clipped, all=len(known), share=clipped / len(known))
    top, foot = PANELS[0][1], PANELS[1][1]
    return [
        header(NORM.to(language), top),
        header(f"{line} {bound.to(language)}".strip(), top, "right"),
        header(SCALE.to(language), foot),
        header(told.to(language), foot, "right"),
    ]
