"""`python -m checks`: compute every check, print the table, keep it for the page.

python -m checks              every check
python -m checks gradients    those whose name has this in it
python -m checks --write      every check, and write assets/verification.json
"""

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from checks._check import Check, Outcome, every_check, run
from checks._subjects import SUBJECTS
from explorer.texts import LANGUAGES, Text

TABLE = Path(__file__).parents[1] / "assets" / "verification.json"
ORACLES = (
    "torch",
    "torchrecurrent",
    "keras",
    "flax",
    "jax",
    "numpy",
    "scipy",
    "scikit-learn",
    "statsmodels",
    "rouge-score",
    "mpmath",
)
MARKS = {"relative": "rel", "absolute": "abs", "exact": "differ", "sigma": "σ"}


def main(arguments: list[str] | None = None) -> int:
    """Run the checks; return 0 if all passed."""
    parser = argparse.ArgumentParser(prog="python -m checks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="run only checks with this in the name"
    )
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name}")
    options = parser.parse_args(arguments)
    if options.write and options.names:
        parser.error("--write needs every check: leave the names out")
    torch.set_num_threads(1)  # small matrices are slower with more
    chosen = [
        each
        for each in every_check()
        if not options.names or any(name in each.name for name in options.names)
    ]
    began = perf_counter()
    outcomes = _printed(chosen)
    seconds = perf_counter() - began
    print(_summary(outcomes, seconds))
    if options.write:
        text = json.dumps(
            table(chosen, outcomes, seconds), ensure_ascii=False, indent=1
        )
        TABLE.write_text(text + "\n", encoding="utf-8")
        print(f"Written: {TABLE.relative_to(TABLE.parents[1])}")
    return 0 if outcomes and all(outcome.passed for outcome in outcomes) else 1


def _printed(chosen: list[Check]) -> list[Outcome]:
    """Run checks and print a row for each as it comes."""
    outcomes, subject = [], None
    wide = [
        max((len(part(each)) for each in chosen), default=0)
        for part in (lambda c: c.quantity.en, lambda c: c.reference.en)
    ]
    for each in chosen:
        if each.subject is not subject:
            subject = each.subject
            print(f"\n{subject.title.en}", flush=True)
        outcome = run(each)
        outcomes.append(outcome)
        print(row(each, outcome, wide), flush=True)
        if not outcome.passed:
            print(f"       {each.name}: {outcome.worst}")
    return outcomes


def row(each: Check, outcome: Outcome, wide: list[int]) -> str:
    """Return one line of the table."""
    return "  ".join(
        [
            "pass" if outcome.passed else "FAIL",
            each.quantity.en.ljust(wide[0]),
            each.reference.en.ljust(wide[1]),
            f"{outcome.cases:4d} cases",
            f"{outcome.error:8.1e} ≤ {each.tolerance:7.1e} {MARKS[each.kind]}",
        ]
    )


def _summary(outcomes: list[Outcome], seconds: float) -> str:
    cases = sum(outcome.cases for outcome in outcomes)
    failed = sum(not outcome.passed for outcome in outcomes)
    verdict = f"{failed} FAILED" if failed else "all passed"
    return f"\n{len(outcomes)} checks over {cases} cases in {seconds:.0f} s: {verdict}"


def _both(text: Text) -> dict[str, str]:
    return {language: text.to(language) for language in LANGUAGES}


def table(
    chosen: list[Check], outcomes: list[Outcome], seconds: float
) -> dict[str, Any]:
    """Return what the page shows, as plain values."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "seconds": round(seconds),
        "python": platform.python_version(),
        "packages": {name: version(name).partition("+")[0] for name in ORACLES},
        "machine": {"architecture": platform.machine(), "cores": os.cpu_count()},
        "subjects": [
            {
                "title": _both(subject.title),
                "about": _both(subject.about),
                "checks": [
                    _entry(each, outcome)
                    for each, outcome in zip(chosen, outcomes, strict=True)
                    if each.subject is subject
                ],
            }
            for subject in SUBJECTS
        ],
    }


def _entry(each: Check, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": each.name,
        "quantity": _both(each.quantity),
        "reference": _both(each.reference),
        "where": _both(each.where),
        "kind": each.kind,
        "cases": outcome.cases,
        # JSON has no infinity: an error that could not be computed is none.
        "error": outcome.error if outcome.error < float("inf") else None,
        "tolerance": each.tolerance,
        "passed": outcome.passed,
    }


if __name__ == "__main__":
    sys.exit(main())
