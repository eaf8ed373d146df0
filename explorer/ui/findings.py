"""The table of checks as HTML: a row a quantity, on a phone a card a quantity.

All of it is our own text, escaped all the same.
"""

import math
from html import escape

from explorer.figures._theme import SUPERSCRIPTS
from explorer.texts import Language, Text
from explorer.ui.evidence import Finding

SMALLEST = -17
"""The power of ten at the left end of the scale; a float64 tells no less apart."""
SHOWN = Text(en="What is shown", zh="展示的量")
COMPARED = Text(en="Compared with", zh="对照")
CASES = Text(en="Cases", zh="情形数")
ERROR = Text(en="Largest error", zh="最大误差")
TOLERANCE = Text(en="Tolerance", zh="容差")
SCALE = Text(en="10⁻¹⁷ … 1", zh="10⁻¹⁷ … 1")
PASSED = Text(en="passed", zh="通过")
FAILED = Text(en="FAILED", zh="未通过")
SEEN = Text(en="found in: {where}", zh="见于：{where}")
EQUAL = Text(en="none differs", zh="全部相同")
DIFFER = Text(en="{count} differ", zh="{count} 个不同")
EXACT = Text(en="exact", zh="须完全相同")
UNKNOWN = Text(en="not computed", zh="未能算出")


def findings_html(findings: list[Finding], language: Language) -> str:
    """Return one subject's table."""
    heads = "".join(
        f'<th scope="col" class="{name}">{escape(head.to(language))}</th>'
        for name, head in (
            ("proof-mark", Text(en="", zh="")),
            ("proof-shown", SHOWN),
            ("proof-reference", COMPARED),
            ("proof-cases", CASES),
            ("proof-error", ERROR),
            ("proof-tolerance", TOLERANCE),
            ("proof-scale", SCALE),
        )
    )
    rows = "".join(_row(finding, language) for finding in findings)
    return (
        f'<div class="proof-frame"><table class="proof"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(finding: Finding, language: Language) -> str:
    verdict = (PASSED if finding.passed else FAILED).to(language)
    mark, state = ("✓", "passed") if finding.passed else ("✗", "failed")
    where = SEEN.format(where=finding.where).to(language)
    cells = [
        ("proof-mark", f'<span role="img" aria-label="{verdict}">{mark}</span>'),
        (
            "proof-shown",
            f"<b>{escape(finding.quantity.to(language))}</b>"
            f"<small>{escape(where)}</small>",
        ),
        ("proof-reference", escape(finding.reference.to(language))),
        ("proof-cases", f"{finding.cases:,}"),
        ("proof-error", escape(error_text(finding).to(language))),
        ("proof-tolerance", escape(tolerance_text(finding).to(language))),
        ("proof-scale", _scale(finding)),
    ]
    labels = {
        "proof-reference": COMPARED,
        "proof-cases": CASES,
        "proof-error": ERROR,
        "proof-tolerance": TOLERANCE,
    }
    inner = "".join(
        f'<td class="{name}"{_label(labels.get(name), language)}>{content}</td>'
        for name, content in cells
    )
    return f'<tr class="proof-{state}">{inner}</tr>'


def _label(head: Text | None, language: Language) -> str:
    """Return a cell's heading for where the table has none, on a phone."""
    return f' data-label="{escape(head.to(language))}"' if head else ""


def error_text(finding: Finding) -> Text:
    """Return the error in words or figures."""
    if finding.error is None:
        return UNKNOWN
    if finding.kind == "exact":
        count = finding.error
        return EQUAL if count == 0 else DIFFER.format(count=f"{count:,.0f}")
    return _figures(finding.error, finding.kind)


def tolerance_text(finding: Finding) -> Text:
    """Return what would have been let pass, in words or figures."""
    if finding.kind == "exact" and finding.tolerance == 0:
        return EXACT
    return _figures(finding.tolerance, finding.kind)


def _figures(value: float, kind: str) -> Text:
    text = f"{value:.1f} σ" if kind == "sigma" else scientific(value)
    return Text(en=text, zh=text)


def scientific(value: float) -> str:
    """Return a number in two digits times a power of ten, such as "3.4 × 10⁻¹²"."""
    if value == 0:
        return "0"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits} × 10{str(int(power)).translate(SUPERSCRIPTS)}"


def _scale(finding: Finding) -> str:
    """Return error and tolerance on a scale of powers of ten; nothing if not on one."""
    if finding.kind in ("exact", "sigma") or finding.error is None:
        return ""
    error, tolerance = _place(finding.error), _place(finding.tolerance)
    return (
        '<span class="proof-track" aria-hidden="true">'
        f'<i style="width:{tolerance:.1f}%"></i><b style="left:{error:.1f}%"></b>'
        "</span>"
    )


def _place(value: float) -> float:
    """Return where a value lies between 10^-17 and 1, in per cent."""
    power = math.log10(value) if value > 0 else SMALLEST
    return 100 * min(max(1 - power / SMALLEST, 0.0), 1.0)
