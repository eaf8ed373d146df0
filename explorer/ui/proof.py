"""The page "How we know": what was checked, against what, and how near it came."""

from pathlib import Path

import streamlit as st

from explorer.texts import Language, Text
from explorer.ui.evidence import Evidence, EvidenceError, read_evidence
from explorer.ui.findings import findings_html
from explorer.ui.learning import MADE as MEASURED
from explorer.ui.learning import Learning, table_html, tables

TITLE = Text(en="How we know", zh="我们怎么知道")
LEAD = Text(
    en="What is computed here, held to independent references.",
    zh="这里计算的量，都与独立的参照对照过。",
)
STYLE = Path(__file__).parent / "static" / "proof.css"
PASSED = Text(
    en="{count} checks over {cases} cases: all passed",
    zh="{count} 项检查、{cases} 种情形：全部通过",
)
FAILED = Text(
    en="{failed} of {count} checks failed", zh="{count} 项检查中有 {failed} 项未通过"
)
MADE = Text(
    en="{date} · torch {torch} · Python {python} · {architecture}, {cores} cores",
    zh="{date} · torch {torch} · Python {python} · {architecture}，{cores} 核",
)
WHY = Text(
    en="An independent reference is another way to the same number, one that avoids "
    "the code that is checked: somebody else's library, a formula worked out by hand, "
    "a theorem, or simply nudging a value and looking. Each row shows the largest "
    "difference found over all its cases beside the largest that would have been let "
    "pass; the dot is the difference, the bar ends at the tolerance.",
    zh="独立的参照，是不经过被检验的代码、用另一种办法得到同一个数：他人的库、"
    "手工推导的公式、定理，或者干脆给一个值加上微小扰动再看结果。"
    "每一行给出全部情形中最大的差异，以及允许的最大差异；"
    "圆点是差异，色条止于容差。",
)
WITH = Text(en="Compared with the help of {packages}.", zh="对照所用：{packages}。")
AGAIN = Text(
    en="To see it yourself, run this in a checkout. It takes about {minutes} min.",
    zh="想亲自验证，请在源码目录中运行下面的命令，约需 {minutes} 分钟。",
)
SUBJECTS = Text(en="On this page", zh="本页内容")
MISSING = Text(
    en="The table of checks is not here: assets/verification.json is missing. "
    "`python -m checks --write` makes it; the rest of the app works without.",
    zh="检查结果表不在这里：缺少 assets/verification.json。"
    "运行 `python -m checks --write` 即可生成；应用的其余部分不受影响。",
)
BROKEN = Text(
    en="The table of checks cannot be read: assets/verification.json is not what it "
    "should be. `python -m checks --write` makes it anew; the rest of the app works.",
    zh="无法读取检查结果表：assets/verification.json 的内容不对。"
    "运行 `python -m checks --write` 可重新生成；应用的其余部分不受影响。",
)


def proof(language: Language) -> None:
    """Draw the page; a table that is not there gets a sentence instead."""
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(TITLE.to(language), anchor=False, width="content")
        st.caption(LEAD.to(language), width="content")
    try:
        evidence = read_evidence()
    except EvidenceError as error:
        st.error((MISSING if error.missing else BROKEN).to(language))
        return
    _headline(evidence, language)
    for number, group in enumerate(evidence.subjects, 1):
        st.subheader(group.title.to(language), anchor=f"subject-{number}")
        st.caption(group.about.to(language))
        st.html(findings_html(group.checks, language))
    learned = list(tables())
    _learning(learned, language)
    with st.sidebar:
        _contents(evidence, learned, language)


def _headline(evidence: Evidence, language: Language) -> None:
    """Say how it went, when, with what, and how to see it oneself."""
    findings = evidence.findings
    failed = sum(not finding.passed for finding in findings)
    cases = sum(finding.cases for finding in findings)
    verdict = (FAILED if failed else PASSED).format(
        count=len(findings), cases=f"{cases:,}", failed=failed
    )
    made = MADE.format(
        date=evidence.date.isoformat(),
        torch=evidence.packages.get("torch", "?"),
        python=evidence.python,
        architecture=evidence.machine.architecture,
        cores=evidence.machine.cores or "?",
    )
    icon = ":material/error:" if failed else ":material/verified:"
    show = st.error if failed else st.success
    show(f"**{verdict.to(language)}**  \n{made.to(language)}", icon=icon)
    st.markdown(WHY.to(language))


def _learning(learned: list[Learning], language: Language) -> None:
    """Draw the tables of who learns what, which the app's words may cite."""
    for number, table in enumerate(learned, 1):
        st.subheader(table.title.to(language), anchor=f"table-{number}")
        made = MEASURED.format(date=table.date, torch=table.torch)
        st.caption(f"{table.about.to(language)} {made.to(language)}")
        st.html(table_html(table, language))


def _contents(evidence: Evidence, learned: list[Learning], language: Language) -> None:
    """List the subjects, and tell how to run the checks."""
    st.markdown(f"**{SUBJECTS.to(language)}**")
    lines = [
        f"- [{group.title.to(language)}](#subject-{number}) · {len(group.checks)}"
        for number, group in enumerate(evidence.subjects, 1)
    ]
    lines += [
        f"- [{table.title.to(language)}](#table-{number}) · {len(table.rows)}"
        for number, table in enumerate(learned, 1)
    ]
    st.markdown("\n".join(lines))
    minutes = max(1, round(evidence.seconds / 60))
    st.caption(AGAIN.format(minutes=minutes).to(language))
    st.code("make verify", language=None)  # its colours would be too pale
    packages = ", ".join(f"{n} {v}" for n, v in evidence.packages.items())
    st.caption(WITH.format(packages=packages).to(language))
