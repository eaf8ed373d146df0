"""|dL/dh_t| at every recorded training step: how far back the loss reaches, when."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.figures._log_axis import power_of_ten
from explorer.figures.gradient_history import gradient_history
from explorer.probes.gradients import state_gradient_norms
from explorer.texts import Language, Text
from explorer.views._kept import Kept
from explorer.views._view import (
    VIEWS,
    Choice,
    Scene,
    Size,
    View,
    chosen_layer,
    layer_choice,
    spread,
)

MOST_ROWS, MOST_TIMES = 40, 150
MOST_NEW = 2
"""How many networks are traced for one drawing; the next ones bring the others."""
Row = dict[str, np.ndarray]
"""State's name -> log10 of the gradient's norm, (layer, times)."""
_ROWS: Kept[Row] = Kept(1200)


def state_choice(config: RunConfig) -> list[Choice]:
    """Return the choice of a state; none for cells that have just h."""
    names = CELLS[config.cell].states
    if len(names) == 1:
        return []
    values = {name: Text(en=f"{name}ₜ", zh=f"{name}ₜ") for name in names}
    return [Choice("state", Text(en="state", zh="状态"), values)]


def wanted_steps(scene: Scene) -> list[int]:
    """Return which steps have a row: every 2^k-th that is recorded, and both ends.

    Where more are recorded later, those that remain were there before. The step that
    the other pictures show is among them.
    """
    recorded = list(scene.weight_steps)
    stride = 1
    while -(-len(recorded) // stride) > MOST_ROWS - 2:
        stride *= 2
    return sorted({*recorded[::stride], recorded[-1], scene.step})


def coarse_first(steps: Sequence[int]) -> list[int]:
    """Return steps in an order in which any beginning is spread over all of them."""
    places = sorted(range(1, len(steps)), key=lambda place: -(place & -place))
    return [steps[place] for place in [0, *places]]


def _row(scene: Scene) -> Row:
    times = spread(scene.config.seq_len, MOST_TIMES)
    with np.errstate(divide="ignore"):
        return {
            name: np.log10(norms[:, times])
            for name, norms in state_gradient_norms(scene.trace).items()
        }


def _row_at(scene: Scene, step: int) -> Row:
    return _row(scene.at(step))


def _rows(scene: Scene) -> tuple[dict[int, Row], int]:
    """Return rows by step, a few new ones among them, and how many are still missing.

    That of the step which is shown is always there: so is its trace.
    """
    wanted, key = wanted_steps(scene), scene.config.key
    rows = {scene.step: _ROWS.get((key, scene.step), lambda: _row(scene))}
    new = 0
    for step in coarse_first(wanted):
        if step in rows:
            continue
        known = (key, step) in _ROWS
        if not known and new == MOST_NEW:
            continue
        new += not known
        rows[step] = _ROWS.get((key, step), partial(_row_at, scene, step))
    return dict(sorted(rows.items())), len(wanted) - len(rows)


@VIEWS.register
class GradientHistory(View):
    """Training step by time step, the gradient's norm as colour."""

    page = "gradients"
    size: ClassVar[Size] = "tall"
    order = 21
    title = Text(en="The gradient over training", zh="训练过程中的梯度")
    caption = Text(
        en="A row is a training step; colour is |∂L/∂hₜ| (mean of {count} sequences). "
        "When does it reach the left edge?",
        zh="一行是一个训练步，颜色是 |∂L/∂hₜ|（{count} 个序列的平均）。"
        "何时到达左边缘？",
    )

    def how_to_read(self, scene: Scene) -> Text:
        """Return the caption with the number of sequences."""
        return self.caption.format(count=len(scene.trace.losses))

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the states and the layers."""
        return [*state_choice(config), *layer_choice(config)]

    def complete(self, scene: Scene) -> bool:
        """Return whether every row is there."""
        return self._found(scene)[1] == 0

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the heatmap of the rows that are there."""
        rows, missing = self._found(scene)
        name, layer = self._state(scene, chosen), chosen_layer(scene.config, chosen)
        return gradient_history(
            np.stack([row[name][layer] for row in rows.values()]),
            steps=list(rows),
            times=spread(scene.config.seq_len, MOST_TIMES),
            length=scene.config.seq_len,
            shown_step=scene.step,
            missing=missing,
            language=language,
            quantity=f"|∂L/∂{name}ₜ|",
        )

    def _found(self, scene: Scene) -> tuple[dict[int, Row], int]:
        return scene.once("gradient rows", lambda: _rows(scene))

    def _state(self, scene: Scene, chosen: Mapping[str, str]) -> str:
        choice = state_choice(scene.config)
        return choice[0].of(chosen) if choice else "h"

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the gradient at the first time step, before and after training."""
        rows, _ = self._found(scene)
        name, layer = self._state(scene, chosen), chosen_layer(scene.config, chosen)
        ends = [rows[step][name][layer][0] for step in (min(rows), max(rows))]
        first, last = (_power(end) for end in ends)
        return Text(
            en="{name}: {rows} recorded steps; the gradient's norm at the first time "
            "step is {first} at training step {begin} and {last} at {end}.",
            zh="{name}：{rows} 个记录步；第一个时间步的梯度范数"
            "在训练步 {begin} 为 {first}，在训练步 {end} 为 {last}。",
        ).format(
            name=name,
            rows=len(rows),
            first=first,
            last=last,
            begin=min(rows),
            end=max(rows),
        )


def _power(exponent: float) -> Text:
    """Return a power of ten in words: the nearest whole one."""
    if np.isfinite(exponent):
        power = power_of_ten(exponent)
        return Text(en=f"about {power}", zh=f"约 {power}")
    if np.isneginf(exponent):
        return Text(en="exactly 0", zh="恰为 0")
    return Text(en="not finite", zh="非有限")
