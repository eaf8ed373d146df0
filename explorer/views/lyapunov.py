"""The Lyapunov spectrum of the trained layer, driven by the task's own inputs."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from explorer.config import RunConfig
from explorer.dynamics.lyapunov import lyapunov_spectrum, mean_log_determinant
from explorer.figures._missing import BLOWN_UP, with_sentence
from explorer.figures._stability import pace
from explorer.figures._theme import number
from explorer.figures.exponent_spectrum import exponent_spectrum
from explorer.texts import Language, Text
from explorer.views._layer import kept, layer_of
from explorer.views._view import (
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
)

ENTRIES = 1_000_000
"""How many entries the Jacobians have: they are followed in a tenth of a second."""
MOST_STEPS, LEAST_STEPS = 240, 12
TRANSIENT = 5
"""One part in so many of the steps goes by before growth counts."""
FLAT = Text(
    en="{count} directions are forgotten in one step (−∞)",
    zh="{count} 个方向一步即被忘掉（−∞）",
)


class Growth(NamedTuple):
    """The spectrum over some steps, and the mean of log |det J| over the same."""

    exponents: np.ndarray
    volume: float
    steps: int


def _growth(scene: Scene, chosen: Mapping[str, str]) -> Growth | None:
    """Return the spectrum; None where the run blew up."""
    name = ("lyapunov", chosen_layer(scene.config, chosen))
    return kept(scene, name, lambda: _measured(scene, chosen))


def _measured(scene: Scene, chosen: Mapping[str, str]) -> Growth | None:
    layer = layer_of(scene, chosen)
    if not layer.finite:
        return None
    one_by_one = layer.inputs.transpose(1, 0, 2).reshape(-1, layer.inputs.shape[-1])
    size = layer.states.shape[-1]
    most = int(np.clip(ENTRIES // size**2, LEAST_STEPS, MOST_STEPS))
    inputs = one_by_one[:most]
    transient = len(inputs) // TRANSIENT
    found = lyapunov_spectrum(layer.cell, inputs, transient=transient)
    volume = mean_log_determinant(layer.cell, inputs, transient)
    if np.isnan(found.exponents).any():
        return None
    return Growth(found.exponents, volume, len(inputs) - transient)


def _words(growth: Growth) -> list[Text]:
    """Say what the largest exponent and the sum of all mean."""
    largest = float(growth.exponents[0])
    first = Text(en="largest {largest}: {pace}", zh="最大 {largest}：{pace}").format(
        largest=number(largest), pace=pace(float(np.exp(largest)))
    )
    flat = int(np.isneginf(growth.exponents).sum())
    if flat:
        return [first, FLAT.format(count=flat)]
    total = Text(
        en="sum {total}, mean log|det J| {volume}",
        zh="总和 {total}，log|det J| 的平均 {volume}",
    ).format(total=number(growth.exponents.sum()), volume=number(growth.volume))
    return [first, total]


@VIEWS.register
class LyapunovSpectrum(View):
    """How fast neighbouring states part, direction by direction."""

    page = "dynamics"
    order = 32
    title = Text(en="Lyapunov spectrum", zh="李雅普诺夫谱")
    caption = Text(
        en="Neighbouring states under the task's inputs: below 0 they come together "
        "(forgotten), near 0 are kept, above 0 is chaos.",
        zh="任务输入驱动下的相邻状态：小于 0 则相互靠拢，遗忘过去；接近 0 则保持；"
        "大于 0 即混沌。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the layers."""
        return layer_choice(config)

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the bars."""
        growth = _growth(scene, chosen)
        if growth is None:
            drawn = exponent_spectrum(np.array([np.nan]), language=language, words="")
            return with_sentence(drawn, BLOWN_UP, language)
        words = "<br>".join(text.to(language) for text in _words(growth))
        return exponent_spectrum(growth.exponents, language=language, words=words)

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the largest exponent, the sum, and over how many steps."""
        growth = _growth(scene, chosen)
        if growth is None:
            return Text(en="0 exponents: the run blew up.", zh="0 个指数：运行已发散。")
        first, second = _words(growth)
        return Text(
            en="{size} exponents over {steps} time steps, in nats per time step: "
            "{first}; {second}.",
            zh="{steps} 个时间步上的 {size} 个指数，单位奈特/时间步：{first}；"
            "{second}。",
        ).format(
            size=len(growth.exponents), steps=growth.steps, first=first, second=second
        )
