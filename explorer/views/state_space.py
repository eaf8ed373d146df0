"""State space in large: paths of h along principal components, or along two units."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from explorer.config import RunConfig
from explorer.figures._missing import BLOWN_UP, with_sentence
from explorer.figures._theme import BLUE, PALETTE, VERMILLION
from explorer.figures.state_trajectories import state_trajectories
from explorer.probes.mistakes import correctness
from explorer.probes.trajectories import Basis, facing, principal_basis, seen_along
from explorer.texts import Language, Text
from explorer.views._units import CLICKED, clicked, leaders, newest
from explorer.views._view import (
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
    spread,
)

MOST_TIMES = 60
AXES = {
    "2d": Text(en="PCA 2-D", zh="PCA 二维"),
    "3d": Text(en="PCA 3-D", zh="PCA 三维"),
    "top": Text(en="2 units", zh="两个单元"),
    CLICKED: Text(en="2 clicked", zh="点选的两个"),
}
CLASS = Text(en="class", zh="类别")
RIGHT = Text(en="right/wrong", zh="对错")
TIME = Text(en="time", zh="时间")
JUDGED = Text(en="right", zh="正确"), Text(en="wrong", zh="错误")
UNIT = Text(en="h of unit {unit}", zh="单元 {unit} 的 h")
ALONG = Text(
    en="along the newest step's components, the first {dims} of which carry "
    "{share:.0%} of the variance now",
    zh="沿最新训练步的主成分，其中前 {dims} 个占当前方差的 {share:.0%}",
)
UNITS = Text(en="in the plane of units {x} and {y}", zh="在单元 {x} 与 {y} 的平面上")
MISTAKES = Text(
    en=" The network is right at {right} of {asked} answers.",
    zh="网络答对 {asked} 个回答中的 {right} 个。",
)


class Seen(NamedTuple):
    """Points (time, batch, 3), shares of the variance (3,), and the units if any."""

    points: np.ndarray
    explained: np.ndarray
    units: list[int]


def _basis(scene: Scene, layer: int) -> Basis | None:
    """Return the newest step's components, whichever step is shown.

    They stay while the reader goes back in training, so what moves is the network. As
    training goes on they are turned to face those of an earlier step, which is another
    one only whenever the number of updates has doubled.
    """
    last = newest(scene)
    basis = principal_basis(last.trace.states["h"][layer])
    if basis is None:  # it has blown up since
        return principal_basis(scene.trace.states["h"][layer])
    earlier = last.at(1 << last.step.bit_length() >> 2)
    return facing(basis, principal_basis(earlier.trace.states["h"][layer]))


def _seen(scene: Scene, chosen: Mapping[str, str]) -> Seen:
    layer, config = chosen_layer(scene.config, chosen), scene.config
    hidden = scene.trace.states["h"][layer]
    axes = _axes(config).of(chosen)
    if axes in ("2d", "3d"):
        basis = scene.once(("basis", layer), lambda: _basis(scene, layer))
        return Seen(*seen_along(hidden, basis), units=[])
    wanted = clicked(config, chosen) if axes == CLICKED else []
    pair = list(dict.fromkeys([*wanted, *leaders(scene, layer, 4)]))[:2]
    points = np.zeros((*hidden.shape[:2], 3))
    points[..., :2] = hidden[..., pair]
    return Seen(points, np.zeros(3), pair)


def _axes(config: RunConfig) -> Choice:
    names = AXES if config.hidden_size > 1 else {"2d": AXES["2d"]}
    return Choice("axes", Text(en="axes", zh="坐标轴"), dict(names))


def _colours(config: RunConfig) -> Choice:
    task = config.build_task()
    values = {"class": CLASS} if task.class_names() else {}
    if task.answer_kind in ("class", "classes", "labels"):
        values["right"] = RIGHT
    return Choice("colour", Text(en="colour", zh="颜色"), values | {"time": TIME})


def _judged(scene: Scene) -> np.ndarray | None:
    return scene.once("judged", lambda: correctness(scene.task, scene.trace))


@VIEWS.register
class StateSpace(View):
    """h_t of several sequences, along axes that stay while training is rewound."""

    page = "trajectories"
    size = "tall"
    order = 20
    title = Text(en="State space", zh="状态空间")
    caption = Text(
        en="A path is a sequence, a dot its h at a time step. The axes are the newest "
        "training step's and stay: what moves is the network.",
        zh="一条轨迹是一个序列，一个点是某一时间步的 h。坐标轴取自最新训练步，"
        "回看时不变：动的是网络。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer axes, what to colour by, and layers."""
        offered = [_axes(config), _colours(config)]
        return [c for c in offered if len(c.values) > 1] + layer_choice(config)

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the paths."""
        seen, colour = _seen(scene, chosen), _colours(scene.config).of(chosen)
        right = colour == "right"
        labels = _judged(scene) if right else scene.trace.classes
        names = JUDGED if right else scene.task.class_names()
        times = spread(scene.config.seq_len, MOST_TIMES)
        figure = state_trajectories(
            seen.points[times],
            labels=None if labels is None else labels[times],
            label_names=[name.to(language) for name in names],
            explained=seen.explained.tolist(),
            dims="3d" if _axes(scene.config).of(chosen) == "3d" else "2d",
            colour="time" if colour == "time" else "class",
            language=language,
            times=times,
            axis_titles=[UNIT.format(unit=u).to(language) for u in seen.units],
            tied=False,
            palette=(BLUE, VERMILLION) if right else PALETTE,
        )
        lost = not np.isfinite(seen.points).any()
        return with_sentence(figure, BLOWN_UP, language) if lost else figure

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return how many paths there are, along what, and how many answers hold."""
        seen, judged = _seen(scene, chosen), _judged(scene)
        dims = 3 if _axes(scene.config).of(chosen) == "3d" else 2
        where = (
            UNITS.format(x=seen.units[0], y=seen.units[1])
            if seen.units
            else ALONG.format(dims=dims, share=seen.explained[:dims].sum())
        )
        told = Text(
            en="Paths of {count} sequences over {length} time steps, {where}.",
            zh="{count} 个序列在 {length} 个时间步上的轨迹，{where}。",
        ).format(count=seen.points.shape[1], length=len(seen.points), where=where)
        if judged is None:
            return told
        # A class asked for at the end is one answer, the same at all time steps.
        each = judged[-1:] if scene.task.asked_at_end else judged
        right, asked = int((each == 0).sum()), int((each >= 0).sum())
        marks = MISTAKES.format(right=right, asked=asked)
        return Text(en=told.en + marks.en, zh=told.zh + marks.zh)
