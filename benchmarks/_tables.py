"""Tables of results: as Markdown for readers of the code, as JSON for the page."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from explorer.texts import Text

NOTHING = Text(en="", zh="")


class Field(NamedTuple):
    """One place in a table.

    Attributes:
        note: what stands small below.
        query: the link of the run that is meant, if one is.
    """

    text: Text
    note: Text = NOTHING
    query: dict[str, str] | None = None


class Results(NamedTuple):
    """One table: what it is about, its columns' heads, its rows by their names."""

    title: Text
    about: Text
    heads: list[Text]
    rows: dict[str, list[Field]]


def same(text: str) -> Text:
    """Return a wording that is the same in both languages."""
    return Text(en=text, zh=text)


def write(results: Results, made: dict[str, Any], markdown: Path, page: Path) -> None:
    """Write a table's two files; `made` says when and with what."""
    markdown.parent.mkdir(exist_ok=True)
    markdown.write_text(_markdown(results, made), "utf-8")
    page.parent.mkdir(exist_ok=True)
    said = {**made, **_plain(results)}
    page.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _markdown(results: Results, made: dict[str, Any]) -> str:
    heads = ["row", *(head.en for head in results.heads)]
    lines = [
        f"# {results.title.en}",
        "",
        results.about.en,
        "",
        "Written by `python -m benchmarks.tasks`: "
        + ", ".join(f"{name} {value}" for name, value in made.items())
        + ".",
        "",
        _line(heads),
        "|" + "---|" * len(heads),
    ]
    for name, fields in results.rows.items():
        lines.append(_line([name, *(_in_one(field) for field in fields)]))
    return "\n".join([*lines, ""])


def _line(parts: list[str]) -> str:
    return f"| {' | '.join(parts)} |"


def _in_one(field: Field) -> str:
    return f"{field.text.en} ({field.note.en})" if field.note.en else field.text.en


def _plain(results: Results) -> dict[str, Any]:
    """Return a table as plain values."""
    rows = {
        name: [
            {
                "text": _both(field.text),
                "note": _both(field.note),
                "query": field.query or {},
            }
            for field in fields
        ]
        for name, fields in results.rows.items()
    }
    return {
        "title": _both(results.title),
        "about": _both(results.about),
        "heads": [_both(head) for head in results.heads],
        "rows": rows,
    }


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
