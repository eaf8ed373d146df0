"""Words to read: what the network was given, what it should say, what it says."""

from collections.abc import Mapping
from typing import Any

from explorer.config import RunConfig
from explorer.figures.readings import readings
from explorer.probes.words import words_read
from explorer.tasks import Reading
from explorer.texts import Language, Text
from explorer.views._view import SHOWN, VIEWS, Scene, View, brings

TOLD = 300
"""How many characters of a line are told to those who cannot see it."""
LINE = Text(en="{title}: {words}.", zh="{title}：{words}。")
MISTAKES = Text(en="Mistakes: {wrong} of {all}.", zh="错误：{all} 处中的 {wrong} 处。")


def _lines(scene: Scene) -> list[Reading]:
    """Return the lines of the sequence that is shown, worked out once."""
    return scene.once("words", lambda: words_read(scene.task, scene.trace, SHOWN))


@VIEWS.register
class Readings(View):
    """One sequence in words, with the right answer and the network's."""

    order = 6
    title = Text(en="In words", zh="文字对照")
    caption = Text(
        en="What the network read, what it should say and what it says, on a text it "
        "never trained on.",
        zh="网络读入的内容、应有的回答与网络的回答（该文本从未用于训练）。",
    )

    def applies(self, config: RunConfig) -> bool:
        """Return whether the task can be read."""
        return brings(config, "readings")

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the lines, each under its title."""
        lines = [(line.title.to(language), line.words) for line in _lines(scene)]
        return readings(lines, language)

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the lines one after the other, and how many mistakes are marked."""
        lines = _lines(scene)
        marks = [mark for line in lines for _, mark in line.words if mark]
        wrong = sum(mark in ("wrong", "missed") for mark in marks)
        told = [LINE.format(title=line.title, words=_told(line)) for line in lines]
        told.append(MISTAKES.format(wrong=wrong, all=len(marks)))
        return Text(
            en=" ".join(line.en for line in told), zh="".join(line.zh for line in told)
        )


def _told(line: Reading) -> str:
    """Return a line's words, letters without spaces between them."""
    words = [word for word, _ in line.words]
    glue = "" if all(len(word) == 1 for word in words) else " "
    return glue.join(words)[:TOLD].rstrip(".")
