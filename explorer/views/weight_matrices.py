"""The weights as heatmaps: what each unit takes from the input and from the others."""

from collections.abc import Mapping
from typing import Any

from explorer.config import RunConfig
from explorer.figures.weight_heatmap import weight_heatmap
from explorer.probes.inside import most_varied
from explorer.probes.weights import Matrix, listens, matrices
from explorer.texts import Language, Text
from explorer.views._change import whole
from explorer.views._view import (
    SHOWN,
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
)

READOUT, FIRST = "readout", "in"
STATE = "state"
_PARTS = {
    STATE: Text(en="from the states", zh="来自状态"),
    FIRST: Text(en="from the input", zh="来自输入"),
    READOUT: Text(en="readout", zh="读出层"),
}


def _parts(config: RunConfig) -> Choice:
    """Return the choice of weights; some cells have none from a state."""
    values = {k: t for k, t in _PARTS.items() if k != STATE or listens(config)}
    return Choice("part", Text(en="weights", zh="权重"), values)


def _shown(scene: Scene, chosen: Mapping[str, str]) -> list[Matrix]:
    part, layer = _parts(scene.config).of(chosen), chosen_layer(scene.config, chosen)
    found = scene.once(
        ("matrices", layer),
        lambda: matrices(scene.config, dict(scene.weights), layer),
    )
    return [m for m in found if m.part == part]


@VIEWS.register
class WeightMatrices(View):
    """Every matrix of a layer, or the readout's, as a heatmap."""

    order = 3
    page = "inside_the_cell"
    size = "wide"
    title = Text(en="The weights", zh="权重")
    caption = Text(
        en="A row: what a unit listens to (red adds, blue takes away); framed: the "
        "unit above. Look for strong columns, a strong diagonal.",
        zh="一行是一个单元听谁的：红加，蓝减；框出的是上面那个单元。"
        "找找颜色深的列（大家都听它的）和颜色深的对角线。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the kinds of weights and the layers."""
        return [_parts(config), *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return a heatmap for each matrix, side by side."""
        shown = _shown(scene, chosen)
        return weight_heatmap(
            {m.name: m.values for m in shown},
            rows=[n.to(language) for n in scene.task.output_names]
            if shown[0].part == READOUT
            else None,
            columns=[n.to(language) for n in scene.task.input_names]
            if shown[0].part == FIRST and not chosen_layer(scene.config, chosen)
            else None,
            marked=self._unit(scene, chosen),
            hidden_size=scene.config.hidden_size,
            language=language,
        )

    def _unit(self, scene: Scene, chosen: Mapping[str, str]) -> int:
        """Return the unit that the equations show: its row is framed."""
        layer, hidden_size = (
            chosen_layer(scene.config, chosen),
            scene.config.hidden_size,
        )
        (first,) = most_varied(scene.trace, layer, 1, SHOWN)
        return whole(chosen.get("unit", ""), hidden_size, first)

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return each matrix's size and the range of its entries."""
        told = "; ".join(
            f"{m.name} ({m.values.shape[0]}×{m.values.shape[1]}): "
            f"{m.values.min():.2g} … {m.values.max():.2g}"
            for m in _shown(scene, chosen)
        )
        return Text(en="Weights: {told}.", zh="权重：{told}。").format(told=told)
