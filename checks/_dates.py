"""Dates as people write them, read by rules that share nothing with the task's."""

import re

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
UNITS = "first second third four fif six seven eigh nin ten eleven twelf".split()
TEENS = "thir four fif six seven eigh nine".split()
DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}


def _spoken_day(word: str) -> int:
    """Return the number of an English ordinal such as "twenty-first"."""
    if word.startswith("thirt") and not word.startswith("thirteen"):
        return 31 if word.endswith("first") else 30
    if word.startswith("twent"):
        rest = word.partition("-")[2]
        return 20 + (_spoken_day(rest) if rest else 0)
    if "teen" in word:
        return 13 + TEENS.index(word.partition("teen")[0])
    stem = word if word in UNITS else word.removesuffix("th")
    return 1 + UNITS.index(stem)


def _counted(text: str) -> int:
    """Return a number below 100 in figures or Chinese numerals."""
    if text.isascii():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (DIGITS[tens] if tens else 1 if ten else 0) * 10 + (
        DIGITS[ones] if ones else 0
    )


def iso_date(text: str) -> str:
    """Return a written date as 2021-05-03.

    Raises:
        ValueError: nothing in the text is a year.
    """
    chinese = re.fullmatch("(.{4})年(.+)月(.+)日", text)
    if chinese:
        year = "".join(str(DIGITS.get(sign, sign)) for sign in chinese[1])
        return f"{year}-{_counted(chinese[2]):02d}-{_counted(chinese[3]):02d}"
    words = text.lower().replace(",", "").replace("the ", "").replace(" of ", " ")
    *rest, year = words.split()
    month = next(word for word in rest if word[:3] in MONTHS and "-" not in word)
    day = next(word for word in rest if word != month)
    figures = re.match(r"\d+", day)
    number = int(figures[0]) if figures else _spoken_day(day)
    return f"{int(year):04d}-{MONTHS.index(month[:3]) + 1:02d}-{number:02d}"
