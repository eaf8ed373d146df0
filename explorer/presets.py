"""Ready experiments: settings under which there is something to see within a minute."""

from functools import cache
from typing import NamedTuple

from explorer.config import RunConfig
from explorer.link import from_query, task_query
from explorer.texts import Text


class Preset(NamedTuple):
    """One experiment.

    Attributes:
        title: what it is called in the menu.
        purpose: one sentence on what there is to see.
        own: its settings as name=value pairs, the task among them, where they are not
            those under which the task is instructive.
        row: the row of the tables of who learns what that shows what is claimed.
    """

    title: Text
    purpose: Text
    own: dict[str, str]
    row: str

    @property
    def query(self) -> dict[str, str]:
        """Its settings as the name=value pairs of a link, what is usual left out."""
        return task_query(self.own["task"]) | self.own


PRESETS: dict[str, Preset] = {
    "gates": Preset(
        Text(en="A gate carries it: adding, T = 100", zh="门的作用：加法，T = 100"),
        Text(
            en="An LSTM whose gates begin wide open finds two numbers a hundred steps "
            "apart.",
            zh="门一开始就敞开的 LSTM，能把相隔上百步的两个数记住并相加。",
        ),
        {"task": "adding", "cell": "lstm", "init": "chrono"},
        "A1",
    ),
    "vanishing": Preset(
        Text(
            en="The gradient vanishes: the same, plain RNN",
            zh="梯度消失：同一任务，普通 RNN",
        ),
        Text(
            en="The same task without gates: the gradient fades on its way back and "
            "the loss stays where guessing is.",
            zh="同一任务但没有门：梯度在反传途中衰减，损失停留在猜测的水平。",
        ),
        {"task": "adding", "cell": "rnn", "init": "default"},
        "A1",
    ),
    "order": Preset(
        Text(en="What came first: temporal order", zh="先后顺序：时间顺序任务"),
        Text(
            en="Two symbols among many: which came first? The paths of h part into "
            "four.",
            zh="众多符号中的两个，哪个先出现？h 的轨迹分成四束。",
        ),
        {"task": "temporal_order", "cell": "lstm", "init": "chrono"},
        "C2",
    ),
    "flip_flop": Preset(
        Text(en="A memory of three bits: flip-flop", zh="三比特记忆：触发器"),
        Text(
            en="Each channel keeps the last pulse it saw; the states gather at the "
            "corners of a cube.",
            zh="每个通道记住最近一次脉冲；状态聚集在立方体的各个角上。",
        ),
        {"task": "flip_flop"},
        "C4",
    ),
    "summary": Preset(
        Text(en="A summariser: LSTM(128), Dense(1)", zh="摘要器：LSTM(128)、Dense(1)"),
        Text(
            en="Keep or drop, word by word: binary cross-entropy, Adam, ten epochs in "
            "batches of 32.",
            zh="逐词决定保留或舍去：二元交叉熵、Adam、10 个轮次、每批 32 个。",
        ),
        {"task": "summarisation", "cell": "lstm", "hidden_size": "128"}
        | {"optimiser": "adam", "batch_size": "32", "steps": "940"},
        "C21",
    ),
    "speech": Preset(
        Text(en="Speech: who says these vowels?", zh="语音：这段元音是谁说的？"),
        Text(
            en="Recordings of nine speakers, told apart by how two vowels sound over "
            "time.",
            zh="九位说话人的录音：从两个元音随时间的声音变化中辨认是谁。",
        ),
        {"task": "spoken_vowels"},
        "C19",
    ),
    "translation": Preset(
        Text(en="Translation: dates into ISO form", zh="翻译：把日期译成 ISO 格式"),
        Text(
            en="A date is read letter by letter and written out again in figures, from "
            "the state alone.",
            zh="逐字读入一个日期，再仅凭状态把它写成数字。",
        ),
        {"task": "translation"},
        "C22",
    ),
    "digits": Preset(
        Text(en="Handwritten digits, row by row", zh="逐行读手写数字"),
        Text(
            en="An image becomes a sequence of eight rows; after the last one: which "
            "digit is it?",
            zh="一幅图像变成八行的序列；读完最后一行：这是哪个数字？",
        ),
        {"task": "digits_by_row"},
        "C13",
    ),
    "characters": Preset(
        Text(en="The next character of a text", zh="文本的下一个字符"),
        Text(
            en="Which character comes next? Try it with a text of your own.",
            zh="下一个字符是什么？也可以换成自己的文本。",
        ),
        {"task": "characters"},
        "C20",
    ),
}


def experiment_of(config: RunConfig) -> str | None:
    """Return the name of the experiment that a run is, whatever its seed and device."""
    return _experiments().get(_without_chance(config))


@cache
def _experiments() -> dict[str, str]:
    configs = {name: from_query(PRESETS[name].query)[0] for name in PRESETS}
    return {_without_chance(config): name for name, config in configs.items()}


def _without_chance(config: RunConfig) -> str:
    settings = config.model_dump(exclude={"seed", "device"})
    return RunConfig(**settings).canonical()
