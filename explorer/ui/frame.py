"""The frame around every page: language, navigation, errors. Runs by itself as well."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:  # `streamlit run` knows only the script's own folder
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from explorer.texts import Text  # noqa: E402
from explorer.ui.address import LANGUAGE, language, read_address  # noqa: E402
from explorer.ui.faults import said_to  # noqa: E402
from explorer.ui.live import STATIC  # noqa: E402
from explorer.ui.navigation import pages  # noqa: E402
from explorer.ui.state import NAME, touch  # noqa: E402

SIDEBAR_WIDTH = 350
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
MORE = Text(en="More", zh="更多")
MORE_STYLE = """<style>
/* Where not all pages fit into the bar, Streamlit says "3 more", in English alone. */
[data-testid="stTopNavSection"] p {{ display: none; }}
[data-testid="stTopNavSection"] [data-testid="stMarkdownContainer"]::after {{
  content: "{more}"; line-height: 1.4;
}}
</style>"""

read_address()
st.set_page_config(
    page_title=NAME.to(language()),
    page_icon=STATIC / "icon.svg",  # a named icon would be fetched from a stranger
    layout="wide",
    initial_sidebar_state=SIDEBAR_WIDTH,
)
with st.sidebar:
    st.segmented_control(
        "Language · 语言",
        list(LANGUAGE_NAMES),
        format_func=LANGUAGE_NAMES.__getitem__,
        key=LANGUAGE,
        required=True,
        label_visibility="collapsed",
        on_change=touch,
        persist_state="session",
    )
st.html(STATIC / "page.css")
st.html(MORE_STYLE.format(more=MORE.to(language())))
st.html(STATIC / "history.html", unsafe_allow_javascript=True)
with said_to(language()):
    page = st.navigation(pages(ROOT / "pages", language()), position="top")
    if page.url_path:  # home is at the root, and bears the app's name alone
        st.set_page_config(page_title=f"{page.title} · {NAME.to(language())}")
    page.run()
