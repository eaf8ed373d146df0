"""Every word on screen, in English and in Chinese."""

from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Text:
    """One wording in both languages; neither may be left out."""

    en: str
    zh: str

    def to(self, language: Language) -> str:
        """Return the wording in one language."""
        return self.zh if language == "zh" else self.en

    def format(self, **values: Any) -> "Text":
        """Fill in the named places; a value that is a Text is filled in translated."""
        return Text(
            **{
                language: self.to(language).format(
                    **{
                        name: value.to(language) if isinstance(value, Text) else value
                        for name, value in values.items()
                    }
                )
                for language in LANGUAGES
            }
        )


def language_of(locale: str | None) -> Language:
    """Return the language of a locale such as "zh-CN"; English if it is unknown."""
    return "zh" if (locale or "").lower().startswith("zh") else "en"
