"""Training loss and held-out metric over training steps, each beside guessing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.figures._changes import Changed, change_marks, change_words
from explorer.figures._log_axis import log_axis, log_range
from explorer.figures._rivals import (
    Line,
    Rival,
    beneath,
    drawn,
    rival_lines,
    rival_words,
)
from explorer.figures._theme import (
    BLUE,
    COLON,
    GREEN,
    GREY,
    TRAINING_STEP,
    Figure,
    axis,
    breadth,
    finite_values,
    header,
    layout,
    number,
    rounded,
    swatch,
    thinned,
)
from explorer.texts import Language, Text

LOSS = Text(en="training loss", zh="训练损失")
LOG = Text(en=" (log)", zh="（对数）")  # short: a baseline stands beside it
HEADER = 204  # px for title and baseline, side by side on the narrowest card
PANELS = ((0.58, 1.0), (0.0, 0.42))


def loss_curves(
    steps: ArrayLike,
    loss: ArrayLike,
    metric: ArrayLike,
    *,
    loss_baseline: float | None,
    metric_baseline: float | None,
    baseline_label: str,
    metric_label: str,
    total_steps: int,
    shown_step: int | None,
    language: Language,
    rivals: Sequence[Rival] = (),
    changes: Sequence[Changed] = (),
) -> Figure:
    """Draw the loss above the metric over one shared axis of training steps.

    Args:
        steps: Recorded training steps, ascending, shape (N,), N >= 1.
        loss: Training loss at each step, (N,); drawn on a log scale if positive.
        metric: The task's metric on held-out sequences at each step, (N,).
        loss_baseline: Loss of the best constant guess, or None.
        metric_baseline: Metric of the best constant guess, or None.
        baseline_label: How the two baselines guess, in the page's language.
        metric_label: Name of the metric, in the page's language.
        total_steps: Steps of the whole run; the axis always spans all of them.
        shown_step: Step whose weights the other figures show; marked on both curves.
        language: "en" or "zh".
        rivals: (name, loss, metric) of others, the name in the page's language, loss
            and metric None where they have none; the first three are drawn.
        changes: (step, words) of what was changed in mid-run, in the page's language.
    """
    at = np.asarray(steps, dtype=np.int64)
    end = max(int(total_steps), int(at.max(initial=1)), 1)
    names = (LOSS.to(language), metric_label)
    curves = (np.asarray(loss, dtype=float), np.asarray(metric, dtype=float))
    baselines = (loss_baseline, metric_baseline)
    data: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    scales: list[dict[str, Any]] = []
    log_name = f"{names[0]}{LOG.to(language)}"
    label = f"{baseline_label}{COLON.to(language)}"
    crowded = _crowded((log_name, metric_label), baselines, label)
    for panel, colour in enumerate((BLUE, GREEN)):
        base, name, curve = baselines[panel], names[panel], curves[panel]
        known = finite_values([curve, [] if base is None else [base]])
        log = panel == 0 and bool(known.size) and bool(known.min() > 0)
        others = drawn(rivals, panel, positive=log)
        scales.append(_scale(np.append(known, [*others.values()]), log))
        where = {"type": "scatter", "xaxis": "x", "yaxis": "y2" if panel else "y"}
        data += rival_lines(others, end, where)
        data += _panel_traces(at, curve, base, shown_step, end, name, colour, where)
        title = log_name if log else name
        told = _told(base, "" if crowded else label)
        annotations += _headers(title, told, PANELS[panel][1])
    words = rival_words(rivals, language, baseline_label if crowded else "")
    words += change_words(changes, language)
    made = _layout(scales, end, annotations, words, language)
    return {"data": data, "layout": made | change_marks(changes, PANELS)}


def _crowded(
    titles: Sequence[str], baselines: Sequence[float | None], label: str
) -> bool:
    """Return whether a title and its baseline do not fit side by side."""
    told = (t + _told(b, label) for t, b in zip(titles, baselines, strict=True))
    return any(breadth(text) > HEADER for text in told)


def _layout(
    scales: list[dict[str, Any]],
    end: int,
    annotations: list[dict[str, Any]],
    words: list[Line],
    language: Language,
) -> dict[str, Any]:
    title = TRAINING_STEP.to(language)
    return layout(
        hovermode="x unified",
        hoversubplots="axis",
        xaxis=axis("" if words else title, range=[0, end], anchor="y2"),
        **beneath(words, title, annotations),
        yaxis=scales[0] | {"domain": PANELS[0]},
        yaxis2=scales[1] | {"domain": PANELS[1], "anchor": "x"},
    )


def _scale(known: NDArray[np.float64], log: bool) -> dict[str, Any]:
    if log:
        return log_axis(log_range(known, least=0.5, snap=0.25), most=4)
    positive = bool(known.size) and bool(known.min() >= 0)
    return axis(rangemode="tozero" if positive else "normal", nticks=4)


def _panel_traces(
    steps: NDArray[np.int64],
    curve: NDArray[np.float64],
    baseline: float | None,
    shown_step: int | None,
    end: int,
    name: str,
    colour: str,
    where: dict[str, Any],
) -> list[dict[str, Any]]:
    keep = thinned(len(steps))
    line = where | {
        "name": name,
        "mode": "lines",
        "x": steps[keep].tolist(),
        "y": rounded(curve[keep]),
        "line": {"color": colour, "width": 2},
        "hovertemplate": "%{y}",
        "meta": {"live": "metric" if where["yaxis"] == "y2" else "loss"},
    }
    mark: dict[str, Any] = where | {
        "mode": "markers",
        "cliponaxis": False,
        "hoverinfo": "skip",
        "x": [],
        "y": [],
        "marker": {"color": colour, "size": 9, "line": {"width": 2, "color": "#fff"}},
    }
    if shown_step is not None and len(steps):
        nearest = int(np.abs(steps - shown_step).argmin())
        mark |= {"x": [int(steps[nearest])], "y": rounded(curve[nearest])}
    guess = where | {
        "mode": "lines",
        "hoverinfo": "skip",
        "x": [0, end],
        "y": rounded([np.nan if baseline is None else baseline] * 2),
        "line": {"color": GREY, "width": 1.5, "dash": "dash"},
    }
    return [guess, line, mark]


def _told(baseline: float | None, label: str) -> str:
    """Return what stands beside a title, its first three letters the look of a line."""
    if baseline is None or not np.isfinite(baseline):
        return ""
    return f"- - {label}{number(baseline)}"


def _headers(title: str, told: str, top: float) -> list[dict[str, Any]]:
    if not told:
        return [header(title, top)]
    words = swatch(GREY, told[:3]) + told[3:]
    return [header(title, top), header(words, top, "right")]
