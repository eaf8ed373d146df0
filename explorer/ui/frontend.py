"""Streamlit's own scripts, compressed: half of what a first visit would move.

Streamlit sends them as they are, because compressing them anew for every visitor would
cost more than it saves. Here each is compressed once, when it is first asked for.
"""

import asyncio
import gzip
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

from explorer.ui.files import FOR_GOOD

FRONTEND = Path(file_util.get_static_dir()) / "static"
TYPES = {".js": "text/javascript", ".css": "text/css"}
SMALL = 1000  # bytes, below which compressing saves nothing


class SmallFrontend:
    """Middleware that sends Streamlit's scripts and styles compressed.

    Args:
        app: what answers everything else.
        base: the path below which the app lies, such as "" or "/class".
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self._app, self._prefix = app, f"{base}/static/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a compressed file where there is one, else let Streamlit."""
        content = None
        if scope["type"] == "http" and scope["path"].startswith(self._prefix):
            name = scope["path"].removeprefix(self._prefix)
            if _wanted(scope):
                # The largest takes longer than all others should wait.
                content = await asyncio.to_thread(compressed, name)
        if content is None:
            return await self._app(scope, receive, send)
        headers = {
            "Cache-Control": FOR_GOOD,  # as Streamlit says: each name has a hash
            "Content-Encoding": "gzip",
            "Vary": "Accept-Encoding",
        }
        answer = Response(content, 200, headers, TYPES[Path(name).suffix])
        await answer(scope, receive, send)


def _wanted(scope: Scope) -> bool:
    """Return whether a request is for a whole file and takes it compressed."""
    asked = Headers(scope=scope)
    accepted = asked.get("accept-encoding", "")
    return scope["method"] == "GET" and "range" not in asked and "gzip" in accepted


def compressed(name: str) -> bytes | None:
    """Return one of Streamlit's files compressed; None where that is not for us."""
    try:
        file = (FRONTEND / name).resolve()
        inside = FRONTEND.resolve() in file.parents and file.suffix in TYPES
        if not inside or not file.is_file() or file.stat().st_size < SMALL:
            return None
        return _compressed(file)
    except (OSError, ValueError):  # too long, or with a NUL: strangers ask anything
        return None


@cache  # by file and not by name: js/./a.js is js/a.js, and to be kept once
def _compressed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 6, mtime=0)
