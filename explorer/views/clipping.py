"""Clipping at work: which gradients were too long, and what was left of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.figures._theme import number
from explorer.figures.clipping import clipping
from explorer.texts import Language, Text
from explorer.views._view import VIEWS, Scene, View


@VIEWS.register
class Clipping(View):
    """The norm of the gradient over training, and the factor that clipping applied."""

    page = "gradients"
    order = 26
    title = Text(en="Clipping at work", zh="梯度裁剪的作用")
    caption = Text(
        en="Above: the norm of each recorded gradient; one longer than c is cut to c, "
        "its direction kept. Below: by which factor.",
        zh="上：每个记录步的梯度范数；长于 c 的缩短到 c，方向不变。下：所乘的系数。",
    )

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return both curves."""
        norms = scene.grad_norm
        return clipping(
            scene.steps[: len(norms)],
            norms,
            clip_norm=scene.config.clip_norm,
            total_steps=scene.config.steps,
            shown_step=scene.step,
            language=language,
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return how many gradients were clipped, and the longest."""
        norms, c = scene.grad_norm, scene.config.clip_norm
        known = norms[np.isfinite(norms)]
        longest = number(known.max(initial=0.0))
        if c is None:
            return Text(
                en="No clipping; the longest of {all} recorded gradients is {longest}.",
                zh="不裁剪；记录的 {all} 个梯度中最长的为 {longest}。",
            ).format(all=len(known), longest=longest)
        return Text(
            en="{clipped} of {all} recorded gradients were longer than {c} and were "
            "clipped; the longest is {longest}.",
            zh="记录的 {all} 个梯度中有 {clipped} 个长于 {c} 而被裁剪；"
            "最长的为 {longest}。",
        ).format(
            clipped=int((known > c).sum()), all=len(known), c=number(c), longest=longest
        )
