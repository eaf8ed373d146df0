"""ROUGE: the words, runs of words and order that a summary shares with the right one.

C.-Y. Lin (2004), "ROUGE: A Package for Automatic Evaluation of Summaries". F-measures
of a candidate against a single reference, over words as they are: nothing is stemmed.
"""

from collections import Counter
from collections.abc import Hashable, Sequence

Words = Sequence[Hashable]


def f_measure(shared: float, said: float, wanted: float) -> float:
    """Return the harmonic mean of precision and recall, 0 where nothing is shared.

    Args:
        shared: how much is in both.
        said: how much the candidate has.
        wanted: how much the reference has.
    """
    return 2 * shared / (said + wanted) if shared else 0.0


def rouge_n(candidate: Words, reference: Words, n: int) -> float:
    """Return ROUGE-N's F-measure in [0, 1]: shared runs of `n` words (Lin 2004, 2).

    A run that comes twice counts twice where both have it twice. Without such runs,
    in texts shorter than `n` words, it is 0.
    """
    said, wanted = _runs(candidate, n), _runs(reference, n)
    return f_measure((said & wanted).total(), said.total(), wanted.total())


def rouge_l(candidate: Words, reference: Words) -> float:
    """Return ROUGE-L's F-measure in [0, 1], with beta = 1 (Lin 2004, 3.1).

    What is shared is the longest common subsequence: words in the same order, others
    between them or not.
    """
    shared = _longest_common_subsequence(candidate, reference)
    return f_measure(shared, len(candidate), len(reference))


def _runs(words: Words, n: int) -> Counter[tuple[Hashable, ...]]:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _longest_common_subsequence(one: Words, other: Words) -> int:
    best = [0] * (len(other) + 1)  # of the words so far and each beginning of `other`
    for word in one:
        before = best
        best = [0]
        for place, match in enumerate(other):
            longer = before[place] + 1 if word == match else before[place + 1]
            best.append(max(longer, best[place]))
    return best[-1]
