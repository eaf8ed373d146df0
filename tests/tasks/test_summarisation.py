"""Keep or drop: texts by their rule, rivals by samples, scores by other libraries."""

import math

import numpy as np
import pytest
import torch
from rouge_score.rouge_scorer import RougeScorer
from sklearn.metrics import f1_score, log_loss

from explorer.tasks import TASKS


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def words_of(task, inputs: torch.Tensor) -> list[list[str]]:
    """Return what each sequence of one-hot inputs (time, batch, input) reads."""
    names = [text.en for text in task.input_names]
    return [[names[i] for i in column] for column in inputs.argmax(2).T.tolist()]


SIZES = [(64, 12, 2), (20, 4, 1), (23, 4, 3), (124, 20, 3)]
every_size = pytest.mark.parametrize(("seq_len", "entities", "topics"), SIZES)


def summary_of(words: list[str]) -> list[bool]:
    """Return which words to keep, by the rule: sentences on the title, no adverb."""
    begin = words.index("BODY")
    title, keep = words[1:begin], [False] * len(words)
    first = len(words)
    while words[first - 1] == ".":
        first -= 5
    for start in range(first, len(words), 5):
        for place in (0, 1, 2, 4):
            keep[start + place] = words[start] in title
    return keep


@every_size
def test_a_text_has_title_filler_and_sentences_and_keeps_those_on_its_title(
    seq_len, entities, topics
):
    task = TASKS["summarisation"](seq_len=seq_len, entities=entities, topics=topics)
    batch = task.sample(100, generator())
    cast = {text.en for text in task.input_names[:entities]}
    for words, targets in zip(
        words_of(task, batch.inputs), batch.targets.T, strict=True
    ):
        title = words[1 : 1 + topics]
        assert words[0] == "TITLE" and words[1 + topics] == "BODY"
        assert len(set(title)) == topics and set(title) <= cast
        sentences = (seq_len - 12 - topics) // 5
        body = words[seq_len - 5 * sentences :]
        assert set(body[0::5]) <= cast and set(body[4::5]) == {"."}
        assert not cast & set(words[2 + topics : seq_len - 5 * sentences])
        assert targets.tolist() == summary_of(words)


@every_size
def test_a_sentence_is_kept_as_often_as_the_formula_says(seq_len, entities, topics):
    task = TASKS["summarisation"](seq_len=seq_len, entities=entities, topics=topics)
    stops = task.examples().targets[-1].double()  # of the last sentence
    q = 1 / 3 + 2 / 3 * topics / entities
    assert stops.mean().item() == pytest.approx(
        q, abs=5 * math.sqrt(q * (1 - q) / len(stops))
    )


@every_size
def test_no_test_text_is_a_training_text(seq_len, entities, topics):
    task = TASKS["summarisation"](seq_len=seq_len, entities=entities, topics=topics)
    known, asked = task.examples(), task.evaluation(1000, generator())
    assert known.inputs.shape[1] == 3000 and asked.inputs.shape[1] == 100
    trained = {tuple(column) for column in known.inputs.argmax(2).T.tolist()}
    assert len(trained) > 2990
    assert not trained & {tuple(c) for c in asked.inputs.argmax(2).T.tolist()}


@every_size
def test_the_rivals_of_the_summary_reach_what_is_said(seq_len, entities, topics):
    task = TASKS["summarisation"](seq_len=seq_len, entities=entities, topics=topics)
    targets = task.examples().targets
    sentences = (seq_len - 12 - topics) // 5
    q = 1 / 3 + 2 / 3 * topics / entities
    place = np.arange(seq_len) - (seq_len - 5 * sentences)
    lead = max(1, round(q * sentences))
    no_adverb = (place >= 0) & (place % 5 != 3)
    first, everything = task.rivals()
    assert f"lead-{lead}" in first.title.en
    for rival, kept in (
        (task.baseline(), no_adverb),
        (first, (place >= 0) & (place < 5 * lead)),
        (everything, place >= -seq_len),
    ):
        said = np.repeat(kept[:, None], targets.shape[1], 1).ravel()
        expected = f1_score(targets.numpy().ravel(), said)
        assert rival.metric == pytest.approx(expected, rel=0.06)
    chances = np.repeat(np.where(no_adverb, q, 0)[:, None], targets.shape[1], 1)
    expected = log_loss(targets.numpy().ravel(), chances.ravel())
    assert task.baseline().loss == pytest.approx(expected, rel=0.03)
    better = log_loss(targets.numpy().ravel(), (chances * 1.1).ravel())
    assert better > expected, "q is the best constant"


