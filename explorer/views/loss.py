"""Loss and score over training, against what guessing reaches."""

from collections.abc import Mapping
from typing import Any

from explorer.figures._theme import number
from explorer.figures.loss_curves import loss_curves
from explorer.tasks import Baseline
from explorer.texts import Language, Text
from explorer.views._view import VIEWS, Scene, View


@VIEWS.register
class Loss(View):
    """The training loss and the task's own metric, each beside guessing and rivals."""

    order = 1
    title = Text(en="Learning", zh="学习过程")
    caption = Text(
        en="Better than the dashed line: more than a guess. "
        "Score: on sequences apart from training.",
        zh="好于虚线，说明网络知道的比猜测更多。得分在与训练分开抽取的序列上测量。",
    )
    beside_rivals = Text(
        en="Grey dashes: what to beat. Coloured lines: simple rivals. "
        "Score: on sequences apart from training.",
        zh="灰色虚线：要超过的水平。彩色线：简单的对手。得分在与训练分开抽取的序列上测量。",
    )

    def how_to_read(self, scene: Scene) -> Text:
        """Return the caption, which names the rivals where there are some."""
        return self.beside_rivals if _rivals(scene) else self.caption

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
            rivals=[
                (rival.title.to(language), rival.loss, rival.metric)
                for rival in _rivals(scene)
            ],
            changes=[
                (step, told.to(language)) for step, told in scene.config.changes_told()
            ],
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the newest loss and score beside the baseline and the rivals."""
        told = Text(
            en="After {step} updates: training loss {loss}, {title} {metric}",
            zh="{step} 次更新后：训练损失 {loss}，{title} {metric}",
        ).format(
            step=scene.steps[-1],
            loss=number(scene.loss[-1]),
            title=scene.task.metric_title,
            metric=number(scene.metric[-1]),
        )
        for other in (scene.task.baseline(), *_rivals(scene)):
            told = Text(
                en="{told}; {title}: {metric}", zh="{told}；{title}：{metric}"
            ).format(told=told, title=other.title, metric=number(other.metric))
        for step, changed in scene.config.changes_told():
            told = Text(
                en="{told}; from step {step} on: {changed}",
                zh="{told}；从第 {step} 步起：{changed}",
            ).format(told=told, step=step, changed=changed)
        return Text(en="{told}.", zh="{told}。").format(told=told)


def _rivals(scene: Scene) -> list[Baseline]:
    """Return the rivals, worked out once: some fit a model of their own."""
    return scene.once("rivals", scene.task.rivals)
