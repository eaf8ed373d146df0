"""Text to predict: cleaned, parted for training and testing, and written as numbers."""

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from random import Random
from typing import NamedTuple

import torch
from pydantic_core import PydanticCustomError
from torch import Tensor

from explorer.tasks._task import Mark
from explorer.texts import Text

LONGEST = 100_000
MOST_SYMBOLS = 100
OTHER = "\N{REPLACEMENT CHARACTER}"
"""What stands for every character that is not in the alphabet."""
VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

SENTENCES = 800
NOUNS = ["cat", "dog", "bird", "girl", "king", "poet", "friend", "neighbour"]
SEEN = ["see", "hear", "follow", "like", "meet", "know"]
DONE = ["sleep", "sing", "wait", "work", "smile", "dream"]


class Corpus(NamedTuple):
    """A text as numbers.

    Attributes:
        alphabet: the characters by number, commonest first; `OTHER` last if needed.
        codes: (length,) int64, the text.
        known: how many characters from its beginning are for training.
    """

    alphabet: list[str]
    codes: Tensor
    known: int

    @property
    def shares(self) -> Tensor:
        """Return how often each symbol comes in training, (V,) float64, each once more.

        With Laplace's one more each, what the training text lacks is not impossible.
        """
        counts = torch.bincount(self.codes[: self.known], minlength=len(self.alphabet))
        return (counts + 1).double() / (self.known + len(self.alphabet))

    def next_shares(self) -> Tensor:
        """Return how often symbol j follows symbol i in training, (V, V) float64.

        Counts are joined by one observation spread as `shares` (D. J. C. MacKay &
        L. C. B. Peto, "A hierarchical Dirichlet language model", 1995).
        """
        size = len(self.alphabet)
        before, after = self.codes[: self.known - 1], self.codes[1 : self.known]
        pairs = torch.bincount(before * size + after, minlength=size**2).double()
        counts = pairs.reshape(size, size)
        return (counts + self.shares) / (counts.sum(1, keepdim=True) + 1)


def cleaned(text: str) -> str:
    """Return text with one kind of line end and without what no screen shows.

    Left out are control characters apart from line end and tab, and lone surrogates,
    which neither UTF-8 nor a database can hold.
    """
    return UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def check(text: str, seq_len: int) -> None:
    """Check that a cleaned text has two windows and, to train on, two characters.

    Raises:
        PydanticCustomError: it is "text_constant" or "text_short".
    """
    length, least = len(text), 2 * (seq_len + 1)
    if len(set(text)) < 2:
        raise problem("text_constant", symbols=len(set(text)))
    if length < least:
        raise problem("text_short", length=length, minimum=least)
    found = corpus(text, seq_len)
    if len(found.codes[: found.known].unique()) < 2:
        raise problem("text_constant", symbols=1)


def problem(kind: str, **values: int) -> PydanticCustomError:
    """Return an error that tells what is wrong with a text."""
    told = ", ".join(f"{name} {value}" for name, value in values.items())
    return PydanticCustomError(
        kind, f"text: {kind} ({told})", {"field": "text"} | values
    )


@lru_cache(maxsize=8)
def corpus(text: str, seq_len: int) -> Corpus:
    """Return a text as numbers; its last tenth, at least one window, is for testing.

    The alphabet is that of the training part: what comes there most often.
    """
    known = len(text) - max(len(text) // 10, seq_len + 1)
    common = Counter(text[:known]).most_common(MOST_SYMBOLS)
    alphabet = [character for character, _ in common]
    if not set(text) <= set(alphabet):
        alphabet.append(OTHER)
    number = {character: i for i, character in enumerate(alphabet)}
    codes = [number.get(character, len(alphabet) - 1) for character in text]
    return Corpus(alphabet, torch.tensor(codes), known)


def name_of(character: str) -> Text:
    """Return how a character is called where it must be seen; no two are called alike.

    Blanks get a sign, what cannot be seen its code point, an accent a circle under it.
    """
    if character == OTHER:
        return Text(en="other", zh="其他")
    name = VISIBLE.get(character, character)
    if name == character and (
        character in VISIBLE.values() or not character.isprintable()
    ):
        name = f"U+{ord(character):04X}"
    elif unicodedata.combining(character):
        name = f"◌{character}"
    return Text(en=name, zh=name)


def spelled(
    alphabet: list[str] | str, codes: Tensor, wanted: Tensor | None = None
) -> list[tuple[str, Mark]]:
    """Return characters to be read, marked right or wrong if it is known what was due.

    Args:
        alphabet: the characters by number.
        codes: (length,) int64.
        wanted: (length,) int64, the right ones.
    """
    right = codes == codes if wanted is None else codes == wanted
    marks: tuple[Mark, Mark] = ("", "") if wanted is None else ("wrong", "right")
    pairs = zip(codes.tolist(), right.tolist(), strict=True)
    return [(alphabet[code], marks[hit]) for code, hit in pairs]


@cache
def written_text() -> str:
    """Return the text of a small grammar, about 22,000 characters, always the same.

    Its verbs agree with their noun even across a clause between the two: "many cats
    that follow the king sleep." This is what pairs of characters cannot tell.
    """
    random = Random(0)  # of which random() alone promises never to change
    return "".join(_sentence(random) for _ in range(SENTENCES))


def _one_of(random: Random, words: list[str]) -> str:
    return words[int(random.random() * len(words))]


def _noun(random: Random, plural: bool) -> str:
    article = _one_of(random, ["the", "many", "two"] if plural else ["the", "a", "one"])
    return f"{article} {_one_of(random, NOUNS)}{'s' if plural else ''}"


def _verb(random: Random, plural: bool) -> str:
    """Return a verb with what it needs, agreeing with its noun."""
    ending = "" if plural else "s"
    if random.random() < 0.5:
        return f"{_one_of(random, DONE)}{ending}"
    return f"{_one_of(random, SEEN)}{ending} {_noun(random, random.random() < 0.5)}"


def _sentence(random: Random) -> str:
    plural = random.random() < 0.5
    clause = f" that {_verb(random, plural)}" if random.random() < 0.4 else ""
    return f"{_noun(random, plural)}{clause} {_verb(random, plural)}. "
