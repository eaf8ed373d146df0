"""Spoken vowels: real speech, 12 cepstra a frame; which of nine men says /ae/?

M. Kudo, J. Toyama & M. Shimbo, "Multidimensional curve classification using
passing-through regions" (1999). Data, licence and split: assets/japanese_vowels.md.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._read_outs import linear_read_out
from explorer.tasks._task import TASKS, Baseline, Batch, ClassAtEnd, Finite
from explorer.texts import Text

DATA = Path(__file__).parents[2] / "assets" / "japanese_vowels.npz"
LONGEST, CEPSTRA, SPEAKERS = 29, 12, 9


class Utterances(NamedTuple):
    """Frames (utterances, 29, 12), zeros first; lengths and speakers (utterances,)."""

    frames: Tensor
    lengths: Tensor
    speakers: Tensor


@cache
def utterances(part: str) -> Utterances:
    """Return the "train" or "test" part, in training frames' standard deviations."""
    with np.load(DATA) as stored:
        known = stored["train_frames"] / 1e6
        frames = (stored[f"{part}_frames"] / 1e6 - known.mean(0)) / known.std(0)
        lengths = stored[f"{part}_lengths"].astype(int)
        speakers = torch.tensor(stored[f"{part}_speakers"].astype(int) - 1)
    spoken = np.arange(LONGEST) >= LONGEST - lengths[:, None]
    padded = torch.zeros(len(lengths), LONGEST, CEPSTRA)
    padded[torch.tensor(spoken)] = torch.tensor(frames, dtype=torch.float32)
    return Utterances(padded, torch.tensor(lengths), speakers)


@TASKS.register
class SpokenVowels(Finite, ClassAtEnd):
    """x_t is a frame of 12 LPC cepstra; shorter utterances begin with zeros."""

    order = 20
    family = "application"
    title = Text(en="spoken vowels (real speech)", zh="语音元音（真实录音）")
    question = Text(
        en="A man says two vowels, heard frame by frame. Which of nine men is it?",
        zh="一位男士说出两个元音，逐帧听入。他是九人中的哪一位？",
    )
    source = "Kudo, Toyama & Shimbo 1999"
    input_kind = "values"
    metric_title = Text(
        en="accuracy on 370 test utterances", zh="370 段测试语音的准确率"
    )
    settings = {
        "cell": "lstm",
        "init": "default",
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 270,
    }

    seq_len: whole(Text(en="Last frames heard T", zh="听入的末尾帧数 T"), 2, 29) = 29

    @property
    def input_names(self) -> list[Text]:
        """The twelve coefficients."""
        return [Text(en=f"cep. {i + 1}", zh=f"倒谱 {i + 1}") for i in range(CEPSTRA)]

    @property
    def output_names(self) -> list[Text]:
        """The nine speakers."""
        return [
            Text(en=f"speaker {i + 1}", zh=f"说话人 {i + 1}") for i in range(SPEAKERS)
        ]

    def _batch(self, part: str) -> Batch:
        frames, _, speakers = utterances(part)
        return Batch(frames[:, -self.seq_len :].transpose(0, 1), speakers)

    def examples(self) -> Batch:
        """Return the 270 training utterances, 30 by each speaker."""
        return self._batch("train")

    def evaluation(self, batch_size: int, generator: Generator) -> Batch:
        """Return the 370 test utterances, whatever the batch size."""
        return self._batch("test")

    def rivals(self) -> list[Baseline]:
        """Return linear read-outs of the mean frame and of the last frame."""
        mean = Text(en="linear, mean of the frames", zh="线性，各帧的平均")
        last = Text(en="linear, last frame only", zh="线性，只看最后一帧")
        return [
            Baseline(None, self._linear(slice(-self.seq_len, None)), mean),
            Baseline(None, self._linear(slice(-1, None)), last),
        ]

    def _linear(self, part: slice) -> float:
        """Return the accuracy of a linear read-out of the mean over some frames."""
        means, speakers = [], []
        for heard in (utterances("train"), utterances("test")):
            frames = heard.frames[:, part]
            spoken = heard.lengths.clamp(max=frames.shape[1])
            means.append(frames.sum(1) / spoken[:, None])
            speakers.append(heard.speakers)
        return linear_read_out(means[0], speakers[0], means[1], speakers[1])
