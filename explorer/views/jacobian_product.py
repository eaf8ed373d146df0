"""The norm of ds_T/ds_{T-k} over the lag k, its ceiling, and the gates' direct path."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.figures._log_axis import power_of_ten
from explorer.figures.jacobian_lags import jacobian_lags
from explorer.texts import Language, Text
from explorer.views._lags import Lags, lags_of
from explorer.views._view import VIEWS, Choice, Scene, View, chosen_layer, layer_choice


@VIEWS.register
class JacobianProduct(View):
    """How much of a small change k steps before the end arrives there."""

    page = "gradients"
    order = 22
    title = Text(en="What passes through k steps", zh="k 步之后还剩多少")
    caption = Text(
        en="The most by which a small change k steps before the end can grow. A "
        "straight fall is exponential forgetting.",
        zh="末尾前 k 步的微小变化到达末尾时，最多被放大多少倍（同一序列）。"
        "直线下降即指数式遗忘。",
    )
    with_ceiling = Text(
        en="How much of a change k steps before the end arrives there. The ceiling "
        "holds for any input; the norm runs below.",
        zh="末尾前 k 步的变化有多少到达末尾。上限对任何输入都成立；"
        "实际低多少取决于输入。",
    )
    with_gates = Text(
        en="What arrives of a change k steps before the end. Dotted: through the gates "
        "alone; where both agree, they carry the memory.",
        zh="末尾前 k 步的变化有多少到达末尾。点线：只经过门的路径。"
        "两者接近时，记忆由门承载。",
    )

    def how_to_read(self, scene: Scene) -> Text:
        """Return the caption, which names what stands beside the norm."""
        if scene.config.cell == "rnn":
            return self.with_ceiling
        gated = CELLS[scene.config.cell].keep_block is not None
        return self.with_gates if gated else self.caption

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the layers."""
        return layer_choice(config)

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the curve and what stands beside it."""
        found = lags_of(scene, chosen_layer(scene.config, chosen))
        return jacobian_lags(
            found.lags,
            found.values[:, 0],
            ceiling=found.ceiling,
            direct=_quartiles(found),
            length=found.length,
            states=found.states,
            language=language,
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the norm at the largest lag."""
        found = lags_of(scene, chosen_layer(scene.config, chosen))
        return Text(
            en="Norm of the product of {k} Jacobians, those before the last time step: "
            "about {norm}.",
            zh="最后 {k} 个时间步的雅可比矩阵之积，其范数约为 {norm}。",
        ).format(k=found.reach, norm=_told(float(found.values[-1, 0])))


def _quartiles(found: Lags) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return lower quartile, median and upper quartile over the units."""
    if found.direct is None:
        return None
    # Of order statistics, not of means between them: -inf has no middle.
    parts = np.quantile(found.direct, [0.25, 0.5, 0.75], axis=1, method="lower")
    return parts[0], parts[1], parts[2]


def _told(exponent: float) -> Text:
    if np.isfinite(exponent):
        power = power_of_ten(exponent)
        return Text(en=power, zh=power)
    return Text(en="0", zh="0") if exponent < 0 else Text(en="not finite", zh="非有限")
