"""Texts to predict: windows, alphabets, counted rivals, and texts refused."""

import math
from collections import Counter

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from explorer.tasks import TASKS
from explorer.tasks._text import DONE, NOUNS, SEEN, written_text


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def words_of(task, inputs: torch.Tensor) -> list[list[str]]:
    """Return what each sequence of one-hot inputs (time, batch, input) reads."""
    names = [text.en for text in task.input_names]
    return [[names[i] for i in column] for column in inputs.argmax(2).T.tolist()]


def random_text(length: int, symbols: str = "abcdefghij", seed: int = 0) -> str:
    """Return a text whose longer pieces come nowhere twice."""
    return "".join(np.random.default_rng(seed).choice(list(symbols), length))


@pytest.mark.parametrize(("length", "first_test"), [(3000, 2700), (100, 79)])
def test_windows_are_the_texts_and_no_training_window_reaches_the_test(
    length, first_test
):
    text = random_text(length)
    task = TASKS["characters"](seq_len=20, text=text)
    names = [name.en for name in task.output_names]

    def places(batch) -> list[int]:
        found = []
        for i, read in enumerate(words_of(task, batch.inputs)):
            asked = [names[code] for code in batch.targets[:, i]]
            assert asked[:-1] == read[1:]
            assert text.count("".join(read)) == 1
            found.append(text.index("".join([*read, asked[-1]])))
        return found

    trained = places(task.sample(2000, generator()))
    tested = places(task.evaluation(30, generator()))
    assert min(trained) == 0
    assert first_test - 30 < max(trained) <= first_test - 21
    assert min(tested) == first_test and max(tested) <= length - 21
    assert len(set(tested)) == len(tested) == min(30, (length - first_test - 1) // 20)
    assert all(b - a >= 20 for a, b in zip(tested, tested[1:], strict=False))


def test_the_table_of_characters_is_counted_in_training_and_scored_in_the_test():
    text = random_text(600, "aaab") + random_text(400, "aabc", seed=1)
    task = TASKS["characters"](seq_len=20, text=text)
    known, symbols = text[:900], sorted(set(text))
    single, pairs = Counter(known), Counter(zip(known, known[1:], strict=False))
    before = Counter(known[:-1])
    share = {a: (single[a] + 1) / (900 + len(symbols)) for a in symbols}
    after = {
        (a, b): (pairs[a, b] + share[b]) / (before[a] + 1)
        for a in symbols
        for b in symbols
    }
    asked = list(zip(text[900:-1], text[901:], strict=True))
    trained = list(zip(known[:-1], known[1:], strict=True))
    unigram, (bigram,) = task.baseline(), task.rivals()
    assert sum(share.values()) == pytest.approx(1)
    assert unigram.loss == pytest.approx(
        -np.mean([math.log(share[b]) for _, b in trained])
    )
    assert unigram.metric == pytest.approx(
        -np.mean([math.log2(share[b]) for _, b in asked])
    )
    assert bigram.loss == pytest.approx(
        -np.mean([math.log(after[pair]) for pair in trained])
    )
    assert bigram.metric == pytest.approx(
        -np.mean([math.log2(after[pair]) for pair in asked])
    )


def test_the_unit_is_bits_per_character():
    task = TASKS["characters"](text=random_text(1000, "abcdefgh"))
    batch = task.evaluation(10, generator())
    outputs = torch.zeros(*batch.inputs.shape)
    assert task.metric(outputs, batch.targets) == pytest.approx(3.0)


def test_the_alphabet_is_the_commonest_hundred_of_training_and_one_other():
    rare = "".join(chr(0x4E00 + i) for i in range(150))
    text = random_text(2000, "xyz") + rare + random_text(2000, "xyz", seed=1) + "Ω" * 50
    task = TASKS["characters"](text=text)
    names = [name.en for name in task.output_names]
    assert len(names) == 101 and set("xyz") == set(names[:3])
    assert names[-1] == "other" and "Ω" not in names
    batch = task.evaluation(100, generator())
    assert batch.targets[-1, -1] == 100, "what training has never seen"


def test_the_built_in_text_agrees_in_number_and_is_always_the_same():
    names = [name.en for name in TASKS["characters"]().input_names]
    assert set(names) <= set("␣.abcdefghijklmnopqrstuvwxyz")
    text = written_text()
    assert 5000 < len(text) < 50_000
    assert written_text.__wrapped__() == text
    verbs = set(DONE) | set(SEEN)
    for sentence in text.removesuffix(". ").split(". "):
        words = sentence.split()
        plural = words[1].removesuffix("s") in NOUNS and words[1] not in NOUNS
        own = [
            word for word in words if word in verbs or word.removesuffix("s") in verbs
        ]
        # The clause's verb and the main one both agree with the first noun.
        assert len(own) == 1 + ("that" in words)
        assert all((verb in verbs) == plural for verb in own), sentence


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x", "text_constant"),
        ("x" * 5000, "text_constant"),
        ("\x00\x01\x1b", "text_constant"),
        ("x" * 4000 + "y", "text_constant"),  # the y is only in the test part
        ("hello, world", "text_short"),
        ("ab" * 50, "text_short"),
        ("ab" * 50_001, "text_long"),
    ],
)
def test_a_text_with_nothing_to_learn_is_refused_by_its_reason(text, kind):
    with pytest.raises(ValidationError) as refused:
        TASKS["characters"](text=text, seq_len=50)
    (error,) = refused.value.errors()
    assert error["type"] == kind and error["ctx"]["field"] == "text"
    if kind == "text_short":
        assert error["ctx"]["minimum"] == 102 and error["ctx"]["length"] == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "ab" * 51,
        "ab" * 50_000,
        "שלום עולם\u200f " * 50,
        "👩‍👩‍👧 é́ naïve ␣ ⏎ \u00a0\t\r\n" * 50,
        "明月几时有？把酒问青天。" * 30,
        "lone \ud800 half" * 30,
        "<b>&amp;$x$\x00\x07" * 40,
    ],
)
def test_any_other_text_can_be_read_and_its_characters_have_names(text):
    task = TASKS["characters"](text=text, seq_len=50)
    assert "\r" not in task.text and "\x00" not in task.text
    task.text.encode()
    names = [name.en for name in task.input_names]
    assert len(set(names)) == len(names) >= 2
    assert all(name.strip() and name.isprintable() for name in names)
    batch = task.sample(8, generator())
    assert 0 < task.baseline().loss < math.log(len(names)) + 1
    reading, due, said = task.readings(
        batch.inputs[:, 0], batch.targets[:, 0], batch.inputs[:, 0]
    )
    assert "".join(word for word, _ in reading.words) in task.text
    assert [word for word, _ in due.words[:-1]] == [w for w, _ in reading.words[1:]]
    for (word, mark), (right, _) in zip(said.words, due.words, strict=True):
        assert mark == ("right" if word == right else "wrong")
