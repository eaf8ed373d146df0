"""What a check is: a quantity that is shown, its reference, and how far apart they are.

A check is a generator. It goes through its cases and yields, for each, its name and how
far what the app computes lies from the reference. The largest of these distances has to
stay within the tolerance.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal, NamedTuple

from explorer.texts import Text

Cases = Iterator[tuple[str, float]]
"""Pairs of a case's name and its error."""
Kind = Literal["relative", "absolute", "exact", "sigma"]
"""How an error is counted: in parts of the reference, in the quantity's own units, as
the number of values that differ, or in standard errors of a random sample."""


@dataclass(frozen=True)
class Subject:
    """A group of checks, a heading on the page.

    Attributes:
        title: the heading.
        about: one sentence on what is compared with what.
    """

    title: Text
    about: Text


@dataclass(frozen=True)
class Check:
    """One row of the table.

    Attributes:
        name: "module.function".
        quantity: what the app computes and shows.
        reference: what it is compared with, which avoids the code that is checked.
        where: where in the app the quantity is seen.
        tolerance: the largest error that passes, in the units of `kind`.
        cases: yields a case's name and its error, over all cases.
    """

    name: str
    subject: Subject
    quantity: Text
    reference: Text
    where: Text
    kind: Kind
    tolerance: float
    cases: Callable[[], Cases]


class Outcome(NamedTuple):
    """What running a check brought.

    Attributes:
        error: the largest error of all cases; infinite if one could not be computed.
        cases: how many cases there were.
        worst: the case with the largest error, or what went wrong.
    """

    error: float
    cases: int
    worst: str
    passed: bool


CHECKS: dict[str, Check] = {}
"""All checks by name, once `every_check` has imported them."""


def check(
    subject: Subject,
    *,
    quantity: Text,
    reference: Text,
    where: Text,
    tolerance: float,
    kind: Kind = "relative",
) -> Callable[[Callable[[], Cases]], Callable[[], Cases]]:
    """Enter the decorated generator function as a check.

    Raises:
        ValueError: there is a check of that name.
    """

    def enter(cases: Callable[[], Cases]) -> Callable[[], Cases]:
        name = f"{cases.__module__.rpartition('.')[2]}.{cases.__name__}"
        if name in CHECKS:
            raise ValueError(f"there are two checks named {name}")
        CHECKS[name] = Check(
            name, subject, quantity, reference, where, kind, tolerance, cases
        )
        return cases

    return enter


def every_check() -> list[Check]:
    """Return all checks as the page orders them: by subject, module and line."""
    from checks._subjects import SUBJECTS

    def place(each: Check) -> tuple[int, str, int]:
        line = each.cases.__code__.co_firstlineno
        return SUBJECTS.index(each.subject), each.cases.__module__, line

    for file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        import_module(f"checks.{file.stem}")
    return sorted(CHECKS.values(), key=place)


def run(each: Check) -> Outcome:
    """Run a check; one that raises or has no case does not pass."""
    error, worst, count = 0.0, "", 0
    try:
        for case, distance in each.cases():
            count += 1
            if not distance <= error or not worst:  # a NaN is larger than anything
                error, worst = float(distance), case
            if math.isnan(error):
                break
    except Exception as problem:
        return Outcome(math.inf, count, f"{type(problem).__name__}: {problem}", False)
    if count == 0:
        return Outcome(math.inf, 0, "there is no case", False)
    return Outcome(error, count, worst, error <= each.tolerance)
