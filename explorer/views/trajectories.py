"""Hidden states of several sequences on their way through state space."""

from collections.abc import Mapping
from typing import Any

from explorer.config import RunConfig
from explorer.figures.state_trajectories import state_trajectories
from explorer.probes.trajectories import Trajectories as Paths
from explorer.probes.trajectories import principal_components
from explorer.texts import Language, Text
from explorer.views._view import (
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
    spread,
)

DIMENSIONS = Choice(
    "dims",
    Text(en="dimensions", zh="维度"),
    {"2d": Text(en="2-D", zh="二维"), "3d": Text(en="3-D", zh="三维")},
)
COLOUR = Choice(
    "colour",
    Text(en="colour", zh="颜色"),
    {"class": Text(en="class", zh="类别"), "time": Text(en="time", zh="时间")},
)
MOST_TIMES = 50


def _paths(scene: Scene, layer: int) -> Paths:
    """Return a layer's paths, computed once for the figure and its description."""
    return scene.once(
        ("paths", layer), lambda: principal_components(scene.trace.states["h"][layer])
    )


@VIEWS.register
class Trajectories(View):
    """h_t in the plane or space of its first principal components."""

    order = 3
    title = Text(en="Paths of the hidden state", zh="隐藏状态的轨迹")
    caption = Text(
        en="A path is one sequence, a dot its h at one time step, seen along the "
        "directions in which h varies most (PCA). Press play.",
        zh="一条轨迹是一个序列，一个点是某一时间步的 h，"
        "沿 h 变化最大的方向（PCA）观察。请按播放。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer dimensions, colours where there are classes, and layers."""
        colours = [COLOUR] if config.build_task().class_names() else []
        return [DIMENSIONS, *colours, *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the paths."""
        paths = _paths(scene, chosen_layer(scene.config, chosen))
        classes = scene.trace.classes
        times = spread(scene.config.seq_len, MOST_TIMES)
        return state_trajectories(
            paths.points[times],
            labels=None if classes is None else classes[times],
            label_names=[name.to(language) for name in scene.task.class_names()],
            explained=paths.explained.tolist(),
            dims="3d" if DIMENSIONS.of(chosen) == "3d" else "2d",
            colour="time"
            if COLOUR.of(chosen) == "time" or classes is None
            else "class",
            language=language,
            times=times,
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return how many paths there are and how flat they lie."""
        points, explained = _paths(scene, chosen_layer(scene.config, chosen))
        flat = DIMENSIONS.of(chosen) == "2d"
        return Text(
            en="Paths of {count} sequences over {length} time steps; the first {dims} "
            "components carry {share:.0%} of the variance.",
            zh="{count} 个序列在 {length} 个时间步上的轨迹；"
            "前 {dims} 个主成分占方差的 {share:.0%}。",
        ).format(
            count=points.shape[1],
            length=points.shape[0],
            share=explained[: 2 if flat else 3].sum(),
            dims=2 if flat else 3,
        )
