"""The text that was read, each character or word in the colour of one unit's value."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.config import RunConfig
from explorer.figures._theme import number
from explorer.figures.coloured_text import coloured_text
from explorer.tasks import TASKS
from explorer.texts import Language, Text
from explorer.views._units import chosen_unit, unit_choice
from explorer.views._view import (
    SHOWN,
    VIEWS,
    Choice,
    Scene,
    View,
    brings,
    chosen_layer,
    layer_choice,
)


def _values(scene: Scene, chosen: Mapping[str, str]) -> tuple[int, np.ndarray]:
    """Return a unit and its value at each time step of the shown sequence, (time,)."""
    layer = chosen_layer(scene.config, chosen)
    unit = chosen_unit(scene, chosen, layer)
    return unit, scene.trace.states["h"][layer, :, SHOWN, unit]


def _words(scene: Scene, language: Language) -> list[str]:
    names = [name.to(language) for name in scene.task.input_names]
    return [names[i] for i in scene.trace.inputs[:, SHOWN].argmax(axis=1).tolist()]


@VIEWS.register
class ColouredText(View):
    """One unit's value laid over what it read."""

    page = "trajectories"
    drawing = "text"
    order = 25
    title = Text(en="What one unit reads", zh="一个隐藏单元读到了什么")
    caption = Text(
        en="What was read, in the colour of the unit's h just after it. Look for units "
        "that turn at a sign and stay so. A click moves to that time step.",
        zh="读入的文字，底色为读完后该单元的 h。留意遇到某个符号就翻转并保持的单元。"
        "点一处即跳到该时间步。",
    )

    def applies(self, config: RunConfig) -> bool:
        """Return whether what is read is a text."""
        task = TASKS[config.task]
        text = brings(config, "readings") or task.family == "grammar"
        return task.input_kind == "symbols" and text

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the units that vary most, and the layers."""
        return [*unit_choice(config), *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the words with their values."""
        unit, values = _values(scene, chosen)
        words = _words(scene, language)
        return coloured_text(words, values, unit=unit, language=language)

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return at which words the unit was highest and lowest."""
        unit, values = _values(scene, chosen)
        known = np.where(np.isfinite(values), values, 0.0)
        high, low = int(known.argmax()), int(known.argmin())
        words = scene.task.input_names
        read = scene.trace.inputs[:, SHOWN].argmax(axis=1)
        return Text(
            en="Unit {unit} over {count} words: highest, {most}, after “{top}” at "
            "t = {high}; lowest, {least}, after “{foot}” at t = {low}.",
            zh="单元 {unit}，共 {count} 个词："
            "最高 {most}，在 t = {high} 读到“{top}”之后；"
            "最低 {least}，在 t = {low} 读到“{foot}”之后。",
        ).format(
            unit=unit,
            count=len(values),
            most=number(known[high]),
            least=number(known[low]),
            high=high,
            low=low,
            top=words[read[high]],
            foot=words[read[low]],
        )
