"""A span of time steps, and where else the same units are active (LSTMVis's idea)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.config import RunConfig
from explorer.figures._missing import BLOWN_UP, with_sentence
from explorer.figures._span_rows import Row
from explorer.figures._theme import number
from explorer.figures.span_matches import span_matches
from explorer.probes.spans import Matches, alike, busiest
from explorer.texts import Language, Text
from explorer.views._view import (
    SHOWN,
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
)

DRAWN = "drawn"
MATCHES = 6
Spot = tuple[int, int, float | None]
"""A sequence, the first time step of a span in it, and how alike that is."""
SPAN = Choice(
    "span",
    Text(en="span of time", zh="时间区间"),
    {
        "jump": Text(en="largest change", zh="变化最大处"),
        "early": Text(en="early", zh="前段"),
        "late": Text(en="late", zh="后段"),
        DRAWN: Text(en="drawn", zh="自选"),
    },
)
COMPARED = Text(
    en="{few} of {all} units beyond ±{level} all the while",
    zh="{all} 个单元中有 {few} 个始终超出 ±{level}",
)
TOO_LONG = Text(
    en="no unit is active all the while: take a shorter span",
    zh="没有始终活跃的单元：请选更短的区间",
)


def _span(scene: Scene, chosen: Mapping[str, str], layer: int) -> tuple[int, int]:
    """Return the first and last time step that the reader chose."""
    length = scene.config.seq_len
    drawn = _drawn(chosen.get(DRAWN, ""), length)
    which, short = SPAN.of(chosen), min(max(length // 20, 3), 10)
    if which == DRAWN and drawn:
        return drawn
    if which in ("early", "late"):
        middle = length // 4 if which == "early" else 3 * length // 4
        return middle - short // 2, middle - short // 2 + short - 1
    hidden = scene.trace.states["h"][layer, :, SHOWN]
    first = busiest(hidden, short)
    return first, first + short - 1


def _drawn(text: str, length: int) -> tuple[int, int] | None:
    """Return the ends of a span such as "12-20" within a sequence; None if it's none.

    It comes from a browser, so it may be anything.
    """
    parts = text.split("-")
    if len(parts) != 2 or any(not p.isdecimal() or len(p) > 6 for p in parts):
        return None
    first, last = int(parts[0]), min(int(parts[1]), length - 1)
    return (first, last) if first <= last else None


def _found(
    scene: Scene, chosen: Mapping[str, str]
) -> tuple[tuple[int, int], int, Matches]:
    """Return the span, the layer's units and what the span is like."""
    layer = chosen_layer(scene.config, chosen)
    span = _span(scene, chosen, layer)
    hidden = scene.trace.states["h"][layer]
    found = scene.once(
        ("alike", layer, span), lambda: alike(hidden, SHOWN, *span, count=MATCHES)
    )
    return span, hidden.shape[-1], found


@VIEWS.register
class SpanMatch(View):
    """The spans whose active units are most like those of the span chosen."""

    page = "trajectories"
    size = "tall"
    order = 23
    title = Text(en="Where else is it like this?", zh="还有哪里与此相似？")
    caption = Text(
        en="Drag over the input to choose a span. Below: where the same units are "
        "active (Jaccard index), with what was read there.",
        zh="在输入上拖动以选定区间。下方是同一批单元也活跃的地方"
        "（Jaccard 指数），以及当时读入的内容。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer some spans, the one drawn by hand, and the layers."""
        return [SPAN, *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the input with the span above the matches."""
        (first, last), units, found = _found(scene, chosen)
        length = last - first + 1
        before = min(max(length // 2, 2), 20)
        spots: list[Spot] = [(SHOWN, first, None)]
        spots += [(m.sequence, m.start, m.likeness) for m in found.best]
        task, trace = scene.task, scene.trace
        figure = span_matches(
            trace.inputs[:, SHOWN],
            [_row(scene, found, spot, before, length) for spot in spots],
            span=(first, last),
            before=before,
            input_names=[name.to(language) for name in task.input_names],
            input_kind=task.input_kind,
            language=language,
            highlight=task.message_symbols,
            note=_note(found, units).to(language),
        )
        lost = not np.isfinite(trace.states["h"]).any()
        return with_sentence(figure, BLOWN_UP, language) if lost else figure

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the span, how many units are active, and the best match."""
        (first, last), units, found = _found(scene, chosen)
        told = Text(
            en="Time steps {first} to {last}: {few} of {all} units are active "
            "throughout. {matches} spans are like it",
            zh="时间步 {first} 到 {last}：{all} 个单元中有 {few} 个始终活跃。"
            "有 {matches} 个相似的区间",
        ).format(
            first=first,
            last=last,
            few=len(found.units),
            all=units,
            matches=len(found.best),
        )
        if not found.best:
            return Text(en=f"{told.en}.", zh=f"{told.zh}。")
        best = found.best[0]
        return Text(
            en="{told}; the best is in sequence {sequence} from t = {start} on, with a "
            "Jaccard index of {likeness:.2f}.",
            zh="{told}；最相似的在序列 {sequence} 中，从 t = {start} 起，"
            "Jaccard 指数为 {likeness:.2f}。",
        ).format(
            told=told,
            sequence=best.sequence + 1,
            start=best.start,
            likeness=best.likeness,
        )


def _note(found: Matches, units: int) -> Text:
    """Return what was compared in words."""
    few = len(found.units)
    if not few:
        return TOO_LONG
    return COMPARED.format(few=few, all=units, level=number(found.threshold))


def _row(
    scene: Scene,
    found: Matches,
    spot: Spot,
    before: int,
    length: int,
) -> Row:
    """Return a span with as much before and after it as before the one chosen."""
    sequence, start, likeness = spot
    at = np.arange(start - before, start + length + before)
    inside = (at >= 0) & (at < scene.config.seq_len)
    inputs = np.full((len(at), scene.trace.inputs.shape[2]), np.nan)
    inputs[inside] = scene.trace.inputs[at[inside], sequence]
    agreement = np.full(len(at), np.nan)
    agreement[inside] = found.agreement[at[inside], sequence]
    return Row(sequence, start, likeness, inputs, agreement)
