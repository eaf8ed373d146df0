"""Hidden states of one sequence as a heatmap, units by time steps."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.config import RunConfig
from explorer.figures.state_heatmap import state_heatmap
from explorer.texts import Language, Text
from explorer.views._units import (
    FEW_OF_ALL,
    MOST_UNITS,
    bound_of,
    chosen_state,
    state_choice,
)
from explorer.views._view import (
    SHOWN,
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
    spread,
)

MOST_TIMES = 300


def _shown(scene: Scene, chosen: Mapping[str, str]) -> tuple[str, np.ndarray]:
    """Return what the reader chose and its values in one sequence, (time, hidden)."""
    name = chosen_state(scene.config, chosen, gates=True)
    values = (scene.trace.gates | scene.trace.states)[name]
    return name, values[chosen_layer(scene.config, chosen), :, SHOWN]


@VIEWS.register
class States(View):
    """The state of every unit at every time step of one sequence."""

    order = 5
    title = Text(en="Hidden states", zh="隐藏状态")
    caption = Text(
        en="A row is a unit, a column a time step, of the same sequence. "
        "Long stripes of one colour are memory.",
        zh="一行是一个单元，一列是一个时间步（同一序列）。长条的同色带就是记忆。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the states, the gates and the layers."""
        return [*state_choice(config), *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the heatmap."""
        config, (name, states) = scene.config, _shown(scene, chosen)
        times = spread(len(states), MOST_TIMES)
        return state_heatmap(
            states[times][:, :MOST_UNITS],
            bound=bound_of(config, name, states),
            language=language,
            note=self._note(config).to(language),
            times=times,
        )

    def _note(self, config: RunConfig) -> Text:
        if config.hidden_size <= MOST_UNITS:
            return Text(en="", zh="")
        return FEW_OF_ALL.format(few=MOST_UNITS, all=config.hidden_size)

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the range of the chosen state."""
        name, states = _shown(scene, chosen)
        return Text(
            en="{name}: {units} units over {length} time steps, "
            "from {low:.2g} to {high:.2g}.",
            zh="{name}：{units} 个单元、{length} 个时间步，"
            "取值 {low:.2g} 到 {high:.2g}。",
        ).format(
            name=name,
            units=states.shape[1],
            length=states.shape[0],
            low=states.min(),
            high=states.max(),
        )
