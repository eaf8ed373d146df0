"""The page of proofs: what it says, in which words, and the way there and back."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.texts import LANGUAGES
from explorer.ui import evidence
from explorer.ui.evidence import EvidenceError, Finding, read_evidence
from explorer.ui.findings import findings_html, scientific
from explorer.ui.navigation import titles

ROOT = Path(__file__).parents[2]
PROOF, PLAYGROUND = "../../pages/how_we_know.py", "../../pages/playground.py"
HAN = re.compile("[\u4e00-\u9fff]")
TAGS = re.compile("<[^>]*>")
FINDING = {
    "name": "a.b",
    "quantity": {"en": "<b>x</b> & y", "zh": "量"},
    "reference": {"en": "a formula", "zh": "公式"},
    "where": {"en": "a picture", "zh": "图"},
    "kind": "relative",
    "cases": 1234,
    "error": 3.4e-12,
    "tolerance": 1e-9,
    "passed": True,
}


def finding(**changes: Any) -> Finding:
    return Finding.model_validate(FINDING | changes)


def shown(one: Finding, language: str = "en") -> str:
    """Return the words of one row."""
    row = findings_html([one], language).partition("<tbody>")[2]  # type: ignore[arg-type]
    return " ".join(TAGS.sub(" ", row).split())


def to(page: Any, script: str) -> AppTest:
    """Go to another page of the app, as the navigation does."""
    test: AppTest = page.test.switch_page(script)
    page.look()
    return test


def words_of(test: AppTest) -> str:
    """Return all visible words of the page of proofs, a line each."""
    tables = [str(each.proto.body) for each in test.get("html")]
    texts = [*test.title, *test.subheader, *test.caption, *test.markdown, *test.success]
    rows = [unescape(TAGS.sub("\n", table)) for table in tables if "<table" in table]
    return "\n".join([*(str(each.value) for each in texts), *rows])


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the page read another table of checks; return where it is looked for."""
    file = tmp_path / "verification.json"
    file.write_bytes(evidence.TABLE.read_bytes())
    monkeypatch.setattr(evidence.read_evidence, "__defaults__", (file,))
    return file


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_is_told_in_the_reader_s_language(
    open_page: Callable[..., Any], language: str
) -> None:
    test = to(open_page(lang=language), PROOF)
    words, known = words_of(test), read_evidence()
    for each in known.findings:
        assert each.quantity.to(language) in words  # type: ignore[arg-type]
        assert each.reference.to(language) in words  # type: ignore[arg-type]
    said = str(test.success[0].value)
    assert f"{len(known.findings)}" in said and known.date.isoformat() in said
    assert f"torch {known.packages['torch']}" in said
    assert test.code[0].value == "make verify"
    assert bool(HAN.search(words)) == (language == "zh")


def test_the_way_there_and_back_keeps_every_setting(
    open_page: Callable[..., Any],
) -> None:
    page = open_page(lang="en", task="sine", cell="gru", hidden_size="7", seed="5")
    page.press("step")
    before = page.address
    to(page, PROOF)
    assert page.address == before, "a link to this page knows the run as well"
    page.test.button_group(key="lang").set_value("zh")
    page.look()
    assert "我们怎么知道" in [str(each.value) for each in page.test.title]
    to(page, PLAYGROUND)
    assert page.address == before | {"lang": "zh"}
    assert "已更新 1 / " in page.status, "the same run, a step further"


def test_a_link_to_the_page_brings_its_language_and_run(
    open_page: Callable[..., Any],
) -> None:
    page = open_page(lang="zh", cell="rnn", hidden_size="9")
    link = dict(page.address)
    stranger = AppTest.from_file(str(ROOT / "explorer" / "ui" / "frame.py"))
    for name, value in link.items():
        stranger.query_params[name] = value
    stranger.switch_page(PROOF).run(timeout=60)
    assert not stranger.exception
    assert "我们怎么知道" in [str(each.value) for each in stranger.title]
    assert stranger.session_state["hidden_size"] == 9


