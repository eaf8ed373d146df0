"""Translation: read a date as people write it, then write it as 2021-05-03.

Sequence to sequence with one recurrent cell: the whole source is read before the first
symbol is written, as in I. Sutskever, O. Vinyals & Q. V. Le, "Sequence to sequence
learning with neural networks" (2014). What was written is not read back.
"""

import torch
from torch import Generator, Tensor

from explorer.fields import real, whole
from explorer.tasks._dates import (
    CHINESE,
    ENGLISH,
    ISO_SYMBOLS,
    answer_shares,
    days,
    encoded,
    parts_right,
    source_symbols,
    written,
)
from explorer.tasks._task import (
    IGNORE,
    TASKS,
    Baseline,
    Batch,
    ClassPerStep,
    Reading,
    Score,
    one_hot,
)
from explorer.tasks._text import spelled
from explorer.texts import Text

PADDING, GO, FIRST_SYMBOL = 0, 1, 2
BLANK = "\0"
"""What stands before a short date; it sorts before every symbol."""
ANSWER = 10


@TASKS.register
class Translation(ClassPerStep):
    """The date's characters, padded in front, then ten times "go": an ISO symbol each.

    One day in ten of 1950-2049 is never trained on; all tests are such days.
    """

    order = 23
    family = "application"
    title = Text(en="translation of dates", zh="日期翻译")
    question = Text(
        en="A written date is read, then written anew in ISO form. Is it the same day?",
        zh="先读完一个书写的日期，再按 ISO 格式写出。写对了吗？",
    )
    source = "Sutskever, Vinyals & Le 2014"
    input_kind = "symbols"
    metric_title = Text(en="whole dates right", zh="整个日期全对的比例")
    settings = {
        "cell": "lstm",
        "init": "chrono",
        "hidden_size": 128,
        "learning_rate": 0.005,
        "batch_size": 32,
        "steps": 1000,
    }
    score_titles = {
        "date": Text(en="date", zh="日期"),
        "year": Text(en="year", zh="年"),
        "month": Text(en="month", zh="月"),
        "day": Text(en="day", zh="日"),
        "symbols": Text(en="symbols", zh="各符号"),
    }

    seq_len: whole(Text(en="Read and written T", zh="读写总步数 T"), 46, 100) = 46
    forms: whole(Text(en="Ways of writing", zh="书写方式数"), 1, len(ENGLISH)) = 4
    chinese: real(Text(en="Share in Chinese", zh="中文日期的比例"), 0.0, 1.0) = 0.0

    @property
    def input_names(self) -> list[Text]:
        """Padding, the sign to write, and the characters of all forms."""
        shown = source_symbols().replace(" ", "␣")
        return [
            Text(en="padding", zh="填充"),
            Text(en="go", zh="开始写"),
            *(Text(en=symbol, zh=symbol) for symbol in shown),
        ]

    @property
    def output_names(self) -> list[Text]:
        """The dash and the digits."""
        return [Text(en=symbol, zh=symbol) for symbol in ISO_SYMBOLS]

    @property
    def message_symbols(self) -> list[int]:
        """The characters of the date."""
        return list(range(FIRST_SYMBOL, len(self.input_names)))

    def sample(self, batch_size: int, generator: Generator) -> Batch:
        """Draw days to train on, and how each is written."""
        return self._drawn(False, batch_size, generator)

    def evaluation(self, batch_size: int, generator: Generator) -> Batch:
        """Draw days that are never trained on."""
        return self._drawn(True, batch_size, generator)

    def _drawn(self, held_out: bool, count: int, generator: Generator) -> Batch:
        every, read = days(held_out), self.seq_len - ANSWER
        chosen = torch.randint(0, len(every), (count,), generator=generator)
        dates = [every[i] for i in chosen.tolist()]
        chinese = torch.rand(count, generator=generator) < self.chinese
        ways = len(CHINESE) * self.forms
        form = torch.randint(0, ways, (count,), generator=generator)
        texts = written(dates, chinese.tolist(), form.tolist(), self.forms)
        padded = [text.rjust(read, BLANK) for text in texts]
        places = torch.tensor(encoded(padded, BLANK + source_symbols()))
        symbols = torch.where(places > 0, places - 1 + FIRST_SYMBOL, PADDING)
        go = torch.full((ANSWER, count), GO)
        silent = torch.full((read, count), IGNORE)
        answers = encoded([day.isoformat() for day in dates], ISO_SYMBOLS)
        return Batch(
            one_hot(torch.cat([symbols, go]), len(self.input_names)),
            torch.cat([silent, torch.tensor(answers)]),
        )

    def metric(self, outputs: Tensor, targets: Tensor) -> float:
        """Return the share of dates all of whose symbols are right."""
        return _right(outputs, targets).all(0).double().mean().item()

    def baseline(self) -> Baseline:
        """Return what knowing how often each symbol stands at each place reaches.

        The loss is the mean entropy of the ten places; one blind guess among all days
        is right once in as many.
        """
        shares = torch.from_numpy(answer_shares())
        entropy = -torch.xlogy(shares, shares).sum(1).mean().item()
        every = len(days(False)) + len(days(True))
        return Baseline(entropy, 1 / every, Text(en="any date", zh="随便一个日期"))

    def scores(self, batch: Batch, outputs: Tensor) -> list[Score]:
        """Return how often the date and its parts are right; the rival reads nothing.

        It answers the likeliest symbol of each place.
        """
        likeliest = torch.from_numpy(answer_shares())[:, None].expand(
            -1, batch.targets.shape[1], -1
        )
        network, usual = (
            _right(answers[-ANSWER:], batch.targets[-ANSWER:])
            for answers in (outputs, likeliest)
        )
        return [
            Score(Text(en="the network", zh="网络"), parts_right(network)),
            Score(
                Text(en="likeliest symbols", zh="各位最常见的符号"), parts_right(usual)
            ),
        ]

    def readings(
        self, inputs: Tensor, targets: Tensor, outputs: Tensor
    ) -> list[Reading]:
        """Return the date as read, as it should be written, and as it was."""
        read = inputs.argmax(1) - FIRST_SYMBOL
        right, said = targets[-ANSWER:], outputs[-ANSWER:].argmax(1)
        return [
            Reading(
                Text(en="the network reads", zh="网络读到"),
                spelled(source_symbols(), read[read >= 0]),
            ),
            Reading(
                Text(en="it should write", zh="应当写出"), spelled(ISO_SYMBOLS, right)
            ),
            Reading(
                Text(en="it writes", zh="网络写出"), spelled(ISO_SYMBOLS, said, right)
            ),
        ]

    def classes(self, batch: Batch) -> Tensor:
        """Colour every time step by what happens then."""
        return batch.inputs.argmax(2).clamp(max=FIRST_SYMBOL)

    def class_names(self) -> list[Text]:
        """Return what may happen."""
        return [
            Text(en="padding", zh="填充"),
            Text(en="writing", zh="书写"),
            Text(en="reading", zh="阅读"),
        ]


def _right(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return whether each symbol of the answers is right, (10, batch) bool."""
    return outputs[-ANSWER:].argmax(2) == targets[-ANSWER:]
