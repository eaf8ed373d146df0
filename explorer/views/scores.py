"""Further metrics of the network beside those of its rivals, as a table."""

from collections.abc import Mapping
from typing import Any

from explorer.config import RunConfig
from explorer.figures.scores import scores
from explorer.texts import Language, Text
from explorer.views._view import VIEWS, Scene, View, brings


@VIEWS.register
class Scores(View):
    """A row for the network, a row for each rival, a column for each metric."""

    order = 7
    title = Text(en="Beside its rivals", zh="与对手比较")
    caption = Text(
        en="First row: the network of the training step that is shown. Below: what "
        "simple rules reach on the same sequences.",
        zh="第一行：所示训练步的网络。以下各行：简单规则在同样序列上的成绩。",
    )

    def applies(self, config: RunConfig) -> bool:
        """Return whether the task has further metrics."""
        return brings(config, "scores")

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the table."""
        rows = [
            (score.title.to(language), list(score.values.values()))
            for score in scene.scores
        ]
        names = {name: _title(scene, name).to(language) for name in _names(scene)}
        unranked = [names[name] for name in scene.task.unranked_scores]
        return scores(list(names.values()), rows, language, unranked=unranked)

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the network's row."""
        title, values = scene.scores[0]
        told = [
            Text(en="{name} {value:.3g}", zh="{name} {value:.3g}").format(
                name=_title(scene, name), value=value
            )
            for name, value in values.items()
        ]
        return Text(
            en=f"{title.en}: {', '.join(text.en for text in told)}.",
            zh=f"{title.zh}：{'，'.join(text.zh for text in told)}。",
        )


def _names(scene: Scene) -> list[str]:
    return list(scene.scores[0].values)


def _title(scene: Scene, name: str) -> Text:
    return scene.task.score_titles.get(name, Text(en=name, zh=name))
