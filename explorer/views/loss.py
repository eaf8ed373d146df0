"""Loss and score over training, against what guessing reaches."""

from collections.abc import Mapping
from typing import Any

from explorer.figures.loss_curves import loss_curves
from explorer.texts import Language, Text
from explorer.views._view import VIEWS, Scene, View


@VIEWS.register
class Loss(View):
    """The training loss and the task's own metric, each with its guessing baseline."""

    order = 1
    title = Text(en="Learning", zh="学习过程")
    caption = Text(
        en="Better than the dashed line: the network knows more than a guess. "
        "Score: on sequences it never trained on.",
        zh="好于虚线，说明网络知道的比猜测更多。得分在从未训练过的序列上测量。",
    )

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return both curves."""
        baseline = scene.task.baseline()
        return loss_curves(
            scene.steps,
            scene.loss,
            scene.metric,
            loss_baseline=baseline.loss,
            metric_baseline=baseline.metric,
            baseline_label=baseline.title.to(language),
            metric_label=scene.task.metric_title.to(language),
            total_steps=scene.config.steps,
            shown_step=scene.step,
            language=language,
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the newest loss and score beside the baseline."""
        return Text(
            en="After {step} updates: training loss {loss:.3g}, {title} {metric:.3g}; "
            "{guess}: {baseline:.3g}.",
            zh="{step} 次更新后：训练损失 {loss:.3g}，{title} {metric:.3g}；"
            "{guess}：{baseline:.3g}。",
        ).format(
            step=scene.steps[-1],
            loss=scene.loss[-1],
            title=scene.task.metric_title,
            metric=scene.metric[-1],
            guess=scene.task.baseline().title,
            baseline=scene.task.baseline().metric,
        )