def test_a_missing_table_gets_a_sentence(
    open_page: Callable[..., Any], table: Path
) -> None:
    table.unlink()
    test = to(open_page(lang="en"), PROOF)
    assert "verification.json is missing" in str(test.error[0].value)
    assert "python -m checks --write" in str(test.error[0].value)
    assert not test.success


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"date": 3}', "\x00", '{"subjects": []}'],
)
def test_a_broken_table_gets_a_sentence(
    open_page: Callable[..., Any], table: Path, text: str
) -> None:
    table.write_text(text)
    test = to(open_page(lang="zh"), PROOF)
    assert "无法读取检查结果表" in str(test.error[0].value)
    assert not test.success


def test_a_table_without_any_check_proves_nothing(table: Path) -> None:
    kept = json.loads(table.read_text(encoding="utf-8"))
    table.write_text(json.dumps(kept | {"subjects": []}))
    with pytest.raises(EvidenceError):
        read_evidence()


def test_a_table_that_cannot_be_read_is_told_from_one_that_is_not_there(
    table: Path,
) -> None:
    table.write_bytes(b"\xff\xfe{")
    with pytest.raises(EvidenceError) as broken:
        read_evidence()
    table.unlink()
    with pytest.raises(EvidenceError) as missing:
        read_evidence()
    assert (broken.value.missing, missing.value.missing) == (False, True)


def test_a_failed_check_is_said_before_everything_else(
    open_page: Callable[..., Any], table: Path
) -> None:
    kept = json.loads(table.read_text(encoding="utf-8"))
    worst = kept["subjects"][1]["checks"][0]
    worst |= {"passed": False, "error": None}
    table.write_text(json.dumps(kept))
    test = to(open_page(lang="en"), PROOF)
    count = len(read_evidence().findings)
    assert f"1 of {count} checks failed" in str(test.error[0].value)
    assert not test.success
    assert "not computed" in words_of(test)


def test_a_row_is_escaped_and_complete() -> None:
    html = findings_html([finding()], "en")
    assert "&lt;b&gt;x&lt;/b&gt; &amp; y" in html
    row = "✓ &lt;b&gt;x&lt;/b&gt; &amp; y found in: a picture a formula 1,234"
    assert shown(finding()) == f"{row} 3.4 × 10⁻¹² 1.0 × 10⁻⁹"
    assert 'aria-label="passed"' in html
    failed = findings_html([finding(passed=False, error=2.0)], "zh")
    assert "✗" in failed and 'aria-label="未通过"' in failed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "exact", "error": 0, "tolerance": 0}, "none differs exact"),
        ({"kind": "exact", "error": 7, "tolerance": 0}, "7 differ exact"),
        ({"kind": "sigma", "error": 1.234, "tolerance": 4}, "1.2 σ 4.0 σ"),
        ({"kind": "absolute", "error": 0}, "0 1.0 × 10⁻⁹"),
        ({"error": None}, "not computed 1.0 × 10⁻⁹"),
        ({"error": 12.0, "tolerance": 0.05}, "1.2 × 10¹ 5.0 × 10⁻²"),
    ],
)
def test_an_error_is_told_as_its_kind_wants(changes: dict, words: str) -> None:
    assert shown(finding(**changes)).endswith(words)


@pytest.mark.parametrize(
    ("error", "place"),
    [(0.0, 0), (1e-17, 0), (1e-300, 0), (10**-8.5, 50), (1.0, 100), (1e9, 100)],
)
def test_the_dot_stands_where_its_power_of_ten_lies(error: float, place: int) -> None:
    html = findings_html([finding(error=error)], "en")
    assert f"left:{place}.0%" in html


def test_a_number_has_two_digits_and_its_power() -> None:
    assert scientific(0.05) == "5.0 × 10⁻²"
    assert scientific(9.99e-10) == "1.0 × 10⁻⁹"
    assert scientific(123.0) == "1.2 × 10²"


def test_home_comes_first_and_what_all_rests_on_last() -> None:
    pages = [file.stem for file in titles(ROOT / "pages")]
    assert pages[0] == "playground" and pages[-1] == "how_we_know"
