"""The reader's own text: pasted here, kept under its hash for the page's link."""

from contextlib import suppress

import streamlit as st

from explorer.config import LONGEST_TEXT, RunConfig, clean_text, text_key
from explorer.store import StoreError
from explorer.tasks._text import MOST_SYMBOLS
from explorer.texts import Language, Text
from explorer.ui.services import services
from explorer.ui.state import touch

TITLE = Text(en="Your own text", zh="自己的文本")
EMPTY = Text(
    en="Paste any text here, in any language. As long as this is empty, a built-in "
    "text is learned.",
    zh="在此粘贴任何语言的文本。留空时学习内置文本。",
)
LIMITS = Text(
    en="At most {maximum} characters; the last tenth is kept for testing.",
    zh="最多 {maximum} 个字符；最后十分之一留作测试。",
)
COUNTED = Text(
    en="{count} of at most {maximum} characters; {different} distinct.",
    zh="{count} 个字符（最多 {maximum} 个），其中不同的有 {different} 个。",
)
CUT = Text(
    en="Only the first {maximum} of {count} characters are used.",
    zh="共 {count} 个字符，只使用前 {maximum} 个。",
)
NOT_USED = Text(
    en="The built-in text is learned meanwhile: the page says why.",
    zh="目前学习的是内置文本，原因见页面上方。",
)
COMMONEST = Text(
    en="The {known} commonest are told apart; all others count as one, so that the "
    "bits per character leave out what tells them apart.",
    zh="只区分最常见的 {known} 个；其余都算作同一个，"
    "因此每字符比特数不含区分它们的部分。",
)
LINKED = Text(
    en="Whoever has the link of this page can read this text.",
    zh="得到本页链接的人都能读到这段文本。",
)


def pasted() -> str:
    """Return the reader's text, "" where there is none."""
    text: str = st.session_state.get("pasted", "")
    return text


def take(text: str) -> None:
    """Make a text the reader's own, as much of it as a run may have."""
    whole = clean_text(text)
    st.session_state["pasted"] = whole[:LONGEST_TEXT]
    st.session_state["pasted_length"] = len(whole)


def find_text(key: str) -> str | None:
    """Return the text that a link means: the reader's own, or one that is kept."""
    if pasted() and text_key(pasted()) == key:
        return pasted()
    with suppress(StoreError):  # the page says so wherever it needs the store
        return services().store.text(key)
    return None


def keep_text(config: RunConfig) -> None:
    """Keep a run's text, so that the run's link opens for others."""
    if not config.text or st.session_state.get("kept_text") == config.text_key:
        return
    with suppress(StoreError):  # tried again with the page's next run
        services().store.keep_text(config.text)
        st.session_state["kept_text"] = config.text_key


def text_area(config: RunConfig, language: Language) -> None:
    """Draw the field to paste into, and what is known of the text in it."""
    if st.session_state.get("text") != pasted():
        st.session_state["text"] = pasted()
    st.text_area(
        TITLE.to(language),
        key="text",
        height=110,
        placeholder=EMPTY.to(language),
        on_change=_changed,
        persist_state="session",
    )
    st.caption("  \n".join(line.to(language) for line in _told(config)))


def _changed() -> None:
    touch()
    take(st.session_state["text"] or "")


def _told(config: RunConfig) -> list[Text]:
    """Return what is to be said of the reader's text."""
    text, length = pasted(), st.session_state.get("pasted_length", 0)
    maximum = f"{LONGEST_TEXT:,}"
    if not text:
        return [LIMITS.format(maximum=maximum)]
    different = f"{len(set(text)):,}"
    told = [
        COUNTED.format(count=f"{len(text):,}", maximum=maximum, different=different)
    ]
    if length > len(text):
        told.append(CUT.format(count=f"{length:,}", maximum=maximum))
    if config.text and len(set(text)) > MOST_SYMBOLS:
        told.append(COMMONEST.format(known=MOST_SYMBOLS))
    told.append(LINKED if config.text else NOT_USED)
    return told