def test_the_scores_are_those_of_rouge_score_and_scikit_learn():
    task = TASKS["summarisation"]()
    batch = task.evaluation(12, generator())
    outputs = torch.randn(64, 12, 1, generator=generator(1))
    outputs[:, :4, 0] = batch.targets[:, :4] - 0.5  # four summaries without a fault
    network = task.scores(batch, outputs)[0].values
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
    found = {name: [] for name in ("rouge1", "rouge2", "rougeL")}
    said = outputs[..., 0] > 0
    for i, words in enumerate(words_of(task, batch.inputs)):
        words = ["stop" if word == "." else word for word in words]
        kept, right = (
            " ".join(np.array(words)[mask[:, i]])
            for mask in (said.numpy(), batch.targets.numpy() == 1)
        )
        for name, score in scorer.score(right, kept).items():
            found[name].append(score.fmeasure)
    assert network["ROUGE-1"] == pytest.approx(np.mean(found["rouge1"]), abs=1e-12)
    assert network["ROUGE-2"] == pytest.approx(np.mean(found["rouge2"]), abs=1e-12)
    assert network["ROUGE-L"] == pytest.approx(np.mean(found["rougeL"]), abs=1e-12)
    f1 = f1_score(batch.targets.ravel(), said.ravel())
    assert network["token F1"] == pytest.approx(f1)
    assert task.metric(outputs, batch.targets) == pytest.approx(f1)
    assert network["exact"] == pytest.approx(4 / 12)
    assert network["kept/total"] == pytest.approx(said.double().mean().item())


def test_the_network_stands_first_above_the_three_simple_rules():
    task = TASKS["summarisation"]()
    batch = task.evaluation(100, generator())
    network, memoryless, lead, everything = task.scores(
        batch, 2.0 * batch.targets[..., None] - 1
    )
    assert set(network.values) - {"kept/total"} == {
        name for name, value in network.values.items() if value == 1.0
    }
    assert everything.values["kept/total"] == 1
    assert memoryless.values["token F1"] == pytest.approx(
        task.baseline().metric, rel=0.05
    )
    assert lead.values["kept/total"] == pytest.approx(20 / 64)
    assert set(task.score_titles) | set(task.unranked_scores) <= set(network.values)


def test_a_summary_can_be_read_with_what_was_kept_dropped_and_missed():
    task = TASKS["summarisation"]()
    batch = task.evaluation(5, generator())
    inputs, targets = batch.inputs[:, 1], batch.targets[:, 1]
    outputs = torch.randn(64, 1, generator=generator(2))
    right, own, text = task.readings(inputs, targets, outputs)
    (words,) = words_of(task, inputs[:, None])
    assert [word for word, _ in text.words] == words
    kept = np.array(words)[targets.numpy() == 1].tolist()
    assert [word for word, _ in right.words] == kept
    produced = np.array(words)[outputs[:, 0].numpy() > 0].tolist()
    assert [word for word, _ in own.words] == produced
    marks = {(1, True): "kept", (0, True): "wrong", (1, False): "missed"}
    for (_, mark), target, output in zip(text.words, targets, outputs, strict=True):
        expected = marks.get((int(target), bool(output > 0)), "dropped")
        assert mark == expected
