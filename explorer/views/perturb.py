"""Perturb and replay: one number changes at time t, and the future runs once more."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from explorer.cells import CELLS
from explorer.figures._theme import number
from explorer.figures.perturbation import BROKEN, blown_up, perturbation
from explorer.probes.perturbation import (
    INPUT,
    Change,
    Replay,
    distances,
    predicted_distances,
    replay,
)
from explorer.texts import Language, Text
from explorer.views._change import asked_last, entries, in_words, kinds
from explorer.views._kept import Kept
from explorer.views._view import SHOWN, VIEWS, Scene, View

MOST_PREDICTED, MOST_ENTRIES = 300, 256
FEWEST_PREDICTED, PREDICTED_WORK = 20, 5 * 10**7
"""Of a large network fewer time steps are predicted: about that many entries of all
layers' Jacobians, 0.3 s."""
PREDICTED = Text(
    en=" The linear prediction ends after {steps} time steps, the most that is "
    "computed of so large a network.",
    zh="网络较大，线性预测只算改动起的 {steps} 个时间步。",
)
_REPLAYS: Kept[Replay] = Kept(4)  # up to 25 MB each
_PREDICTED: Kept[np.ndarray] = Kept(32)


def _change(scene: Scene, chosen: Mapping[str, str]) -> Change:
    """Return what was asked for, or a push of the first input."""
    found = asked_last(scene.config, scene.task, chosen)
    return found or Change(
        INPUT, 0, "by", 1.0, scene.once("rare", lambda: _rare(scene))
    )


def _rare(scene: Scene) -> int:
    """Return the time step of the first half whose input is the rarest.

    There a push tells something, and there is a future left to see it in.
    """
    inputs = scene.trace.inputs[: len(scene.trace.inputs) // 2 + 1]
    away = (inputs[:, SHOWN] - inputs.mean(axis=(0, 1))) / (inputs.std(axis=(0, 1)) + 1)
    return int(np.linalg.norm(away, axis=1).argmax())


def _replay(scene: Scene, change: Change) -> Replay:
    def compute() -> Replay:
        return replay(scene.config, dict(scene.weights), scene.trace, change, SHOWN)

    name = scene.config.key, scene.step, change
    return scene.once(("replay", change), lambda: _REPLAYS.get(name, compute))


def _predicted(scene: Scene, change: Change) -> np.ndarray:
    def compute() -> np.ndarray:
        config, weights, most = scene.config, dict(scene.weights), _most(scene)
        return predicted_distances(config, weights, scene.trace, change, SHOWN, most)

    return _PREDICTED.get((scene.config.key, scene.step, change), compute)


def _most(scene: Scene) -> int:
    """Return for how many time steps a change is predicted."""
    config = scene.config
    size = config.hidden_size * len(CELLS[config.cell].states)
    affordable = PREDICTED_WORK // (config.num_layers * size**2)
    return min(MOST_PREDICTED, max(FEWEST_PREDICTED, affordable))


@VIEWS.register
class Perturb(View):
    """Both futures of a sequence: as it was, and with one number changed."""

    order = 2
    page = "inside_the_cell"
    size = "wide"
    drawing = "perturb"
    title = Text(en="Perturb and replay", zh="改动并重放")
    caption = Text(
        en="One number is changed at one time step. What is held on to moves all that "
        "follows; what is forgotten does not.",
        zh="在某个时间步改动一个数，让训练好的网络从那里继续。"
        "被记住的会改变后面的一切，被忘掉的不会。",
    )

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return both futures, how far they are apart, and what can be changed."""
        change = _change(scene, chosen)
        found = _replay(scene, change)
        return perturbation(
            change=asdict(change),
            kinds=self._kinds(scene, language),
            outputs=found.outputs,
            output_names=[n.to(language) for n in scene.task.output_names],
            hidden=found.states["h"],
            predicted=_predicted(scene, change),
            said=self._said(scene, change, found).to(language),
            language=language,
        )

    def _kinds(self, scene: Scene, language: Language) -> dict[str, dict[str, Any]]:
        """Return what can be changed, with names for each entry."""
        config, task = scene.config, scene.task
        labels = {
            INPUT: Text(en="an input", zh="输入"),
            "state": Text(en="state {name}", zh="状态 {name}"),
            "gate": Text(en="gate {name}", zh="门 {name}"),
        }
        found = {}
        for what in kinds(config):
            gate = what in CELLS[config.cell].gates
            label = labels.get(what, labels["gate" if gate else "state"])
            count = min(entries(config, task, what), MOST_ENTRIES)
            inputs = [name.to(language) for name in task.input_names][:count]
            found[what] = {
                "label": label.format(name=what).to(language),
                "names": inputs if what == INPUT else count,
                "gate": int(gate),
                "layers": 1 if what == INPUT else config.num_layers,
            }
        return found

    def _said(self, scene: Scene, change: Change, found: Replay) -> Text:
        """Return the change and what became of it at the end."""
        config = scene.config
        apart = distances(found.states)[-1]
        end = found.outputs[:, -1]
        moved = int(np.nan_to_num(np.abs(end[1] - end[0])).argmax())
        said = Text(
            en="{what} at t = {t}: from {was} to {became}. At the end |h′ − h| is "
            "{apart}, and the readout “{name}” goes from {without} to {changed}.",
            zh="{what}，t = {t}：从 {was} 变为 {became}。到最后 |h′ − h| 为 {apart}，"
            "读出值“{name}”从 {without} 变为 {changed}。",
        ).format(
            what=in_words(change, scene.task.input_names, config.num_layers),
            t=change.when,
            was=number(found.was),
            became=number(found.became),
            apart=number(apart[-1]),
            name=scene.task.output_names[moved],
            without=number(end[0, moved]),
            changed=number(end[1, moved]),
        )
        steps = _most(scene)
        if change.when + steps >= config.seq_len:
            return said
        return Text(en="{said}{rest}", zh="{said}{rest}").format(
            said=said, rest=PREDICTED.format(steps=steps)
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the change and what it came to."""
        change = _change(scene, chosen)
        found = _replay(scene, change)
        if blown_up(found.outputs, found.states["h"]):
            return BROKEN
        return self._said(scene, change, found)
