"""Fixed and slow points of the trained layer among the paths that its states take."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.config import RunConfig
from explorer.dynamics.fixed_points import FixedPoints
from explorer.figures._missing import BLOWN_UP, NO_POINT, with_sentence
from explorer.figures.fixed_point_map import Rest, fixed_point_map
from explorer.probes.trajectories import Basis, principal_basis, seen_along
from explorer.texts import Language, Text
from explorer.views._layer import (
    descents,
    held_words,
    input_choice,
    layer_of,
    resting,
)
from explorer.views._view import VIEWS, Choice, Scene, View, layer_choice, spread

DIMENSIONS = Choice(
    "dims",
    Text(en="dimensions", zh="维度"),
    {"2d": Text(en="2-D", zh="二维"), "3d": Text(en="3-D", zh="三维")},
)
MOST_TIMES = 40
MOST_WAYS = 3
"""How many directions of one point are drawn."""
REACH = 0.12
"""A segment's length, as a share of how far the paths reach."""
NOTHING = Rest(
    points=np.zeros((0, 3)),
    fixed=np.zeros(0, bool),
    unstable=np.zeros(0, int),
    speeds=np.zeros(0),
    visits=np.zeros(0, int),
    largest=np.zeros(0),
    ways=np.zeros((0, 2, 3)),
    size=1,
)


@VIEWS.register
class FixedPointsView(View):
    """Where the chosen layer rests under a constant input, in its own PCA."""

    page = "dynamics"
    size = "tall"
    order = 30
    title = Text(en="Fixed points", zh="不动点")
    caption = Text(
        en="Under a constant input the state runs to a stable point; at a saddle, "
        "short lines show the ways out. In training, they move.",
        zh="输入不变时，状态奔向稳定点；在鞍点处分道，短线标出离开的方向。"
        "拖动训练步，看它们如何移动。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer dimensions, the input that is held, and layers."""
        return [DIMENSIONS, input_choice(config), *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the paths and the points among them."""
        layer, found = layer_of(scene, chosen), resting(scene, chosen)
        times = spread(len(layer.states), MOST_TIMES)
        basis = principal_basis(layer.states)
        paths = seen_along(layer.states, basis)
        drawn = fixed_point_map(
            paths.points[times],
            times,
            NOTHING if found is None or basis is None else _seen(found, basis, paths),
            explained=paths.explained.tolist(),
            dims="3d" if DIMENSIONS.of(chosen) == "3d" else "2d",
            language=language,
            note=self._note(scene, found, chosen).to(language),
        )
        if not layer.finite:
            return with_sentence(drawn, BLOWN_UP, language)
        return drawn

    def _note(
        self, scene: Scene, found: FixedPoints | None, chosen: Mapping[str, str]
    ) -> Text:
        held = held_words(scene.config, chosen)
        if found is None:
            return held
        if not found.visits.size:
            # Above the paths: in their midst it would lie on them.
            return Text(
                en=f"{held.en}<br>{NO_POINT.en}", zh=f"{held.zh}<br>{NO_POINT.zh}"
            )
        return Text(
            en="{held} · {ended} of {all} searches came to rest",
            zh="{held} · {all} 次搜索中 {ended} 次收敛",
        ).format(
            held=held,
            ended=int(found.visits.sum()),
            all=descents(found.points.shape[1]),
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return how many points of each kind there are."""
        found = resting(scene, chosen)
        held = held_words(scene.config, chosen)
        if found is None:
            return Text(
                en="0 fixed points found ({held}).", zh="找到 0 个不动点（{held}）。"
            ).format(held=held)
        saddles = found.fixed & (found.unstable > 0)
        return Text(
            en="Fixed points ({held}): {stable} stable, {saddles} with directions "
            "that lead away; {slow} slow points; from {all} searches.",
            zh="不动点（{held}）：稳定 {stable} 个，带有远离方向的 {saddles} 个；"
            "慢点 {slow} 个；共搜索 {all} 次。",
        ).format(
            held=held,
            stable=int(found.stable.sum()),
            saddles=int(saddles.sum()),
            slow=int((~found.fixed).sum()),
            all=descents(found.points.shape[1]),
        )


def _seen(found: FixedPoints, basis: Basis, paths: Any) -> Rest:
    """Return the points and their unstable directions along the paths' components."""
    points = (found.points - basis.centre) @ basis.directions
    reach = REACH * np.ptp(paths.points.reshape(-1, 3), axis=0).max()
    ways = [
        point + reach * np.stack([-way, way]) @ basis.directions
        for point, directions in zip(points, found.directions, strict=True)
        for way in directions[:MOST_WAYS]
    ]
    return Rest(
        points=points,
        fixed=found.fixed,
        unstable=found.unstable,
        speeds=found.speeds,
        visits=found.visits,
        largest=np.abs(found.eigenvalues).max(axis=1, initial=0.0),
        ways=np.array(ways).reshape(-1, 2, 3),
        size=found.points.shape[1],
    )
