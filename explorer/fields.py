"""Numbers a person may choose: their title, default and bounds, each said once.

A field is declared as ``Annotated[int, Field(ge=1, le=9), Text(en=..., zh=...)] = 3``;
pydantic checks it, and menus, links and the command line read it from here.
"""

from typing import Annotated, Any, NamedTuple

from annotated_types import Ge, Le
from pydantic import BaseModel, Field

from explorer.texts import Text


def whole(title: Text, minimum: int, maximum: int) -> Any:
    """Return the annotation of a bounded whole number."""
    return Annotated[int, Field(ge=minimum, le=maximum), title]


def real(title: Text, minimum: float, maximum: float) -> Any:
    """Return the annotation of a bounded, finite real number."""
    return Annotated[float, Field(ge=minimum, le=maximum, allow_inf_nan=False), title]


class Number(NamedTuple):
    """A bounded number as a menu shows it."""

    title: Text
    default: float | None
    minimum: float
    maximum: float
    integer: bool


def numbers(model: type[BaseModel]) -> dict[str, Number]:
    """Return the bounded numbers of a model by field name."""
    found = {}
    for name, info in model.model_fields.items():
        by_kind = {type(item): item for item in info.metadata}
        if Ge in by_kind and Text in by_kind:
            found[name] = Number(
                by_kind[Text],
                None if info.is_required() else info.default,
                by_kind[Ge].ge,
                by_kind[Le].le,
                info.annotation is int,
            )
    return found
