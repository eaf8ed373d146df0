"""Who learns what: the tables that `python -m benchmarks.tasks` left, as HTML."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, ValidationError

from explorer.texts import Language, Text

FOLDER = Path(__file__).parents[2] / "assets" / "learning"
NAMES = ("initialisations", "cells", "tasks")
MADE = Text(
    en="Measured on {date} with torch {torch}; the seconds only roughly, on a machine "
    "shared with other work.",
    zh="{date} 用 torch {torch} 测得；秒数仅供参考，机器当时还在做别的工作。",
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Field(_Frozen):
    """One place: its words, what stands small below, the settings of the run meant."""

    text: Text
    note: Text
    query: dict[str, str]


class Learning(_Frozen):
    """One table of results: its rows by their names, such as "A1"."""

    date: str
    torch: str
    machine: str
    title: Text
    about: Text
    heads: list[Text]
    rows: dict[str, list[Field]]


def tables(folder: Path = FOLDER) -> Iterator[Learning]:
    """Return the tables that are there; one that cannot be read is left out."""
    for name in NAMES:
        try:
            text = folder.joinpath(f"{name}.json").read_text(encoding="utf-8")
            yield Learning.model_validate_json(text)
        except (OSError, UnicodeDecodeError, ValidationError):
            continue


def table_html(table: Learning, language: Language) -> str:
    """Return a table, each result a link to the run of its first seed."""
    heads = "".join(
        f'<th scope="col">{escape(head.to(language))}</th>' for head in table.heads
    )
    rows = "".join(
        f'<tr id="{escape(name)}"><th scope="row">{escape(name)}</th>'
        + "".join(_place(field, language) for field in fields)
        + "</tr>"
        for name, fields in table.rows.items()
    )
    return (
        '<div class="learning-frame" tabindex="0"><table class="learning">'
        f'<thead><tr><th scope="col"></th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _place(field: Field, language: Language) -> str:
    words = escape(field.text.to(language))
    if field.query:
        link = urlencode(field.query | {"lang": language})
        words = f'<a href="./?{escape(link)}">{words}</a>'
    note = escape(field.note.to(language))
    return f"<td>{words}{f'<small>{note}</small>' if note else ''}</td>"
