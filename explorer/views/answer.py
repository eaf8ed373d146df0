"""One held-out sequence: what went in, what was asked for, what the network says."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.figures.class_answer import class_answer
from explorer.figures.series_answer import series_answer
from explorer.figures.value_answer import value_answer
from explorer.texts import Language, Text
from explorer.views._view import SHOWN, VIEWS, Scene, View


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of logits (K,)."""
    exponents = np.exp(logits - logits.max())
    return exponents / exponents.sum()


@VIEWS.register
class Answer(View):
    """Input, target and the network's answer for one sequence."""

    order = 4
    title = Text(en="One sequence and the answer", zh="一个序列与网络的回答")
    caption = Text(
        en="Above: what the network reads. Below: what it should say and what it says, "
        "on a sequence it never trained on.",
        zh="上：网络读入的内容。下：应有的回答与网络的回答（该序列从未用于训练）。",
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
        outputs = trace.outputs[:, SHOWN]
        if task.answer_kind == "class":
            return class_answer(
                **shared,
                target=int(trace.targets[SHOWN]),
                probabilities=softmax(outputs[-1]),
                class_names=names,
            )
        if task.answer_kind == "value":
            return value_answer(
                **shared,
                target=float(trace.targets[SHOWN, 0]),
                answer=float(outputs[-1, 0]),
                value_range=task.value_range,
            )
        return series_answer(
            **shared,
            targets=trace.targets[:, SHOWN],
            answers=outputs,
            output_names=names,
            times=task.times(),
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return target and answer in words."""
        task, trace = scene.task, scene.trace
        outputs = trace.outputs[:, SHOWN]
        if task.answer_kind == "class":
            probabilities = softmax(outputs[-1])
            target = int(trace.targets[SHOWN])
            return Text(
                en="Right class {name}; the network gives it a probability of {p:.0%}.",
                zh="正确类别为 {name}；网络给它的概率为 {p:.0%}。",
            ).format(name=task.output_names[target], p=probabilities[target])
        if task.answer_kind == "value":
            return Text(
                en="Target {target:.3g}, the network's answer {answer:.3g}.",
                zh="目标 {target:.3g}，网络的回答 {answer:.3g}。",
            ).format(target=trace.targets[SHOWN, 0], answer=outputs[-1, 0])
        error = np.abs(outputs - trace.targets[:, SHOWN]).mean()
        return Text(
            en="Mean absolute error over the sequence: {error:.3g}.",
            zh="整个序列的平均绝对误差：{error:.3g}。",
        ).format(error=error)
