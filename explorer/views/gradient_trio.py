"""RNN, LSTM and GRU on the same sequences: |dL/dh_t| of each on one log axis."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.figures._theme import number
from explorer.figures.gradient_profile import gradient_profile
from explorer.initialisations import INITIALISATIONS
from explorer.probes.gradients import state_gradient_norms
from explorer.texts import Language, Text
from explorer.views._view import (
    VIEWS,
    Choice,
    Scene,
    Size,
    View,
    chosen_layer,
    layer_choice,
)

CELL_NAMES = ("rnn", "lstm", "gru")
LABEL = Text(en="{cell}, {init}, {state}", zh="{cell}，{init}，{state}")
UNTRAINED = Text(en="untrained", zh="未训练")
AT_STEP = Text(en="step {step}", zh="第 {step} 步")
NOT_FINITE = Text(en="step {step}: not finite", zh="第 {step} 步：数值非有限")


def with_cell(config: RunConfig, cell: str) -> RunConfig:
    """Return the same run with another cell.

    An initialisation or activation that the cell does not have is replaced by the one
    that a run with it has where nothing is said.
    """
    settings = config.model_dump() | {"cell": cell}
    if config.init not in CELLS[cell].initialisations:
        del settings["init"], settings["init_value"]
    if config.activation not in CELLS[cell].activations:
        del settings["activation"]
    return RunConfig(**settings)


def trio(config: RunConfig) -> dict[str, RunConfig]:
    """Return RNN, LSTM and GRU by name, and the run's own cell if it is another."""
    names = CELL_NAMES if config.cell in CELL_NAMES else (*CELL_NAMES, config.cell)
    return {name: with_cell(config, name) for name in names}


@VIEWS.register
class GradientTrio(View):
    """One line a cell; nothing differs between the runs but the cell."""

    page = "gradients"
    size: ClassVar[Size] = "wide"
    order = 20
    title = Text(en="Three cells, one gradient", zh="三种循环单元，同一把尺")
    caption = Text(
        en="The same sequences, seed and settings; each network at its last record up "
        "to the step shown. Flat: early inputs count.",
        zh="序列、种子和设置都相同；各取不晚于所示训练步的最近记录。"
        "越平，早先的输入越起作用。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the layers."""
        return layer_choice(config)

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the lines on one log axis."""
        layer = chosen_layer(scene.config, chosen)
        lines = {
            _label(other).to(language): state_gradient_norms(other.trace)["h"][layer]
            for other in self._scenes(scene)
        }
        return gradient_profile(lines, language=language)

    def _scenes(self, scene: Scene) -> list[Scene]:
        return scene.once(
            "trio", lambda: [scene.of(other) for other in trio(scene.config).values()]
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return each gradient at both ends of the sequence."""
        layer = chosen_layer(scene.config, chosen)
        told = []
        for other in self._scenes(scene):
            norms = state_gradient_norms(other.trace)["h"][layer]
            told.append(
                Text(
                    en="{label}: {first} at the first time step, {last} at the last",
                    zh="{label}：第一个时间步 {first}，最后一个 {last}",
                ).format(
                    label=_label(other), first=number(norms[0]), last=number(norms[-1])
                )
            )
        return Text(
            en="; ".join(text.en for text in told) + ".",
            zh="；".join(text.zh for text in told) + "。",
        )


def _label(scene: Scene) -> Text:
    config = scene.config
    state = AT_STEP if scene.step else UNTRAINED
    if not np.isfinite(scene.trace.gradients["h"]).any():
        state = NOT_FINITE
    state = state.format(step=scene.step)
    init = _short(INITIALISATIONS[config.init].title)
    return LABEL.format(cell=_short(CELLS[config.cell].title), init=init, state=state)


def _short(title: Text) -> Text:
    """Return a title without what explains it in brackets."""
    return Text(en=title.en.split(" (")[0], zh=title.zh.split("（")[0])
