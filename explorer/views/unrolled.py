"""The network unrolled over one sequence: forward its states, backward the gradient."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.batches import TRACED
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.figures._sample import ANSWER, TARGET
from explorer.figures._strips import read, said_at_end, said_in_values, said_in_words
from explorer.figures._theme import number
from explorer.figures.unrolled import State, drawn, unrolled
from explorer.probes.mistakes import marked_answers
from explorer.texts import Language, Text
from explorer.views._view import (
    SHOWN,
    VIEWS,
    Choice,
    Scene,
    View,
    chosen_layer,
    layer_choice,
)

SEQUENCES = Choice(
    "sequence",
    Text(en="sequence", zh="序列"),
    {
        str(i): Text(en=f"sequence {i + 1}", zh=f"序列 {i + 1}")
        for i in range(TRACED // 2)
    },
)
YES_OR_NO = (Text(en="no", zh="否"), Text(en="yes", zh="是"))


def _sequence(scene: Scene, chosen: Mapping[str, str]) -> int:
    """Return which sequence is shown; of big runs fewer are traced than are offered."""
    wanted = int(SEQUENCES.of(chosen))
    return wanted if wanted < len(scene.trace.losses) else SHOWN


@VIEWS.register
class Unrolled(View):
    """A cell a time step; the loss at the end; and what comes back of its gradient."""

    page = "unrolled"
    size = "wide"
    drawing = "unrolled"
    order = 10
    title = Text(en="The network unrolled", zh="沿时间展开的网络")
    caption = Text(
        en="First each step's state, in colour; then back: how bright the loss's "
        "gradient still is. Click a step to open it.",
        zh="先向右：每一步的状态（颜色）；再往回：损失的梯度传到这里还剩多亮。"
        "点击某一步可展开细看。",
    )

    def choices(self, config: RunConfig) -> list[Choice]:
        """Offer some of the traced sequences, and the layers."""
        return [SEQUENCES, *layer_choice(config)]

    def figure(
        self, scene: Scene, language: Language, chosen: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return states, gates, gradients, input, answer and loss of one sequence."""
        trace, cell = scene.trace, CELLS[scene.config.cell]
        layer, sequence = chosen_layer(scene.config, chosen), _sequence(scene, chosen)
        states = {
            name: State(
                of[layer, :, sequence], trace.gradients[name][layer, :, sequence]
            )
            for name, of in trace.states.items()
        }
        length, units = states["h"].values.shape
        times = drawn(length, units, len(states)).times
        return unrolled(
            states,
            {name: trace.gates[name][layer, :, sequence] for name in cell.gates},
            keep=cell.keep_block if cell.keep_block in cell.gates else None,
            inputs=read(
                trace.inputs[:, sequence],
                [name.to(language) for name in scene.task.input_names],
                scene.task.input_kind,
                scene.task.message_symbols,
                times,
            ),
            answers=_answers(scene, sequence, times, language),
            loss=float(trace.losses[sequence]),
            language=language,
            above=scene.config.num_layers - 1 - layer,
        )

    def describe(self, scene: Scene, chosen: Mapping[str, str]) -> Text:
        """Return the loss, and the gradient at both ends of the sequence."""
        layer, sequence = chosen_layer(scene.config, chosen), _sequence(scene, chosen)
        told = Text(
            en="Sequence {n}: loss {loss}.", zh="序列 {n}：损失 {loss}。"
        ).format(n=sequence + 1, loss=number(scene.trace.losses[sequence]))
        for name, gradient in scene.trace.gradients.items():
            first, last = np.linalg.norm(gradient[layer, [0, -1], sequence], axis=1)
            more = Text(
                en=" |∂L/∂{s}|: {first} at the first time step, {last} at the last.",
                zh="|∂L/∂{s}|：第一个时间步 {first}，最后一个 {last}。",
            ).format(s=name, first=number(first), last=number(last))
            told = Text(en=told.en + more.en, zh=told.zh + more.zh)
        return told


def _answers(
    scene: Scene, sequence: int, times: np.ndarray, language: Language
) -> dict[str, Any]:
    """Return what should be said and what is, in the task's form."""
    task, trace = scene.task, scene.trace
    target = trace.targets.take(sequence, task.sequences_axis)
    outputs = trace.outputs[:, sequence]
    names = [name.to(language) for name in task.output_names]
    match task.answer_kind:
        case "class":
            likeliest = int(np.argmax(outputs[-1]))
            wanted, given = names[int(target)], names[likeliest]
            return _end(wanted, given, likeliest == int(target), language)
        case "value":
            wanted, given = number(target[0]), number(outputs[-1, 0])
            return _end(wanted, given, None, language)
        case "classes" | "labels":
            if task.answer_kind == "labels":
                names = [word.to(language) for word in YES_OR_NO]
            said, counted = marked_answers(task, trace, sequence)
            return said_in_words(target, said, counted, names, times)
    return said_in_values(target, outputs, names, times)


def _end(
    target: str, answer: str, right: bool | None, language: Language
) -> dict[str, Any]:
    wanted, given = TARGET.format(value=target), ANSWER.format(value=answer)
    return said_at_end(wanted.to(language), given.to(language), right)
