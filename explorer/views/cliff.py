"""A cliff in the loss of one unit, and gradient descent with and without clipping."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import numpy as np

from explorer.config import RunConfig
from explorer.figures._theme import number
from explorer.figures.cliff import cliff
from explorer.probes.cliff import Descent, Unit, descend
from explorer.texts import Language, Text
from explorer.views._view import VIEWS, Choice, Scene, Size, View

GRID, UPDATES, CLIP_NORM = 61, 200, 0.1
FUNCTION = Choice(
    "function",
    Text(en="activation", zh="激活函数"),
    {
        "sigmoid": Text(en="sigmoid", zh="sigmoid"),
        "tanh": Text(en="tanh", zh="tanh"),
    },
)


class Place(NamedTuple):
    """A stretch of the landscape with a cliff, and where a descent towards it begins.

    The learning rate is one at which plain descent, once it touches the wall, is thrown
    far away.
    """

    w: tuple[float, float]
    b: tuple[float, float]
    begin: tuple[float, float]
    rate: float


PLACES = {
    "sigmoid": Place((3.2, 6.6), (-3.4, -1.0), (6.0, -1.5), 1.0),
    "tanh": Place((0.0, 3.0), (-1.0, 1.0), (2.5, -0.2), 2.0),
}


class Landscape(NamedTuple):
    """The loss on the grid, (GRID, GRID) by b and w, and both ways down."""

    w: np.ndarray
    b: np.ndarray
    loss: np.ndarray
    without: Descent
    clipped: Descent


@lru_cache(maxsize=len(PLACES))
def landscape(function: str) -> Landscape:
    """Return all that is drawn: it depends on no run, so it is computed once."""
    unit, place = Unit(function), PLACES[function]
    w, b = (np.linspace(*ends, GRID) for ends in (place.w, place.b))
    ways = (
        descend(unit, place.begin, place.rate, UPDATES, norm)
        for norm in (None, CLIP_NORM)
    )
    return Landscape(w, b, unit.loss(w[None], b[:, None])[0], *ways)


@VIEWS.register
class Cliff(View):
    """Pascanu, Mikolov and Bengio's figure, computed."""

    page = "gradients"
    size: ClassVar[Size] = "tall"
    order = 25
    title = Text(en="A cliff, and why to clip", zh="悬崖与裁剪的理由")
    caption = Text(
        en="Not this run: one unit, hₜ = f(w hₜ₋₁ + b), h₀ = 0.5, loss (h₅₀ − 0.7)² "
        "over w and b (Pascanu et al. 2013). Same start, same rate.",
        zh="与当前运行无关：单个隐藏单元 hₜ = f(w hₜ₋₁ + b)，h₀ = 0.5，"
        "损失 (h₅₀ − 0.7)²（Pascanu 等 2013）。起点、学习率相同。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the unit's activation."""
        return [FUNCTION]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the landscape with both ways."""
        found = landscape(FUNCTION.of(chosen))
        return cliff(
            found.w,
            found.b,
            found.loss,
            without=found.without[:3],
            clipped=found.clipped[:3],
            clip_norm=CLIP_NORM,
            rate=PLACES[FUNCTION.of(chosen)].rate,
            language=language,
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the steepest place and where both ways end."""
        without, clipped = landscape(FUNCTION.of(chosen))[3:]
        worst = int(np.nanargmax(without.norm))
        return Text(
            en="Without clipping, update {at} meets a gradient of norm {norm} and is "
            "thrown to w = {w}, b = {b}; the loss stays at {stuck}. With norms clipped "
            "to {clip} it ends at {low}.",
            zh="不裁剪时，第 {at} 次更新遇到范数为 {norm} 的梯度，"
            "被甩到 w = {w}、b = {b}，损失停在 {stuck}。"
            "范数裁剪到 {clip} 时，最终损失为 {low}。",
        ).format(
            at=worst + 1,
            norm=number(without.norm[worst]),
            w=number(without.w[worst + 1]),
            b=number(without.b[worst + 1]),
            stuck=number(without.loss[-1]),
            clip=number(CLIP_NORM),
            low=number(clipped.loss[-1]),
        )
