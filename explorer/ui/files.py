"""The scripts of the live picture as a browser wants them: small, and kept for good.

Streamlit's own static folder compresses plotly.js anew for each visitor and lets the
browser ask for it again. Here each file is compressed once and its address holds a
hash of all of them, so that a browser never asks twice.

Plotly publishes smaller bundles. None has what the figures draw (scatter, heatmap,
table and scatter3d) apart from the full one, which the plotly package brings; a bundle
of our own would have to be committed and brought up to date by hand. To begin with
plotly.js before Streamlit's own scripts have drawn the page was tried: the charts come
no sooner, because it is all one thread's work, and the words come much later.
"""

import gzip
import os
import zlib
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

STATIC = Path(__file__).parent / "static"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
SCRIPTS = (
    "live.js",
    *sorted(f.relative_to(STATIC).as_posix() for f in STATIC.glob("live/**/*.js")),
)
SHEETS = tuple(sorted(f"live/{f.name}" for f in STATIC.glob("live/*.css")))
NAMES = (*SCRIPTS, *SHEETS, PLOTLY.name)
FOR_GOOD = "public, max-age=31536000, immutable"


@cache
def version() -> str:
    """Return a hash of all files, so that no browser keeps an old one."""
    digest = sha256(plotly.__version__.encode())
    for name in (*SCRIPTS, *SHEETS):
        digest.update((STATIC / name).read_bytes())
    return digest.hexdigest()[:12]


async def kept_file(request: Request) -> Response:
    """Answer `kept/{version}/{name}` with a script or a sheet; else 404."""
    name = request.path_params["name"]
    if name not in NAMES:
        return PlainTextResponse("There is no such file.\n", 404)
    own = request.path_params["version"] == version()
    headers = {
        "Cache-Control": FOR_GOOD if own else "no-cache",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    content = packed(name)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return Response(content, 200, headers, kind)


@cache
def packed(name: str) -> bytes:
    """Return one of the files, compressed by gzip."""
    if name == PLOTLY.name:  # a quarter of a second: worth keeping for the next start
        return pack_beside(PLOTLY, STATIC)
    return gzip.compress((STATIC / name).read_bytes(), mtime=0)


def pack_beside(file: Path, folder: Path) -> bytes:
    """Return a file compressed, out of a folder or to be kept there for next time.

    A folder that cannot be written to only costs the time at each start.
    """
    content, kept = file.read_bytes(), folder / f"{file.name}.gz"
    with suppress(OSError):
        found = kept.read_bytes()
        if found[-8:-4] == zlib.crc32(content).to_bytes(4, "little"):
            return found
    made = gzip.compress(content, mtime=0)
    with suppress(OSError):
        # Written aside and renamed: another server may be reading it now.
        aside = kept.with_suffix(f".{os.getpid()}")
        aside.write_bytes(made)
        aside.replace(kept)
    return made
