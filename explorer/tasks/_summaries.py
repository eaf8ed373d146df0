"""The words of the keep-or-drop task, its texts, and what a summary is worth."""

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from explorer.rouge import f_measure, rouge_l, rouge_n
from explorer.tasks._task import Batch, Mark, one_hot
from explorer.texts import Text

TITLE, BODY, STOP = "TITLE", "BODY", "."
ENTITIES = {
    "fox": "狐狸", "owl": "猫头鹰", "bear": "熊", "hare": "野兔", "wolf": "狼",
    "crow": "乌鸦", "deer": "鹿", "mole": "鼹鼠", "swan": "天鹅", "lynx": "猞猁",
    "otter": "水獭", "robin": "知更鸟", "badger": "獾", "heron": "苍鹭",
    "beaver": "河狸", "weasel": "黄鼠狼", "raven": "渡鸦", "toad": "蟾蜍",
    "newt": "蝾螈", "mouse": "老鼠",
}  # fmt: skip
MARKERS = {TITLE: "标题", BODY: "正文", STOP: "句号"}
FILLERS = {"well": "嗯", "so": "那么", "now": "现在", "then": "然后", "hm": "哼"}
VERBS = {
    "finds": "找到", "paints": "画", "sells": "卖", "mends": "修补", "hides": "藏起",
    "draws": "描绘",
}  # fmt: skip
OBJECTS = {
    "boats": "船", "maps": "地图", "clocks": "钟", "letters": "信", "lamps": "灯",
    "shoes": "鞋",
}  # fmt: skip
ADVERBS = {
    "slowly": "慢慢地", "quietly": "悄悄地", "happily": "高兴地", "often": "常常",
    "today": "今天", "again": "又",
}  # fmt: skip
SENTENCE = 5
"""Words in a sentence: entity, verb, object, adverb, full stop."""
ADVERB = 3
"""Which of them, from 0, a summary leaves out."""
TITLE_SHARE = 1 / 3
"""How often a sentence's entity is drawn from the title's, not from all."""
LEAST_FILLER = 10
EXAMPLES, TESTS = 3000, 100
OTHERS = MARKERS | FILLERS | VERBS | OBJECTS | ADVERBS


class Plan(NamedTuple):
    """How long the parts of a text are: `topics` of `entities` stand in its title."""

    entities: int
    topics: int
    filler: int
    sentences: int

    @classmethod
    def of(cls, length: int, entities: int, topics: int) -> "Plan":
        """Return the plan of a text of so many words: sentences as there is room."""
        room = length - 2 - topics - LEAST_FILLER
        sentences, left = divmod(room, SENTENCE)
        return cls(entities, topics, LEAST_FILLER + left, sentences)

    @property
    def body(self) -> int:
        """Where the sentences begin."""
        return 2 + self.topics + self.filler

    def words(self) -> list[str]:
        """Return the vocabulary, the entities first."""
        return [*list(ENTITIES)[: self.entities], *OTHERS]

    def names(self) -> list[Text]:
        """Return the vocabulary's names; the Chinese ones add what a word means."""
        meanings = ENTITIES | OTHERS
        return [Text(en=word, zh=f"{word} {meanings[word]}") for word in self.words()]


