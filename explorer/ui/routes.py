"""The app's own routes beside Streamlit's: the live stream and the kept scripts.

They answer only where the entry gives them to `st.App`. A frame that runs by itself
does without: its scripts come from Streamlit's static folder, its pictures from the
fragment alone.
"""

from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from explorer.ui.files import NAMES, kept_file, packed, version
from explorer.ui.frontend import SmallFrontend
from explorer.ui.stream import LiveStream, close_on_signal

if TYPE_CHECKING:
    from explorer.jobs import News

_mounted: list[LiveStream] = []


def routes(base: str = "") -> list[BaseRoute]:
    """Return the routes below the app's base path; from now on pages ask for them."""
    prefix = _prefix(base)
    stream = LiveStream(_news)
    _mounted.append(stream)
    return [
        Route(f"{prefix}/live/{{key}}", stream, methods=["GET"]),
        Route(f"{prefix}/kept/{{version}}/{{name:path}}", kept_file, methods=["GET"]),
    ]


def middleware(base: str = "") -> list[Middleware]:
    """Return what stands before all routes below the app's base path."""
    return [Middleware(SmallFrontend, _prefix(base))]


def _prefix(base: str) -> str:
    return f"/{base.strip('/')}".rstrip("/")


def _news() -> "News":
    from explorer.ui.services import services  # knows the pages, which know of routes

    return services().jobs.news


def prepare() -> None:
    """Compress the scripts; see to it that no open stream keeps a server running."""
    for name in NAMES:
        packed(name)
    for stream in _mounted:
        close_on_signal(stream.close)


def mounted() -> bool:
    """Return whether the routes answer."""
    return bool(_mounted)


def script_address(name: str) -> str:
    """Return where a page finds one of the scripts, seen from its own address."""
    if _mounted:
        return f"kept/{version()}/{name}"
    return f"app/static/{name}?v={version()}"


def stream_address(key: str) -> str | None:
    """Return where a page hears of a run's updates; None where nothing answers."""
    return f"live/{key}" if _mounted else None
