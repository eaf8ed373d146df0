"""RNN, LSTM and GRU on the same sequences: |dL/dh_t| of each on one log axis.

They are compared at one training step: a trained cell beside an untrained one would
tell of the training, not of the cell.
"""

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
TRAIN = {
    3: Text(en="Train all three", zh="三个一起训练"),
    4: Text(en="Train all four", zh="四个一起训练"),
}
BY_MEMORY = Text(en="{cell}, by c", zh="{cell}，对 c")
TOGETHER = Text(
    en="The same sequences, seed and settings, all at the step shown.",
    zh="序列、种子和设置都相同，都取所示的训练步。",
)
COMMON = Text(
    en="The same sequences, seed and settings, all at step {step}, the last that all "
    "have reached.",
    zh="序列、种子和设置都相同，都取第 {step} 步：各网络都到达的最后一步。",
)
BEGINNINGS = Text(
    en="The same sequences, seed and settings, all before training; press {press}.",
    zh="序列、种子和设置都相同，都在训练之前；请按“{press}”。",
)
READING = Text(
    en="{where} Flat: early inputs count. Dashed: by c, an LSTM’s memory.",
    zh="{where}越平，早先的输入越起作用。虚线：对 LSTM 的记忆 c。",
)
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
    caption = READING.format(where=TOGETHER)

    def how_to_read(self, scene: Scene) -> Text:
        """Return the caption, with the step at which the cells are compared."""
        others = self._scenes(scene)
        step = others[0].step
        untrained = len(scene.weight_steps) == 1
        if step == 0 and (scene.step or untrained):
            where = BEGINNINGS.format(press=TRAIN[len(others)])
        elif step < scene.step:
            where = COMMON.format(step=step)
        else:
            where = TOGETHER
        return READING.format(where=where)

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the layers."""
        return layer_choice(config)

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the lines on one log axis, an LSTM's by c dashed."""
        layer = chosen_layer(scene.config, chosen)
        lines: dict[str, np.ndarray] = {}
        dashed: dict[str, str] = {}
        for other in self._scenes(scene):
            norms, name = state_gradient_norms(other.trace), _label(other).to(language)
            lines[name] = norms["h"][layer]
            if "c" in norms:
                by_memory = BY_MEMORY.format(cell=_cell(other)).to(language)
                lines[by_memory] = norms["c"][layer]
                dashed[by_memory] = name
        return gradient_profile(
            lines, language=language, quantity="|∂L/∂hₜ|, |∂L/∂cₜ|", dashed=dashed
        )

    def _scenes(self, scene: Scene) -> list[Scene]:
        return scene.once("trio", lambda: _at_one_step(scene))

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return each gradient at both ends of the sequence."""
        layer = chosen_layer(scene.config, chosen)
        told = []
        for other in self._scenes(scene):
            norms = state_gradient_norms(other.trace)
            told.append(_told(_label(other), norms["h"][layer]))
            if "c" in norms:
                by_memory = BY_MEMORY.format(cell=_cell(other))
                told.append(_told(by_memory, norms["c"][layer]))
        return Text(
            en="; ".join(text.en for text in told) + ".",
            zh="；".join(text.zh for text in told) + "。",
        )


def _at_one_step(scene: Scene) -> list[Scene]:
    """Return the cells at the last step, up to the one shown, that all have kept."""
    step = scene.step
    while True:
        here = scene.at(step)
        others = [here.of(other) for other in trio(scene.config).values()]
        first = min(other.step for other in others)
        if all(other.step == first for other in others):
            return others
        step = first


def _told(label: Text, norms: np.ndarray) -> Text:
    return Text(
        en="{label}: {first} at the first time step, {last} at the last",
        zh="{label}：第一个时间步 {first}，最后一个 {last}",
    ).format(label=label, first=number(norms[0]), last=number(norms[-1]))


def _cell(scene: Scene) -> Text:
    return _short(CELLS[scene.config.cell].title)


def _label(scene: Scene) -> Text:
    config = scene.config
    state = AT_STEP if scene.step else UNTRAINED
    if not np.isfinite(scene.trace.gradients["h"]).any():
        state = NOT_FINITE
    state = state.format(step=scene.step)
    init = _short(INITIALISATIONS[config.init].title)
    return LABEL.format(cell=_cell(scene), init=init, state=state)


def _short(title: Text) -> Text:
    """Return a title without what explains it in brackets."""
    return Text(en=title.en.split(" (")[0], zh=title.zh.split("（")[0])
