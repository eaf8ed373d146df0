"""Dates of a century, written out in several ways and as ISO 8601 has them."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from zlib import crc32

import numpy as np
from torch import Tensor

FIRST, LAST = date(1950, 1, 1), date(2049, 12, 31)
HELD_OUT = 10
"""One date in so many is never trained on."""
ISO_SYMBOLS = "-0123456789"
PARTS = {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)}
"""Where they stand in the ISO form."""

MONTHS = (
    "January February March April May June July August September October November "
    "December"
).split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh "
    "twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
    "nineteenth twentieth"
).split()
ORDINALS = (
    _ORDINALS
    + [f"twenty-{word}" for word in _ORDINALS[:9]]
    + ["thirtieth", "thirty-first"]
)
ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
NUMERALS = "〇一二三四五六七八九"


def _chinese(number: int) -> str:
    """Return a number below 100 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    many = "" if tens < 2 else NUMERALS[tens]
    return many + "十" * (tens > 0) + (NUMERALS[ones] if ones else "")


Form = Callable[[date], str]
ENGLISH: list[Form] = [
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    lambda d: f"{d.day}{ENDINGS.get(d.day, 'th')} of {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"the {ORDINALS[d.day - 1]} of {MONTHS[d.month - 1]} {d.year}",
]
CHINESE: list[Form] = [
    lambda d: (
        "".join(NUMERALS[int(digit)] for digit in str(d.year))
        + f"年{_chinese(d.month)}月{_chinese(d.day)}日"
    ),
    lambda d: f"{d.year}年{d.month}月{d.day}日",
]


def is_held_out(day: date) -> bool:
    """Return whether a date is for testing only, by a hash: the same on any machine."""
    return crc32(day.isoformat().encode()) % HELD_OUT == 0


@cache
def days(held_out: bool) -> list[date]:
    """Return the dates for testing or those for training, in order."""
    every = (FIRST + timedelta(i) for i in range((LAST - FIRST).days + 1))
    return [day for day in every if is_held_out(day) == held_out]


def written(
    dates: list[date], chinese: list[bool], form: list[int], forms: int
) -> list[str]:
    """Return each date in Chinese or in one of the first `forms` English forms.

    Args:
        dates: what is written.
        chinese: which are in Chinese.
        form: a number for each, which tells the form by its remainder.
        forms: how many English forms there are.
    """
    return [
        CHINESE[i % len(CHINESE)](day) if is_chinese else ENGLISH[i % forms](day)
        for day, is_chinese, i in zip(dates, chinese, form, strict=True)
    ]


@cache
def source_symbols() -> str:
    """Return all characters that a written date may have, sorted."""
    # Every name of a month, day and year comes up within these two kinds of days.
    some = [date(1950 + i, i % 12 + 1, i % 28 + 1) for i in range(100)]
    some += [date(2049, 1, i + 1) for i in range(31)]
    return "".join(sorted({c for d in some for f in ENGLISH + CHINESE for c in f(d)}))


def encoded(texts: list[str], symbols: str) -> np.ndarray:
    """Return texts of one length as places among sorted symbols, (length, texts)."""
    points = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
    known = np.array([ord(symbol) for symbol in symbols])
    return np.searchsorted(known, points).reshape(len(texts), -1).T


@cache
def answer_shares() -> np.ndarray:
    """Return how often each symbol stands at each place of a training date's ISO form.

    Returns:
        (10, 11) float64.
    """
    places = encoded([day.isoformat() for day in days(False)], ISO_SYMBOLS)
    return (places[..., None] == np.arange(len(ISO_SYMBOLS))).mean(1)


def parts_right(right: Tensor) -> dict[str, float]:
    """Return how often whole dates, their parts and their symbols are right.

    Args:
        right: (10, dates) bool, whether each symbol is.
    """
    found = {"date": right.all(0).double().mean().item()}
    for name, part in PARTS.items():
        found[name] = right[part].all(0).double().mean().item()
    return found | {"symbols": right.double().mean().item()}
