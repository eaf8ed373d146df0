"""Real speech, read anew: its frames, its split and its linear rivals."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score

from explorer.tasks import TASKS

VOWELS = Path(__file__).parents[2] / "assets" / "japanese_vowels.npz"


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def linear_accuracy(known, labels, asked, wanted) -> float:
    """Return the test accuracy of scikit-learn's least squares on one-hot classes."""
    fit = LinearRegression().fit(known, np.eye(labels.max() + 1)[labels])
    return accuracy_score(wanted, fit.predict(asked).argmax(1))


def recordings(part: str) -> tuple[list[np.ndarray], np.ndarray]:
    """Return utterances (frames, 12), standardised, and speakers from 0, read anew."""
    stored = np.load(VOWELS)
    train = stored["train_frames"] / 1e6
    frames = (stored[f"{part}_frames"] / 1e6 - train.mean(0)) / train.std(0)
    ends = np.cumsum(stored[f"{part}_lengths"].astype(int))
    speakers = stored[f"{part}_speakers"].astype(int) - 1
    return np.split(frames, ends[:-1]), speakers


@pytest.mark.parametrize("seq_len", [2, 12, 29])
@pytest.mark.parametrize("part", ["train", "test"])
def test_utterances_end_together_and_begin_with_zeros(seq_len, part):
    task = TASKS["spoken_vowels"](seq_len=seq_len)
    batch = task.examples() if part == "train" else task.evaluation(1, generator())
    spoken, speakers = recordings(part)
    np.testing.assert_array_equal(batch.targets, speakers)
    for i, utterance in enumerate(spoken):
        heard = utterance[-seq_len:]
        silence = seq_len - len(heard)
        np.testing.assert_allclose(batch.inputs[silence:, i], heard, atol=1e-5)
        assert not batch.inputs[:silence, i].any()


def test_the_split_of_the_speech_is_the_published_one_and_shares_nothing():
    task = TASKS["spoken_vowels"]()
    known, asked = task.examples(), task.evaluation(1, generator())
    assert torch.bincount(known.targets).tolist() == [30] * 9
    published = [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert torch.bincount(asked.targets).tolist() == published
    trained = {column.numpy().tobytes() for column in known.inputs.unbind(1)}
    assert len(trained) == 270
    assert not trained & {c.numpy().tobytes() for c in asked.inputs.unbind(1)}


@pytest.mark.parametrize("seq_len", [10, 29])
def test_the_linear_rivals_of_the_speech_are_least_squares(seq_len):
    (known, labels), (asked, wanted) = recordings("train"), recordings("test")
    mean, last = TASKS["spoken_vowels"](seq_len=seq_len).rivals()
    for rival, length in ((mean, seq_len), (last, 1)):
        features = [
            np.stack([u[-length:].mean(0) for u in part]) for part in (known, asked)
        ]
        expected = linear_accuracy(features[0], labels, features[1], wanted)
        assert rival.metric == pytest.approx(expected, abs=1 / 370)
