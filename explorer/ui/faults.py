"""What went wrong, in a sentence that says what happened and what to do."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from explorer.problems import Problem
from explorer.store import Run, StoreError
from explorer.texts import Language, Text
from explorer.ui.services import Services

MOST_PROBLEMS = 5
UNEXPECTED = Text(
    en="This page failed in a way that nobody foresaw; the server's log says how. What "
    "was computed is kept. Reload the page, or open it without the settings in its "
    "address.",
    zh="页面出现了意料之外的错误，详情见服务器日志。已计算的结果都已保留。"
    "请刷新页面，或去掉地址中的设置后重新打开。",
)
MORE = Text(en="And {count} more.", zh="另有 {count} 项。")
REASONS = {
    "locked": Text(en="is in use by another program", zh="正被其他程序占用"),
    "unwritable": Text(en="cannot be written to", zh="无法写入"),
    "full": Text(en="has no space left", zh="空间已满"),
    "unreachable": Text(en="cannot be reached", zh="无法连接"),
    "broken": Text(en="does not answer as it should", zh="工作异常"),
}
STORE = Text(
    en="The database {reason}. Nothing that was computed is lost: it is kept in memory "
    "and saved as soon as the database answers again.",
    zh="数据库{reason}。已计算的结果不会丢失：它们暂存于内存，数据库恢复后会自动保存。",
)
PRESSED = Text(
    en="The database {reason}, so what you pressed was not done; nothing else has "
    "changed. Press again in a moment.",
    zh="数据库{reason}，因此刚才的操作没有执行，其他一切不变。请稍后再按一次。",
)
DROPPED = Text(
    en="The run was just dropped to make room. Press again.",
    zh="这个运行刚刚被清理，以腾出空间。请再按一次。",
)
PRESS_FAULTS = StoreError, KeyError
"""What may go wrong when a run is opened and started: a run can be pruned between."""
MEMORY_ONLY = Text(
    en="The database {reason}, so runs are kept in memory and end with the server. Set "
    "RNN_EXPLORER_DB to a file that can be written, or DATABASE_URL to a database.",
    zh="数据库{reason}，因此运行只保存在内存中，服务器停止即丢失。"
    "请把 RNN_EXPLORER_DB 设为可写的文件，或把 DATABASE_URL 设为数据库。",
)
DIVERGED = Text(
    en="Training stopped at update {step}: {quantity} was no longer finite "
    "(the gradient's norm before: {norm}). All before is kept; move the training step "
    "slider to see how it came. Clinic, above, says what may help.",
    zh="训练在 {step} 次更新后停止：{quantity}不再是有限的数"
    "（此前的梯度范数：{norm}）。之前的一切都已保留；拖动训练步滑块可查看经过。"
    "上方的“诊断”会说明怎样补救。",
)
QUANTITIES = {
    "loss": Text(en="the loss", zh="损失"),
    "grad_norm": Text(en="the norm of the gradient", zh="梯度范数"),
}
FAILED = Text(
    en="Computing this run failed ({error}). What was recorded is kept; press Train to "
    "try again from there.",
    zh="计算此运行时出错（{error}）。已记录的内容都已保留；按“训练”可从那里重试。",
)


def press_sentence(error: StoreError | KeyError) -> Text:
    """Return what one of `PRESS_FAULTS` means for a button that was pressed."""
    if isinstance(error, KeyError):
        return DROPPED
    return PRESSED.format(reason=REASONS[error.reason])


def store_sentence(error: StoreError) -> Text:
    """Return what a fault of the store means for the reader."""
    return STORE.format(reason=REASONS[error.reason])


@contextmanager
def said_to(language: Language) -> Iterator[None]:
    """Say what failed in here, where the page would fail as a whole."""
    try:
        yield
    except StoreError as error:
        st.error(store_sentence(error).to(language))
    except Exception:
        logging.getLogger(__name__).exception("a page failed")
        st.error(UNEXPECTED.to(language))


def show_faults(shared: Services, run: Run | None, language: Language) -> None:
    """Say what is wrong with the server or the run right now, if anything is."""
    if shared.memory_only is not None:
        reason = REASONS[shared.memory_only.reason]
        st.warning(MEMORY_ONLY.format(reason=reason).to(language))
    if shared.missing is not None:
        st.error(shared.missing.to(language))
    if shared.jobs.problem is not None:
        st.warning(store_sentence(shared.jobs.problem).to(language))
    refused = st.session_state.pop("refused", None)
    if refused is not None:
        st.warning(refused.to(language))
    if run is not None and run.message is not None:
        st.error(_message(run).to(language))


def _message(run: Run) -> Text:
    message = run.message or {}
    if run.status == "diverged":
        quantity = QUANTITIES[message["quantity"]]
        norm = message.get("last_grad_norm")
        return DIVERGED.format(
            step=message["step"],
            quantity=quantity,
            norm="–" if norm is None else f"{norm:.3g}",
        )
    return FAILED.format(error=message.get("error", "?"))


def show_problems(misfits: list[Problem], language: Language) -> None:
    """Say which settings could not be used, from the link or among the controls."""
    problems = [*st.session_state.get("problems", []), *misfits]
    if problems:
        sentences = [
            problem.sentence.to(language) for problem in problems[:MOST_PROBLEMS]
        ]
        if len(problems) > MOST_PROBLEMS:
            more = MORE.format(count=len(problems) - MOST_PROBLEMS)
            sentences.append(more.to(language))
        st.warning("  \n".join(plain(sentence) for sentence in sentences))


def plain(text: str) -> str:
    """Return a text that means nothing to Markdown: it may be a stranger's.

    One line of printable characters, with marks escaped, and with an unseen joiner
    (U+2060) in what would become a link by itself.
    """
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    marked = re.sub(r"([\\`*_{}\[\]()<>#+!|~$&-])", r"\\\1", line)
    return re.sub(r"(:(?=\S)|@|www)", "\\1\u2060", marked)
