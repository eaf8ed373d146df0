"""Dates read by other means; the days of the test are never trained on."""

import math
import re
from collections import Counter
from datetime import datetime

import numpy as np
import pytest
import torch

from explorer.config import RunConfig
from explorer.tasks import IGNORE, TASKS, Batch
from explorer.tasks._dates import days

ENGLISH_DATES = ["%d %B %Y", "%B %d, %Y", "%d of %B %Y"]
DAYS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
    "twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth "
    "twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def words_of(task, inputs: torch.Tensor) -> list[list[str]]:
    """Return what each sequence of one-hot inputs (time, batch, input) reads."""
    names = [text.en for text in task.input_names]
    return [[names[i] for i in column] for column in inputs.argmax(2).T.tolist()]


def chinese_number(text: str) -> int:
    """Return what Chinese numerals below a hundred mean, as 二十三."""
    digits = {character: i for i, character in enumerate("〇一二三四五六七八九")}
    tens, mark, ones = text.rpartition("十")
    if not mark:
        return digits[ones]
    return 10 * (digits[tens] if tens else 1) + (digits[ones] if ones else 0)


def day_meant(written: str) -> str:
    """Return the day that a written date means, in ISO form."""
    if "年" in written:
        year, rest = written.removesuffix("日").split("年")
        month, day = rest.split("月")
        if month.isdigit() and month.isascii():
            return f"{year}-{int(month):02}-{int(day):02}"
        year = "".join(str(chinese_number(c)) for c in year)
        return f"{year}-{chinese_number(month):02}-{chinese_number(day):02}"
    if written.startswith("the "):
        day, _, rest = written.removeprefix("the ").partition(" ")
        written = f"{DAYS.index(day) + 1} {rest}"
    if numbered := re.match(r"(\d+)(st|nd|rd|th)( of .*)", written):
        day, ending, rest = numbered.groups()
        usual = {"1": "st", "2": "nd", "3": "rd"}.get(day[-1], "th")
        assert ending == ("th" if day in ("11", "12", "13") else usual)
        written = day + rest
    for form in ENGLISH_DATES:
        try:
            return datetime.strptime(written, form).strftime("%Y-%m-%d")
        except ValueError:
            continue
    raise AssertionError(f"not a date: {written}")


def dates(task, batch) -> tuple[list[str], list[str]]:
    """Return what is written and what is asked; check padding and the sign to write."""
    symbols = [name.en for name in task.output_names]
    read, asked = [], []
    for words, targets in zip(
        words_of(task, batch.inputs), batch.targets.T.tolist(), strict=True
    ):
        assert words[-10:] == ["go"] * 10 and "go" not in words[:-10]
        text = [word for word in words[:-10] if word != "padding"]
        assert words[: -10 - len(text)] == ["padding"] * (task.seq_len - 10 - len(text))
        assert targets[:-10] == [IGNORE] * (task.seq_len - 10)
        read.append("".join(text).replace("␣", " "))
        asked.append("".join(symbols[code] for code in targets[-10:]))
    return read, asked


@pytest.mark.parametrize(
    ("seq_len", "forms", "chinese"), [(46, 4, 0.0), (60, 4, 0.5), (46, 1, 1.0)]
)
def test_every_written_date_means_the_day_that_is_asked_for(seq_len, forms, chinese):
    task = TASKS["translation"](seq_len=seq_len, forms=forms, chinese=chinese)
    read, asked = dates(task, task.sample(1500, generator()))
    assert [day_meant(text) for text in read] == asked
    share = np.mean(["年" in text for text in read])
    assert share == pytest.approx(chinese, abs=5 * math.sqrt(0.25 / 1500))
    assert {len(text) for text in read if "年" not in text} <= set(range(10, 37))


def test_a_form_comes_as_often_as_another():
    task = TASKS["translation"]()
    read, _ = dates(task, task.sample(2000, generator()))
    counts = Counter(
        "the" if text.startswith("the") else "," if "," in text else "of" in text
        for text in read
    )
    assert len(counts) == 4 and min(counts.values()) > 400
    one = TASKS["translation"](forms=1)
    for text in dates(one, one.sample(200, generator()))[0]:
        datetime.strptime(text, "%d %B %Y")


