"""Characters: read a text character by character and say which one comes next.

T. Mikolov et al., "Subword language modeling with neural networks" (2012); the measure
is bits per character. Guessing knows how common each character is, the rival also how
often each follows each; both are counted in the training text, with a little put to
every count (`Corpus`), so that what is new in the test text is not impossible.
"""

import math
from typing import Any, Self

import torch
from pydantic import field_validator, model_validator
from torch import Generator, Tensor

from explorer.fields import whole
from explorer.tasks._task import (
    TASKS,
    Baseline,
    Batch,
    ClassPerStep,
    Reading,
    one_hot,
)
from explorer.tasks._text import (
    LONGEST,
    Corpus,
    check,
    cleaned,
    corpus,
    name_of,
    problem,
    spelled,
    written_text,
)
from explorer.texts import Text


@TASKS.register
class Characters(ClassPerStep):
    """x_t is a character of a window of text, the target the one after it.

    The text's first 90 % are for training, the rest, at least one window, for testing.

    Attributes:
        text: the reader's own, up to 100,000 characters; empty for the built-in one.
    """

    order = 21
    family = "application"
    title = Text(en="characters", zh="逐字预测")
    question = Text(
        en="A text is read character by character. Which one comes next?",
        zh="逐字读入一段文字。下一个字是什么？",
    )
    source = "Mikolov et al. 2012"
    input_kind = "symbols"
    metric_title = Text(en="bits per character (test)", zh="每字比特数（测试）")
    higher_is_better = False
    settings = {
        "cell": "lstm",
        "init": "default",
        "hidden_size": 64,
        "learning_rate": 0.01,
        "batch_size": 32,
        "steps": 600,
    }

    seq_len: whole(Text(en="Window length T", zh="窗口长度 T"), 2, 200) = 50
    text: str = ""

    @field_validator("text", mode="before")  # pydantic takes no lone surrogates
    @classmethod
    def _clean(cls, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        if len(text) > LONGEST:
            raise problem("text_long", length=len(text), maximum=LONGEST)
        kept = cleaned(text)
        if text and not kept:
            raise problem("text_constant", symbols=0)
        return kept

    @model_validator(mode="after")
    def _check_text(self) -> Self:
        if self.text:
            check(self.text, self.seq_len)
        return self

    @property
    def _corpus(self) -> Corpus:
        return corpus(self.text or written_text(), self.seq_len)

    @property
    def input_names(self) -> list[Text]:
        """The alphabet, commonest first."""
        return [name_of(character) for character in self._corpus.alphabet]

    @property
    def output_names(self) -> list[Text]:
        """The alphabet."""
        return self.input_names

    @property
    def message_symbols(self) -> list[int]:
        """None in particular: all matter."""
        return []

    def _windows(self, starts: Tensor) -> Batch:
        steps = torch.arange(self.seq_len + 1)[:, None]
        codes = self._corpus.codes[starts + steps]
        return Batch(one_hot(codes[:-1], len(self._corpus.alphabet)), codes[1:])

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw windows of the training text."""
        end = self._corpus.known - self.seq_len
        return self._windows(torch.randint(0, end, (batch_size,), generator=generator))

    def evaluation(self, batch_size: int, generator: Generator) -> Batch:
        """Return windows of the test text, evenly spread, that share no target."""
        first, codes = self._corpus.known, self._corpus.codes
        every = torch.arange(first, len(codes) - self.seq_len, self.seq_len)
        count = min(batch_size, len(every))
        return self._windows(every[torch.arange(count) * len(every) // count])

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the mean cross-entropy in bits per character."""
        return self.losses(outputs, targets).double().mean().item() / math.log(2)

    def baseline(self) -> Baseline:
        """Return the cross-entropies of the characters' shares in the training text."""
        shares = self._corpus.shares.expand(len(self._corpus.alphabet), -1)
        return self._of_table(shares, Text(en="shares of characters", zh="各字的频率"))

    def rivals(self) -> list[Baseline]:
        """Return the same where the shares depend on the character before."""
        title = Text(en="pairs of characters", zh="相邻两字的频率")
        return [self._of_table(self._corpus.next_shares(), title)]

    def _of_table(self, shares: Tensor, title: Text) -> Baseline:
        """Return loss and metric of answering row i after character i."""
        codes, known = self._corpus.codes, self._corpus.known
        nats = -shares[codes[:-1], codes[1:]].log()
        loss, test = nats[: known - 1].mean().item(), nats[known:].mean().item()
        return Baseline(loss, test / math.log(2), title)

    def classes(self, batch: Batch) -> Tensor:
        """Colour every time step by the kind of character just read."""
        kinds = [
            0 if character.isalnum() else 1 if character.isspace() else 2
            for character in self._corpus.alphabet
        ]
        return torch.tensor(kinds)[batch.inputs.argmax(2)]

    def class_names(self) -> list[Text]:
        """Return the kinds of characters."""
        return [
            Text(en="letter or digit", zh="文字或数字"),
            Text(en="blank", zh="空白"),
            Text(en="other sign", zh="其他符号"),
        ]

    def readings(
        self, inputs: Tensor, targets: Tensor, outputs: Tensor
    ) -> list[Reading]:
        """Return the window, what comes after each character, and what was guessed."""
        read, said, alphabet = (
            inputs.argmax(1),
            outputs.argmax(1),
            self._corpus.alphabet,
        )
        return [
            Reading(
                Text(en="the network reads", zh="网络读到"), spelled(alphabet, read)
            ),
            Reading(
                Text(en="what comes next", zh="接下来的字"), spelled(alphabet, targets)
            ),
            Reading(
                Text(en="its guess each time", zh="它每次的猜测"),
                spelled(alphabet, said, targets),
            ),
        ]
