"""One held-out sequence: what went in, what was asked for, what the network says."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.figures.class_answer import class_answer
from explorer.figures.classes_answer import classes_answer
from explorer.figures.labels_answer import labels_answer
from explorer.figures.series_answer import series_answer
from explorer.figures.value_answer import value_answer
from explorer.probes.mistakes import marked_answers
from explorer.tasks import IGNORE
from explorer.texts import Language, Text
from explorer.views._view import SHOWN, VIEWS, Scene, View

RIGHT_CLASS = Text(
    en="Right class {name}; the network gives it a probability of {p:.0%}.",
    zh="正确类别为 {name}；网络给它的概率为 {p:.0%}。",
)
VALUE = Text(
    en="Target {target:.3g}, the network's answer {answer:.3g}.",
    zh="目标 {target:.3g}，网络的回答 {answer:.3g}。",
)
ERROR = Text(
    en="Mean absolute error over the sequence: {error:.3g}.",
    zh="整个序列的平均绝对误差：{error:.3g}。",
)
COUNTED = Text(
    en="Asked at {asked} time steps; the score counts {counted} of them, and the "
    "network is right at {right} of these.",
    zh="共有 {asked} 个时间步需要回答，其中 {counted} 个计分；"
    "网络在这些时间步答对 {right} 个。",
)
ASKED = Text(
    en="Asked at {asked} time steps; the network is right at {right} of them.",
    zh="共有 {asked} 个时间步需要回答；网络答对 {right} 个。",
)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of logits (..., K)."""
    exponents = np.exp(logits - logits.max(-1, keepdims=True))
    return exponents / exponents.sum(-1, keepdims=True)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Return the probability of a yes; any shape. Large logits do not overflow."""
    return 0.5 * (1 + np.tanh(0.5 * logits))


@VIEWS.register
class Answer(View):
    """Input, target and the network's answer for one sequence."""

    order = 4
    title = Text(en="One sequence and the answer", zh="一个序列与网络的回答")
    caption = Text(
        en="Above: what it reads. Below: what it should say and says, for a sequence "
        "apart from training.",
        zh="上：网络读入的内容。下：应有的回答与网络的回答（该序列与训练用的分开抽取）。",
    )

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the input and the answer in the task's form."""
        task, trace = scene.task, scene.trace
        shared: dict[str, Any] = {
            "inputs": trace.inputs[:, SHOWN],
            "input_names": [name.to(language) for name in task.input_names],
            "input_kind": task.input_kind,
            "language": language,
            "highlight": task.message_symbols,
        }
        names = [name.to(language) for name in task.output_names]
        outputs, target = trace.outputs[:, SHOWN], _target(scene)
        match task.answer_kind:
            case "class":
                return class_answer(
                    **shared,
                    target=int(target),
                    probabilities=softmax(outputs[-1]),
                    class_names=names,
                )
            case "value":
                return value_answer(
                    **shared,
                    target=float(target[0]),
                    answer=float(outputs[-1, 0]),
                    value_range=task.value_range,
                )
            case "classes":
                said, counted = marked_answers(task, trace, SHOWN)
                return classes_answer(
                    **shared,
                    said=said,
                    counted=counted,
                    targets=target,
                    probabilities=softmax(outputs),
                    class_names=names,
                )
            case "labels":
                return labels_answer(
                    **shared, targets=target, probabilities=sigmoid(outputs[:, 0])
                )
        return series_answer(
            **shared,
            targets=target,
            answers=outputs,
            output_names=names,
            times=task.times(),
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return target and answer in words."""
        task, target = scene.task, _target(scene)
        outputs = scene.trace.outputs[:, SHOWN]
        match task.answer_kind:
            case "class":
                return RIGHT_CLASS.format(
                    name=task.output_names[int(target)],
                    p=softmax(outputs[-1])[int(target)],
                )
            case "value":
                return VALUE.format(target=target[0], answer=outputs[-1, 0])
            case "classes" | "labels":
                said, counted = marked_answers(task, scene.trace, SHOWN)
                return _share(said == target, target != IGNORE, counted)
        return ERROR.format(error=np.abs(outputs - target).mean())


def _target(scene: Scene) -> np.ndarray:
    """Return the targets of the sequence that is shown."""
    return scene.trace.targets.take(SHOWN, scene.task.sequences_axis)


def _share(right: np.ndarray, asked: np.ndarray, counted: np.ndarray) -> Text:
    """Return in words how many of the counted steps are right; (time,) all."""
    words = ASKED if (counted == asked).all() else COUNTED
    return words.format(
        asked=asked.sum(), counted=counted.sum(), right=(right & counted).sum()
    )
