"""Ready duels: each a link's settings, and a sentence on what is set against what.

The sentences say what differs, and name the row of the page "How we know" in which
three seeds of such runs were counted; they promise nothing beyond it.
"""

from functools import cache
from typing import NamedTuple

from explorer.config import RunConfig
from explorer.duels._duel import Duel
from explorer.duels._link import duel_from_query
from explorer.link import task_query
from explorer.texts import Text


class Ready(NamedTuple):
    """One duel.

    Attributes:
        title: what it is called in the menu.
        purpose: one sentence on what is set against what.
        own: the base's settings as name=value pairs, the task among them, where they
            are not those under which the task is instructive.
        variants: what each changes, as in a link.
    """

    title: Text
    purpose: Text
    own: dict[str, str]
    variants: str

    @property
    def query(self) -> dict[str, str]:
        """The base's settings as the name=value pairs of a link."""
        return task_query(self.own["task"]) | self.own

    @property
    def duel(self) -> Duel:
        """The duel itself."""
        return duel_from_query(self.query | {"duel": self.variants})[0]


READY: dict[str, Ready] = {
    "cells": Ready(
        Text(en="RNN, LSTM, GRU: adding, T = 100", zh="RNN、LSTM、GRU：加法，T = 100"),
        Text(
            en="Three cells, one task: find two marked numbers among a hundred and add "
            "them. (Three seeds of each at a smaller learning rate: row A1 in How we "
            "know.)",
            zh="三种循环单元，同一任务：在一百个数中找出两个被标记的数并相加。"
            "（学习率较小时各三个种子的结果：“我们怎么知道”第 A1 行。）",
        ),
        {"task": "adding", "cell": "lstm", "init": "chrono"},
        "cell:rnn,init:default;;cell:gru",
    ),
    "forget_bias": Ready(
        Text(
            en="Forget bias 0, 1 or chrono: order, T = 100",
            zh="遗忘偏置 0、1 或 chrono：顺序，T = 100",
        ),
        Text(
            en="One LSTM, three beginnings of its forget gate. (Forget bias 1 and "
            "chrono at a smaller learning rate: row A2 in How we know.)",
            zh="同一个 LSTM，遗忘门的三种起点。"
            "（学习率较小时遗忘偏置 1 与 chrono 的结果：“我们怎么知道”第 A2 行。）",
        ),
        {"task": "temporal_order", "seq_len": "100", "cell": "lstm", "init": "chrono"},
        "init:forget,init_value:0;init:forget,init_value:1;",
    ),
    "activations": Ready(
        Text(
            en="tanh, ReLU, sigmoid: adding, T = 30",
            zh="tanh、ReLU、sigmoid：加法，T = 30",
        ),
        Text(
            en="One plain RNN with three activations: compare the gradients on their "
            "way back.",
            zh="同一个普通 RNN，三种激活函数：比较梯度反传途中的样子。",
        ),
        {"task": "adding", "seq_len": "30", "cell": "rnn", "init": "default"}
        | {"learning_rate": "0.003"},
        ";activation:relu;activation:sigmoid",
    ),
    "identity": Ready(
        Text(
            en="Identity against torch's default: order, T = 60",
            zh="单位阵对 torch 默认：顺序，T = 60",
        ),
        Text(
            en="One RNN with ReLU, two beginnings of its recurrent weights: torch's "
            "default, and the identity (Le et al. 2015; three seeds in row A3 of How "
            "we know).",
            zh="同一个 ReLU RNN，循环权重的两种起点：torch 默认与单位阵"
            "（Le et al. 2015；三个种子的结果见“我们怎么知道”第 A3 行）。",
        ),
        {"task": "temporal_order", "seq_len": "60", "cell": "rnn", "init": "default"}
        | {"activation": "relu", "learning_rate": "0.003"},
        ";init:identity",
    ),
    "clipping": Ready(
        Text(
            en="Clip or not: identity RNN, T = 100", zh="裁剪与否：单位阵 RNN，T = 100"
        ),
        Text(
            en="One RNN with ReLU that begins at the identity, with its gradient "
            "clipped to norm 1 and with the gradient as it is.",
            zh="同一个从单位阵出发的 ReLU RNN：梯度裁剪到范数 1，与不裁剪。",
        ),
        {"task": "adding", "cell": "rnn", "activation": "relu", "init": "identity"},
        ";clip_norm:none",
    ),
}


def ready_of(duel: Duel) -> str | None:
    """Return the name of the ready duel that one is, whatever its seeds and device."""
    return _by_settings().get(_without_chance(duel))


@cache
def _by_settings() -> dict[tuple[str, ...], str]:
    return {_without_chance(ready.duel): name for name, ready in READY.items()}


def _without_chance(duel: Duel) -> tuple[str, ...]:
    """Return what names a duel's settings."""
    dumps = (config.model_dump(exclude={"seed", "device"}) for config in duel.settings)
    return tuple(RunConfig(**settings).key for settings in dumps)
