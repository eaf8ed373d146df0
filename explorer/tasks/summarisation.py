"""Summarisation: of every word of a text, keep it or drop it; synthetic, extractive.

Labels for each word as K. Filippova et al., "Sentence compression by deletion with
LSTMs" (2015), and for sentences R. Nallapati, F. Zhai & B. Zhou, "SummaRuNNer" (2017).
With E entities, M of them in the title, S sentences and L words, a sentence is kept
with probability q = 1/3 + (2/3) M/E. Who knows where
sentences and adverbs stand, but neither the title nor what was said before, tells the
words that no summary keeps: cross-entropy (4S/L) H(q), and by keeping all others
precision q at recall 1, F1 = 2q/(1 + q). Counting repeated names without the title is
worth more than that, reading the title most.
"""

import math

from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._summaries import (
    SENTENCE,
    TITLE_SHARE,
    Plan,
    held_out_texts,
    marked,
    rivals_worth,
    token_f1,
    training_texts,
    worth,
)
from explorer.tasks._task import (
    TASKS,
    Baseline,
    Batch,
    Finite,
    LabelPerStep,
    Mark,
    Reading,
    Score,
)
from explorer.texts import Text

GRAMMAR = Text(en="grammar alone", zh="只懂句式")
KEEP_ALL = Text(en="keep everything", zh="全部保留")


@TASKS.register
class Summarisation(Finite, LabelPerStep):
    """x_t is a word; keep it if its sentence is about an entity of the title.

    3000 texts to train on, the same for every run, and 100 others to test.
    """

    order = 22
    family = "application"
    title = Text(en="summarisation (synthetic)", zh="文本摘要（合成）")
    question = Text(
        en="Which words make the summary? The sentences about who is in the title, "
        "without their adverbs.",
        zh="哪些词该进入摘要？只保留讲标题主角的句子，并去掉副词。",
    )
    source = "Filippova et al. 2015; Nallapati et al. 2017"
    input_kind = "symbols"
    metric_title = Text(en="token F1", zh="词级 F1")
    higher_is_better = True
    mark = 0.95
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 128,
        "learning_rate": 0.03,
        "batch_size": 32,
        "steps": 940,  # ten epochs of 94 batches
    }
    score_titles = {
        "token F1": Text(en="token F1", zh="词级 F1"),
        "exact": Text(en="exact", zh="完全一致"),
        "kept/total": Text(en="kept/total", zh="保留/总数"),
    }
    unranked_scores = ("kept/total",)

    seq_len: whole(Text(en="Words L", zh="词数 L"), 20, 124) = 64
    entities: whole(Text(en="Entities E", zh="主角种数 E"), 4, 20) = 12
    topics: whole(Text(en="In the title M", zh="标题中的主角数 M"), 1, 3) = 2

    @property
    def plan(self) -> Plan:
        """How the words are shared out: as many sentences as there is room for."""
        return Plan.of(self.seq_len, self.entities, self.topics)

    @property
    def kept_share(self) -> float:
        """The probability q that a sentence is kept."""
        return TITLE_SHARE + (1 - TITLE_SHARE) * self.topics / self.entities

    @property
    def input_names(self) -> list[Text]:
        """The words."""
        return self.plan.names()

    @property
    def output_names(self) -> list[Text]:
        """Whether to keep the word."""
        return [Text(en="keep", zh="保留")]

    @property
    def message_symbols(self) -> list[int]:
        """The entities."""
        return list(range(self.entities))

    def examples(self) -> Batch:
        """Return the 3000 training texts."""
        return training_texts(self.plan)

    def evaluation(self, batch_size: int, generator: Generator) -> Batch:
        """Return test texts, at most 100, always the same."""
        every = held_out_texts(self.plan)
        return Batch(*(tensor[:, :batch_size] for tensor in every))

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the F-measure of kept words; kept is what is likelier than not."""
        return token_f1(outputs[..., 0] > 0, targets == 1)

    def baseline(self) -> Baseline:
        """Return what knowing the grammar alone is worth."""
        q, plan = self.kept_share, self.plan
        entropy = -q * math.log(q) - (1 - q) * math.log(1 - q)
        share = (SENTENCE - 1) * plan.sentences / self.seq_len
        return Baseline(share * entropy, 2 * q / (1 + q), GRAMMAR)

    def rivals(self) -> list[Baseline]:
        """Return the expected F-measures of the first sentences and of everything."""
        q, s, k = self.kept_share, self.plan.sentences, self._lead
        kept = (SENTENCE - 1) * q
        lead = 2 * k * kept / (SENTENCE * k + kept * s)
        everything = 2 * kept * s / (self.seq_len + kept * s)
        return [
            Baseline(None, lead, self._lead_title),
            Baseline(None, everything, KEEP_ALL),
        ]

    @property
    def _lead(self) -> int:
        """How many sentences a summary has on average."""
        return max(1, round(self.kept_share * self.plan.sentences))

    @property
    def _lead_title(self) -> Text:
        k = self._lead
        return Text(en=f"lead-{k}: the first {k}", zh=f"lead-{k}：取前 {k} 句")

    def scores(self, batch: Batch, outputs: Tensor) -> list[Score]:
        """Return ROUGE and the like of the network and of those who don't read."""
        texts, wanted = batch.inputs.argmax(2), batch.targets == 1
        rivals = zip(
            (GRAMMAR, self._lead_title, KEEP_ALL),
            rivals_worth(self.plan, self._lead),
            strict=True,
        )
        network = worth(texts, outputs[..., 0] > 0, wanted)
        return [
            Score(Text(en="the network", zh="网络"), network),
            *(Score(title, values) for title, values in rivals),
        ]

    def readings(
        self, inputs: Tensor, targets: Tensor, outputs: Tensor
    ) -> list[Reading]:
        """Return the right summary, the network's, and the text as it edits it."""
        words = [self.plan.words()[i] for i in inputs.argmax(1).tolist()]
        edited = marked(words, outputs[:, 0] > 0, targets == 1)
        due: Mark = ""
        right = [(word, due) for word, mark in edited if mark in ("kept", "missed")]
        own = [pair for pair in edited if pair[1] in ("kept", "wrong")]
        return [
            Reading(Text(en="the right summary", zh="正确的摘要"), right),
            Reading(Text(en="the network's summary", zh="网络的摘要"), own),
            Reading(
                Text(en="the text, as the network edits it", zh="网络删改的原文"),
                edited,
            ),
        ]

    def classes(self, batch: Batch) -> Tensor:
        """Colour every time step by whether the word is to be kept."""
        return batch.targets

    def class_names(self) -> list[Text]:
        """Return what is to be done with a word."""
        return [Text(en="drop", zh="舍去"), Text(en="keep", zh="保留")]
