"""The subjects of the checks, in the order in which the page shows them."""

from checks._check import Subject
from explorer.texts import Text

CELLS = Subject(
    Text(en="The cells", zh="循环单元"),
    Text(
        en="Hidden states and their gradients, beside the same weights in other "
        "people's libraries or the paper's equations written out once more.",
        zh="隐藏状态及其梯度，与他人的库（权重相同）或另行写出的论文公式对照。",
    ),
)
GRADIENTS = Subject(
    Text(en="Gradients", zh="梯度"),
    Text(
        en="Derivatives, beside what really happens when a number is nudged.",
        zh="导数，与真正给一个数加上微小扰动后的变化对照。",
    ),
)
TASKS = Subject(
    Text(en="Tasks and guesses", zh="任务与猜测基线"),
    Text(
        en="Losses, scores and the guesses to beat, beside formulas worked out by "
        "hand and the statistics libraries.",
        zh="损失、得分以及要超过的猜测基线，与手工推导的公式和统计库对照。",
    ),
)
TRAINING = Subject(
    Text(en="Training", zh="训练"),
    Text(
        en="Every update of the weights, and where they begin.",
        zh="权重的每一次更新，以及它们的起点。",
    ),
)
MEASUREMENTS = Subject(
    Text(en="What is measured on a network", zh="对网络的测量"),
    Text(
        en="How much a gradient shrinks, what a state remembers, where it goes: "
        "beside theorems and other libraries. What is marked Python can be called from "
        "there and has no picture yet.",
        zh="梯度缩小多少、状态记住什么、走向何处：与定理和其他库对照。"
        "标有 Python 的可以在程序中调用，目前还没有图。",
    ),
)
DYNAMICS = Subject(
    Text(en="Dynamics", zh="动力学"),
    Text(
        en="Fixed points, chaos and stability, beside cases whose answer is known. "
        "They can be called from Python and have no picture yet.",
        zh="不动点、混沌与稳定性，与答案已知的情形对照。"
        "目前可以在 Python 中调用，还没有图。",
    ),
)
SUBJECTS = [CELLS, GRADIENTS, TASKS, TRAINING, MEASUREMENTS, DYNAMICS]
