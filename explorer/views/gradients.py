"""The gradient on its way back: |dL/dh_t| over the time steps of the sequence."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.figures._theme import number
from explorer.figures.gradient_profile import gradient_profile
from explorer.probes.gradients import state_gradient_norms
from explorer.tasks import IGNORE
from explorer.texts import Language, Text
from explorer.views._view import VIEWS, Scene, View

SUBSCRIPT_T = "ₜ"
MOST_NAMED = 2
"""How many states the axis can name; more are any state s."""
ROUNDING = 1e-12
"""The part of the largest gradient below which another is nothing but rounding."""


def _that_matter(norms: dict[str, np.ndarray]) -> list[str]:
    """Return "h" and the other states that the loss depends on by more than rounding.

    Some cells keep a state that only scales others and cancels out, such as the
    sLSTM's stabiliser.

    Args:
        norms: state's name -> (layer, time).
    """
    largest = max(np.nanmax(norm, initial=0.0) for norm in norms.values())
    floor = ROUNDING * largest
    return [n for n in norms if n == "h" or not norms[n].max() <= floor]


@VIEWS.register
class Gradients(View):
    """The gradient's norm at every time step, in float64, on a log axis."""

    order = 2
    title = Text(en="Gradient through time", zh="梯度沿时间的传播")
    caption = Text(
        en="A line that falls to the left: the loss's gradient vanishes on its way "
        "back (mean of {count} sequences).",
        zh="线越往左越低，说明损失的梯度在反向传播的途中消失（{count} 个序列的平均）。",
    )
    every_step = Text(
        en="Asked at every step: each answer adds to the gradient on its way back, "
        "to the left (mean of {count} sequences).",
        zh="每一步都要回答，每个回答都给向左反传的梯度添上一份"
        "（{count} 个序列的平均）。",
    )
    some_steps = Text(
        en="Asked at some steps: each answer adds to the gradient on its way back, "
        "to the left (mean of {count} sequences).",
        zh="有些步要回答，每个回答都给向左反传的梯度添上一份（{count} 个序列的平均）。",
    )

    def how_to_read(self, scene: Scene) -> Text:
        """Return the caption: only a loss at the end shows how its gradient fades."""
        caption = self.caption
        if scene.task.answer_kind not in ("class", "value"):
            some = bool((scene.trace.targets == IGNORE).any())
            caption = self.some_steps if some else self.every_step
        return caption.format(count=len(scene.trace.losses))

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return a line for each state and layer that the loss depends on."""
        norms = state_gradient_norms(scene.trace)
        names = _that_matter(norms)
        lines = {
            self._label(name, layer, scene, language): line
            for name in names
            for layer, line in enumerate(norms[name])
        }
        shown = names if len(names) <= MOST_NAMED else ["s"]
        quantity = ", ".join(f"|∂L/∂{name}{SUBSCRIPT_T}|" for name in shown)
        return gradient_profile(lines, language=language, quantity=quantity)

    def _label(self, name: str, layer: int, scene: Scene, language: Language) -> str:
        state = f"{name}{SUBSCRIPT_T}"
        if scene.config.num_layers == 1:
            return state
        return (
            Text(en="{s} layer {n}", zh="{s} 第 {n} 层")
            .format(s=state, n=layer + 1)
            .to(language)
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the gradient at both ends of the sequence."""
        norms = state_gradient_norms(scene.trace)["h"][-1]
        return Text(
            en="Gradient norm of the top layer's h: {first} at the first time "
            "step, {last} at the last.",
            zh="顶层 h 的梯度范数：第一个时间步 {first}，最后一个 {last}。",
        ).format(first=number(norms[0]), last=number(norms[-1]))
