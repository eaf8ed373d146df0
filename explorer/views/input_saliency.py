"""Which input mattered: the loss's derivative by each input of one sequence."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.batches import traced_batch
from explorer.config import RunConfig
from explorer.figures._theme import number
from explorer.figures.input_saliency import input_saliency
from explorer.probes.gradients import input_gradients
from explorer.texts import Language, Text
from explorer.views._kept import Kept
from explorer.views._view import SHOWN, VIEWS, Choice, Scene, View

SCALE = Choice(
    "scale",
    Text(en="scale", zh="刻度"),
    {"linear": Text(en="linear", zh="线性"), "log": Text(en="log", zh="对数")},
)
MOST_MARKS = 0.25
"""The share of time steps above which marks would mark everything."""
_FOUND: Kept[np.ndarray] = Kept(32)


def _gradient(scene: Scene) -> np.ndarray:
    """Return dL/dx_t of the sequence that is shown, (time, input)."""

    def compute() -> np.ndarray:
        weights = dict(scene.weights)
        batch = traced_batch(scene.config)
        return input_gradients(scene.config, weights, batch)[:, SHOWN].copy()

    return _FOUND.get((scene.config.key, scene.step), compute)


def message_times(scene: Scene) -> list[int]:
    """Return where what must be remembered is read, as far as the task tells."""
    task, inputs = scene.task, scene.trace.inputs[:, SHOWN]
    if task.input_kind == "symbols":
        symbols = task.message_symbols or []
        at = np.isin(inputs.argmax(axis=1), symbols) & inputs.any(axis=1)
    else:
        # A channel of marks: mostly 0, and 1 where the others are to be noted.
        channels = [c for c in inputs.T if set(np.unique(c)) == {0.0, 1.0}]
        at = np.any(channels, axis=0) if channels else np.zeros(len(inputs), bool)
    few = at.sum() <= max(1, MOST_MARKS * len(at))
    return np.flatnonzero(at).tolist() if few else []


@VIEWS.register
class InputSaliency(View):
    """The input of one sequence above the size of its gradient."""

    page = "gradients"
    order = 24
    title = Text(en="Which input mattered", zh="哪个输入起了作用")
    caption = Text(
        en="Above: what it reads. Below: how much the loss would change with each "
        "input. A trained network looks at the message.",
        zh="上：网络读入的内容。下：每个输入变一点，损失会变多少。"
        "训练好的网络盯着要记住的信息。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer a linear and a log scale."""
        return [SCALE]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return both panels."""
        task = scene.task
        return input_saliency(
            scene.trace.inputs[:, SHOWN],
            _gradient(scene),
            input_names=[name.to(language) for name in task.input_names],
            input_kind=task.input_kind,
            log=SCALE.of(chosen) == "log",
            language=language,
            highlight=task.message_symbols,
            message=message_times(scene),
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the input whose gradient is largest."""
        sizes = np.abs(_gradient(scene))
        if not np.isfinite(sizes).all():
            return Text(
                en="The gradient of {count} time steps is not finite.",
                zh="{count} 个时间步的梯度数值非有限。",
            ).format(count=(~np.isfinite(sizes)).any(axis=1).sum())
        t, channel = np.unravel_index(sizes.argmax(), sizes.shape)
        return Text(
            en="Largest derivative of the loss: {value}, by “{name}” at t = {t} of "
            "{length} time steps.",
            zh="损失的最大导数：{value}，对“{name}”，t = {t}（共 {length} 个时间步）。",
        ).format(
            value=number(sizes[t, channel]),
            name=scene.task.input_names[int(channel)],
            t=int(t),
            length=len(sizes),
        )
