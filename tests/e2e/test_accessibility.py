"""Every page, held to what axe-core calls serious or critical (WCAG 2 A and AA)."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe

from explorer.ui.navigation import HOME, titles
from tests.e2e.conftest import SMALL, Visitor

pytestmark = pytest.mark.browser

PAGES = [file.stem for file in titles(Path(__file__).parents[2] / "pages")]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
NOT_OURS = [["[data-testid=stHeader]"], [".stAppToolbar"], [".vega-embed svg"]]
"""Streamlit's own bar on top; what Vega draws inside a chart that has a text."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("stem", PAGES)
def test_no_page_has_a_serious_violation(
    visit: Callable[..., Visitor], stem: str, scheme: str
) -> None:
    visitor = visit(color_scheme=scheme)
    page = "" if stem == HOME else stem
    visitor.page.goto(f"{visitor.address}/{page}?{urlencode(SMALL)}")
    visitor.page.locator("h1").first.wait_for()
    if stem != "how_we_know":
        visitor.drawn()
    serious: list[str] = []
    for _ in range(8):  # what is still being put up may look odd for a moment
        if not (serious := violations(visitor)):
            break
        visitor.page.wait_for_timeout(1000)
    assert not serious, "\n".join(serious)


def violations(visitor: Visitor) -> list[str]:
    """Return what axe-core finds, a line each."""
    found = Axe().run(visitor.page, context={"exclude": NOT_OURS}, options=RULES)
    return [
        f"{v['id']}: {v['help']}: " + "; ".join(n["html"][:160] for n in v["nodes"][:4])
        for v in found.response["violations"]
        if v["impact"] in ("serious", "critical")
    ]
