"""The singular values of ds_T/ds_{T-k}: not one direction, but all of them."""

from collections.abc import Mapping
from typing import Any

from explorer.config import RunConfig
from explorer.figures.singular_lags import singular_lags
from explorer.texts import Language, Text
from explorer.views._lags import lags_of
from explorer.views._view import VIEWS, Choice, Scene, View, chosen_layer, layer_choice

CLOSE = 2.0
"""Decades below the largest within which a direction still counts."""


@VIEWS.register
class SingularValues(View):
    """How many directions of the state survive k steps."""

    page = "gradients"
    order = 23
    title = Text(en="How many directions survive", zh="有多少个方向留存")
    caption = Text(
        en="Singular values of the same product. Lines close to the top one are "
        "directions that remember as well; a fan means one is left.",
        zh="同一乘积的奇异值。靠近顶端的线同样记得住；散成扇形则只剩一个方向。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer the layers."""
        return layer_choice(config)

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return a line for each singular value that has room."""
        found = lags_of(scene, chosen_layer(scene.config, chosen))
        return singular_lags(
            found.lags,
            found.values,
            length=found.length,
            states=found.states,
            language=language,
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return how many lie within a factor of the largest, at the largest lag."""
        found = lags_of(scene, chosen_layer(scene.config, chosen))
        last = found.values[-1]
        return Text(
            en="After {k} steps, {count} of {all} singular values are within a factor "
            "of {factor:.0f} of the largest.",
            zh="{k} 步之后，{all} 个奇异值中有 {count} 个"
            "与最大者相差不到 {factor:.0f} 倍。",
        ).format(
            k=found.reach,
            count=int((last >= last[0] - CLOSE).sum()),
            all=len(last),
            factor=10**CLOSE,
        )
