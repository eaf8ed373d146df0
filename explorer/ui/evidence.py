"""What the checks found when they last ran, as `python -m checks --write` left it."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    NonNegativeFloat,
    NonNegativeInt,
    ValidationError,
)

from explorer.texts import Text

TABLE = Path(__file__).parents[2] / "assets" / "verification.json"


class EvidenceError(ValueError):
    """The table of checks is not there, or is not what it should be.

    Attributes:
        missing: whether there is no such file.
    """

    def __init__(self, missing: bool) -> None:
        super().__init__("missing" if missing else "broken")
        self.missing = missing


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class Finding(_Frozen):
    """One quantity and how far it was from its reference.

    Attributes:
        kind: what `error` and `tolerance` count: parts of the reference, the quantity's
            own units, values that differ, or standard errors of a random sample.
        error: the largest of all cases; None where it could not be computed.
    """

    name: str
    quantity: Text
    reference: Text
    where: Text
    kind: Literal["relative", "absolute", "exact", "sigma"]
    cases: NonNegativeInt
    error: NonNegativeFloat | None
    tolerance: NonNegativeFloat
    passed: bool


class Group(_Frozen):
    """The findings on one subject."""

    title: Text
    about: Text
    checks: list[Finding]


class Machine(_Frozen):
    """Where the checks ran."""

    architecture: str
    cores: NonNegativeInt | None


class Evidence(_Frozen):
    """All findings of one run of the checks, and with what it was made."""

    date: date
    seconds: NonNegativeInt
    python: str
    packages: dict[str, str]
    machine: Machine
    subjects: list[Group]

    @property
    def findings(self) -> list[Finding]:
        """All findings in the order of the page."""
        return [finding for group in self.subjects for finding in group.checks]


def read_evidence(file: Path = TABLE) -> Evidence:
    """Read the table of checks.

    Raises:
        EvidenceError: there is none, or it is not such a table.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise EvidenceError(missing=True) from error
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError(missing=False) from error
    try:
        evidence = Evidence.model_validate_json(text)
    except ValidationError as error:
        raise EvidenceError(missing=False) from error
    if not evidence.findings:
        raise EvidenceError(missing=False)
    return evidence