def draw(plan: Plan, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Return texts as numbers of words and which words to keep, (length, count) int64.

    `TITLE entities BODY filler (entity verb object adverb .) ...`: a sentence is kept,
    without its adverb, if its entity stands in the title.
    """
    words, shape = plan.words(), (plan.sentences, count)

    def one_of(group: dict[str, str], *size: int) -> Tensor:
        first = words.index(next(iter(group)))
        return torch.randint(first, first + len(group), size, generator=generator)

    def always(word: str, *size: int) -> Tensor:
        return torch.full(size, words.index(word))

    order = torch.rand(plan.entities, count, generator=generator).argsort(0)
    title = order[: plan.topics]
    topical = torch.rand(shape, generator=generator) < TITLE_SHARE
    which = torch.randint(0, plan.topics, shape, generator=generator)
    anyone = torch.randint(0, plan.entities, shape, generator=generator)
    entity = torch.where(topical, title.gather(0, which), anyone)
    kept = (entity[:, None] == title).any(1).long()
    parts = [entity, *(one_of(g, *shape) for g in (VERBS, OBJECTS, ADVERBS))]
    body = torch.stack([*parts, always(STOP, *shape)], 1)
    keep = torch.stack([kept if i != ADVERB else 0 * kept for i in range(SENTENCE)], 1)
    filler = one_of(FILLERS, plan.filler, count)
    head = [always(TITLE, 1, count), title, always(BODY, 1, count), filler]
    nothing = torch.zeros(plan.body, count, dtype=torch.int64)
    return (
        torch.cat([*head, body.reshape(-1, count)]),
        torch.cat([nothing, keep.reshape(-1, count)]),
    )


def _texts(plan: Plan, count: int, seed: int) -> Batch:
    texts, keep = draw(plan, count, Generator().manual_seed(seed))
    return Batch(one_hot(texts, len(plan.words())), keep)


@lru_cache(maxsize=2)  # 30 to 70 MB each
def training_texts(plan: Plan) -> Batch:
    """Return the 3000 texts to train on, the same for every run."""
    return _texts(plan, EXAMPLES, seed=1)


@lru_cache(maxsize=8)
def held_out_texts(plan: Plan) -> Batch:
    """Return the 100 other texts to test on."""
    return _texts(plan, TESTS, seed=2)


def token_f1(said: Tensor, wanted: Tensor) -> float:
    """Return the F-measure of kept words over all texts together, both (...) bool.

    Where there is nothing to keep, keeping nothing is right.
    """
    if not said.any() and not wanted.any():
        return 1.0
    shared = (said & wanted).sum().item()
    return f_measure(shared, said.sum().item(), wanted.sum().item())


def worth(texts: Tensor, said: Tensor, wanted: Tensor) -> dict[str, float]:
    """Return what summaries are worth by every metric, ROUGE as means over the texts.

    Args:
        texts: (length, count) int64.
        said: (length, count) bool, which words are kept.
        wanted: (length, count) bool, which should be.
    """
    pairs = [
        (text[kept].tolist(), text[right].tolist())
        for text, kept, right in zip(texts.T, said.T, wanted.T, strict=True)
    ]
    found = {
        "ROUGE-1": [rouge_n(*pair, 1) for pair in pairs],
        "ROUGE-2": [rouge_n(*pair, 2) for pair in pairs],
        "ROUGE-L": [rouge_l(*pair) for pair in pairs],
    }
    return {name: sum(values) / len(pairs) for name, values in found.items()} | {
        "token F1": token_f1(said, wanted),
        "exact": (said == wanted).all(0).double().mean().item(),
        "kept/total": said.double().mean().item(),
    }


@lru_cache(maxsize=32)
def rivals_worth(plan: Plan, lead: int) -> list[dict[str, float]]:
    """Return what three summaries of the test texts are worth.

    All words of the sentences but the adverbs; the first `lead` sentences; all words.
    """
    inputs, targets = held_out_texts(plan)
    place = torch.arange(len(targets))[:, None].expand_as(targets) - plan.body
    answers = (
        (place >= 0) & (place % SENTENCE != ADVERB),
        (place >= 0) & (place < SENTENCE * lead),
        torch.ones_like(targets, dtype=torch.bool),
    )
    return [worth(inputs.argmax(2), said, targets == 1) for said in answers]


def marked(words: list[str], said: Tensor, wanted: Tensor) -> list[tuple[str, Mark]]:
    """Return words with what became of each.

    Args:
        words: a text.
        said: (length,) bool, which were kept.
        wanted: (length,) bool, which should have been.
    """
    marks: dict[tuple[bool, bool], Mark] = {
        (True, True): "kept",
        (True, False): "wrong",
        (False, True): "missed",
        (False, False): "dropped",
    }
    pairs = zip(said.tolist(), wanted.tolist(), strict=True)
    return [(word, marks[pair]) for word, pair in zip(words, pairs, strict=True)]