def test_a_day_of_the_test_is_never_trained_on_in_any_form():
    task = TASKS["translation"](chinese=0.5)
    trained, tested = set(), set()
    for seed in range(5):
        trained |= set(dates(task, task.sample(1000, generator(seed)))[1])
        tested |= set(dates(task, task.evaluation(1000, generator(seed)))[1])
    assert len(trained) > 4000 and len(tested) > 2000
    assert not trained & tested
    years = {int(day[:4]) for day in tested}
    assert years == set(range(1950, 2050))


def test_one_day_in_ten_is_held_out_and_the_guess_knows_the_others():
    every = np.arange("1950-01-01", "2050-01-01", dtype="datetime64[D]").astype(str)
    parts = [[day.isoformat() for day in days(part)] for part in (False, True)]
    assert sorted(parts[0] + parts[1]) == every.tolist()
    assert len(parts[1]) == pytest.approx(len(every) / 10, rel=0.05)
    entropies = []
    for place in range(10):
        counts = Counter(day[place] for day in parts[0])
        shares = [n / len(parts[0]) for n in counts.values()]
        entropies.append(-sum(share * math.log(share) for share in shares))
    baseline = TASKS["translation"]().baseline()
    assert baseline.loss == pytest.approx(np.mean(entropies))
    assert baseline.metric == pytest.approx(1 / len(every))


def test_a_date_with_one_wrong_symbol_is_a_wrong_date():
    task = TASKS["translation"]()
    batch = task.evaluation(20, generator())
    outputs = 10 * torch.eye(11)[batch.targets.clamp(min=0)]
    outputs[-1, :5] = outputs[-1, :5].roll(1, -1)  # the day's last symbol, of five
    outputs[-10, 5] = outputs[-10, 5].roll(1, -1)  # the year's first, of another
    assert task.metric(outputs, batch.targets) == pytest.approx(14 / 20)
    network, rival = task.scores(batch, outputs)
    assert network.values == pytest.approx(
        {
            "date": 14 / 20,
            "year": 19 / 20,
            "month": 1.0,
            "day": 15 / 20,
            "symbols": 194 / 200,
        }
    )
    assert set(task.score_titles) == set(network.values) == set(rival.values)
    assert rival.values["date"] < 0.1 and 0.2 < rival.values["symbols"] < 0.6


def test_a_translation_can_be_read():
    task = TASKS["translation"]()
    batch = task.evaluation(3, generator())
    outputs = 10 * torch.eye(11)[batch.targets.clamp(min=0)]
    outputs[-1] = outputs[-1].roll(1, -1)
    written, asked = dates(task, batch)
    for i in range(3):
        source, due, said = task.readings(
            batch.inputs[:, i], batch.targets[:, i], outputs[:, i]
        )
        assert "".join(word for word, _ in source.words) == written[i]
        assert "".join(word for word, _ in due.words) == asked[i]
        assert "".join(word for word, _ in said.words)[:-1] == asked[i][:-1]
        assert [mark for _, mark in said.words] == ["right"] * 9 + ["wrong"]


def test_each_part_of_a_date_is_scored_by_all_of_its_digits():
    task = RunConfig(task="translation").build_task()
    targets = task.sample(1, torch.Generator().manual_seed(0)).targets
    asked = (targets != IGNORE).nonzero()[:, 0].tolist()
    for place, part in {3: "year", 6: "month", 9: "day"}.items():
        said = torch.nn.functional.one_hot(
            targets.clamp(min=0), len(task.output_names)
        ).float()
        said[asked[place]] = said[asked[place]].roll(1, dims=-1)
        first = task.scores(Batch(torch.zeros_like(said), targets), said)[0]
        parts = {name: first.values[name] for name in ("year", "month", "day")}
        assert parts == {"year": 1.0, "month": 1.0, "day": 1.0} | {part: 0.0}
