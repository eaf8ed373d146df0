"""What a picture says where there is no number to draw."""

from explorer.figures._theme import Figure
from explorer.texts import Language, Text

BLOWN_UP = Text(
    en="The states are no longer finite numbers:<br>this run has blown up.",
    zh="状态已不再是有限的数：<br>该运行已发散。",
)
NO_POINT = Text(
    en="No fixed point found under this input:<br>the state drifts on.",
    zh="在这一输入下没有找到不动点：<br>状态一直在漂移。",
)
AT_TIME_T = Text(
    en="<br>Choose “at time t” for the eigenvalues<br>along the sequence.",
    zh="<br>可改选“t 时刻”，<br>查看序列沿途的特征值。",
)


def with_sentence(figure: Figure, sentence: Text, language: Language) -> Figure:
    """Return a figure with a sentence in its middle."""
    note = {
        "text": sentence.to(language),
        "showarrow": False,
        "font": {"size": 13},
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
    }
    figure["layout"].setdefault("annotations", []).append(note)
    return figure
