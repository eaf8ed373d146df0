"""ROUGE against Google's package rouge-score, over random texts."""

import random

from checks._check import Cases, check
from checks._measures import absolute
from checks._subjects import TASKS
from explorer.rouge import rouge_l, rouge_n
from explorer.texts import Text

WORDS = ["cat", "dog", "sat", "ran", "on", "mat"]
TEXTS = 400


@check(
    TASKS,
    quantity=Text(en="ROUGE-1, ROUGE-2 and ROUGE-L", zh="ROUGE-1、ROUGE-2 与 ROUGE-L"),
    reference=Text(
        en="Google's rouge-score, random texts", zh="Google 的 rouge-score，随机文本"
    ),
    where=Text(en="the summarisation table", zh="摘要任务的得分表"),
    tolerance=1e-12,
    kind="absolute",
)
def f_measures() -> Cases:
    """Compare three F-measures; the words come again and again, texts may be empty."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
    chance = random.Random(6)
    for number in range(TEXTS):
        said, wanted = (chance.choices(WORDS, k=chance.randrange(30)) for _ in range(2))
        theirs = scorer.score(" ".join(wanted), " ".join(said))
        ours = [
            rouge_n(said, wanted, 1),
            rouge_n(said, wanted, 2),
            rouge_l(said, wanted),
        ]
        expected = [theirs[kind].fmeasure for kind in ("rouge1", "rouge2", "rougeL")]
        yield f"text {number}", absolute(ours, expected)
