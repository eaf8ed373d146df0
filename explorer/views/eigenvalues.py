"""Eigenvalues of the state Jacobian: at the fixed points, or along a sequence."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from explorer.config import RunConfig
from explorer.dynamics.spectra import state_eigenvalues
from explorer.figures._missing import AT_TIME_T, BLOWN_UP, NO_POINT, with_sentence
from explorer.figures._stability import kinds, pace
from explorer.figures._theme import number
from explorer.figures.eigenvalue_plane import (
    eigenvalues_at_points,
    eigenvalues_over_time,
)
from explorer.texts import Language, Text
from explorer.views._layer import (
    held_words,
    input_choice,
    kept,
    layer_of,
    resting,
)
from explorer.views._view import (
    SHOWN,
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
    spread,
)

WHERE = Choice(
    "where",
    Text(en="where", zh="何处"),
    {
        "points": Text(en="at fixed points", zh="不动点处"),
        "time": Text(en="at time t", zh="t 时刻"),
    },
)
MOST_VALUES = 20
"""How many of a Jacobian's eigenvalues are drawn, the largest."""
MOST_POINTS = 24
WORK = 1.5e7
"""How much S^3 the Jacobians along the sequence may add up to: a fifth of a second."""
MOST_TIMES, LEAST_TIMES = 24, 4


class Spectrum(NamedTuple):
    """Eigenvalues, the largest first: of N Jacobians with S each.

    Attributes:
        values: (N, S), complex.
        times: (N,), the time step of each; None at fixed points.
        kinds: of each fixed point.
    """

    values: np.ndarray
    times: np.ndarray | None
    kinds: list[int]


def _spectrum(scene: Scene, chosen: Mapping[str, str]) -> Spectrum | None:
    """Return what is drawn; None where no Jacobian is finite."""
    if not layer_of(scene, chosen).finite:
        return None
    if WHERE.of(chosen) == "time":
        place = chosen_layer(scene.config, chosen)
        return kept(scene, ("spectrum", place), lambda: _along(scene, chosen))
    found = resting(scene, chosen)
    if found is None:
        return Spectrum(np.zeros((0, 1), complex), None, [])
    size = found.points.shape[1]
    most = np.argsort(-found.visits, kind="stable")[:MOST_POINTS]
    of_each = kinds(found.fixed[most], found.unstable[most], size)
    return Spectrum(found.eigenvalues[most], None, of_each)


def _along(scene: Scene, chosen: Mapping[str, str]) -> Spectrum:
    """Measure dF/ds at some time steps of the sequence that is shown."""
    layer = layer_of(scene, chosen)
    states, inputs = layer.states[:, SHOWN], layer.inputs[:, SHOWN]
    most = int(np.clip(WORK // states.shape[1] ** 3, LEAST_TIMES, MOST_TIMES))
    times = 1 + spread(len(states) - 1, most)  # a Jacobian leads from t - 1 to t
    values = state_eigenvalues(layer.cell, states[times - 1], inputs[times])
    return Spectrum(values, times, [])


@VIEWS.register
class Eigenvalues(View):
    """Which directions grow or fade in one step, and how fast they turn."""

    page = "dynamics"
    order = 31
    title = Text(en="Eigenvalues of one step", zh="单步的特征值")
    caption = Text(
        en="Of the Jacobian ∂sₜ/∂sₜ₋₁. Outside the circle a direction grows, inside it "
        "fades, near it slowly. Dotted: fades to 1/e in that time.",
        zh="雅可比 ∂sₜ/∂sₜ₋₁ 的特征值。圆外的方向增长，圆内的衰减，越靠近圆越慢。"
        "虚线标出衰减到 1/e 所需的步数。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the place, the input that is held there, and layers."""
        return [WHERE, input_choice(config), *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the complex plane."""
        found = _spectrum(scene, chosen)
        if found is None:
            drawn = eigenvalues_at_points([], [], language=language, note="")
            return with_sentence(drawn, BLOWN_UP, language)
        values = found.values[:, :MOST_VALUES]
        note = self._note(scene, found, chosen).to(language)
        if found.times is not None:
            return eigenvalues_over_time(
                values, found.times, language=language, note=note
            )
        drawn = eigenvalues_at_points(
            list(values), found.kinds, language=language, note=note
        )
        if len(values):
            return drawn
        hint = Text(en=NO_POINT.en + AT_TIME_T.en, zh=NO_POINT.zh + AT_TIME_T.zh)
        return with_sentence(drawn, hint, language)

    def _note(self, scene: Scene, found: Spectrum, chosen: Mapping[str, str]) -> Text:
        if not len(found.values):
            return held_words(scene.config, chosen)
        if found.times is None:
            few = Text(en="{held}, {count} points", zh="{held}，{count} 个点").format(
                held=held_words(scene.config, chosen), count=len(found.values)
            )
        else:
            few = Text(
                en="{count} of {length} time steps", zh="{length} 步中的 {count} 步"
            )
            few = few.format(count=len(found.times), length=scene.config.seq_len)
        size = found.values.shape[1]
        if size <= MOST_VALUES:
            return few
        return Text(
            en="{few}; {most} largest of {size}",
            zh="{few}；{size} 个中最大的 {most} 个",
        ).format(few=few, most=MOST_VALUES, size=size)

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the largest eigenvalue and how fast it grows or fades."""
        found = _spectrum(scene, chosen)
        if found is None or not len(found.values):
            return Text(
                en="0 Jacobians that could be measured.", zh="可测的雅可比矩阵为 0 个。"
            )
        moduli = np.abs(found.values)
        largest = float(moduli.max())
        return Text(
            en="{count} Jacobians with {size} eigenvalues each; the largest |λ| is "
            "{largest} ({pace}); {outside} lie outside the unit circle.",
            zh="{count} 个雅可比矩阵，各有 {size} 个特征值；最大 |λ| 为 {largest}"
            "（{pace}）；{outside} 个在单位圆外。",
        ).format(
            count=len(moduli),
            size=moduli.shape[1],
            largest=number(largest),
            pace=pace(largest),
            outside=int((moduli > 1).sum()),
        )
