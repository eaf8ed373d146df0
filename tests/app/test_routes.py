"""The app's own routes: the live stream and the kept scripts, without a browser."""

import asyncio
import gzip
import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.jobs import News, Point
from explorer.ui import files, frontend, routes, stream
from explorer.ui.frontend import FRONTEND
from explorer.ui.stream import LiveStream, event

Headers = dict[str, str]


class Answer:
    """What a browser gets from an ASGI application, until it leaves.

    `enough` is asked after each piece whether the browser leaves.
    """

    def __init__(self, enough: Callable[[str], object] = lambda text: False) -> None:
        self.status, self.headers, self.body = 0, dict[str, str](), b""
        self._enough, self._left = enough, asyncio.Event()

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def points(self) -> list[list[Any]]:
        """All rows that came."""
        found = re.findall(r"data: (\[.*\])", self.text)
        return [row for data in found for row in json.loads(data)]

    async def ask(
        self, app: Any, path: str, headers: Headers | None = None, method: str = "GET"
    ) -> None:
        path, _, query = path.partition("?")
        pairs = [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()]
        scope = {"type": "http", "method": method, "path": path, "root_path": ""}
        scope |= {"query_string": query.encode(), "headers": pairs}
        asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in asked:
                return message
            await self._left.wait()
            return {"type": "http.disconnect"}

        await app(scope, receive, self.take)

    async def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        self.body += message.get("body", b"")
        if self._enough(self.text):
            self._left.set()


def ask(app: Any, path: str, headers: Headers | None = None) -> Answer:
    """Return the answer to one request that ends by itself."""
    answer = Answer()
    asyncio.run(asyncio.wait_for(answer.ask(app, path, headers), 60))
    return answer


def told(news: News, *steps: int) -> News:
    """Return news of a run "a", of which every tenth step is recorded."""
    report = news.reporter("a")
    for step in steps:
        report(step, 1 / 3, 2 / 3, None if step % 10 else 0.125)
    return news


def streaming(news: News) -> Starlette:
    """Return an application with the live stream alone."""
    live = LiveStream(lambda: news)
    return Starlette(routes=[Route("/live/{key}", live, methods=["GET"])])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let streams look for points, and lose patience, sooner."""
    monkeypatch.setattr(stream, "PERIOD", 0.001)
    monkeypatch.setattr(stream, "BEAT", 0.01)
    monkeypatch.setattr(stream, "PATIENCE", 0.05)


@pytest.fixture
def mounted() -> Iterator[Starlette]:
    """Return an application with all routes below a base path."""
    yield Starlette(routes=routes.routes("/class/"))
    routes._mounted.clear()


def test_a_stream_brings_the_recorded_points_and_the_newest(quick: None) -> None:
    news = told(News(), *range(26))
    news.rest("a")
    answer = ask(streaming(news), "/live/a?after=5")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    rounded = [0.33333, 0.66667]
    assert answer.points == [
        [10, *rounded, 0.125],
        [20, *rounded, 0.125],
        [25, *rounded, None],
    ]
    assert answer.text.endswith("event: rest\ndata: 0\n\n")
    assert "id: 25\n" in answer.text


def test_a_stream_goes_on_with_what_comes_and_ends_with_the_run(quick: None) -> None:
    news = told(News(), 0)

    async def watch() -> Answer:
        answer = Answer()
        asking = asyncio.create_task(answer.ask(streaming(news), "/live/a"))
        for step in (10, 20, 30):
            while not answer.points or answer.points[-1][0] != step - 10:
                await asyncio.sleep(0.001)
            told(news, step)
        while answer.points[-1][0] != 30:
            await asyncio.sleep(0.001)
        news.rest("a")
        await asking
        return answer

    answer = asyncio.run(asyncio.wait_for(watch(), 60))
    assert [row[0] for row in answer.points] == [0, 10, 20, 30]
    assert answer.text.count("data: [") == 4


def test_a_browser_that_comes_back_gets_what_it_missed(quick: None) -> None:
    news = told(News(), 10, 20, 30)
    news.rest("a")
    back = ask(streaming(news), "/live/a?after=5", {"Last-Event-ID": "20"})
    assert [row[0] for row in back.points] == [30]
    for nonsense in ("x", "-1", "1e3", "", "٣", "9" * 5000):
        all_of_it = ask(streaming(news), f"/live/a?after={nonsense}")
        assert [row[0] for row in all_of_it.points] == [10, 20, 30]


def test_a_run_that_was_reset_is_told_from_its_start(quick: None) -> None:
    news = told(News(), 1, 2)
    news.rest("a")
    assert [p[0] for p in ask(streaming(news), "/live/a?after=900").points] == [2]


def test_a_quiet_stream_shows_that_it_is_there_and_ends(quick: None) -> None:
    answer = ask(streaming(News()), "/live/unknown")
    assert answer.status == 200 and answer.points == []
    assert answer.text.startswith("retry: 1000\n\n") and ":\n\n" in answer.text


def test_a_stream_has_a_bounded_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LIFE", 0.0)
    assert ask(streaming(told(News(), 1)), "/live/a").text == "retry: 1000\n\n"


class Deaf(Answer):
    """A browser that stops reading after the first piece."""

    async def take(self, message: dict[str, Any]) -> None:
        await super().take(message)
        if self.body:
            await asyncio.Event().wait()


def test_a_browser_that_reads_nothing_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "LIFE", 0.0)
    monkeypatch.setattr(stream, "BEAT", 0.01)
    live = LiveStream(lambda: told(News(), 1))
    app = Starlette(routes=[Route("/live/{key}", live, methods=["GET"])])
    asyncio.run(asyncio.wait_for(Deaf().ask(app, "/live/a"), 60))
    assert live._open.total() == 0


def test_asking_for_the_head_of_a_stream_opens_none() -> None:
    answer = Answer()
    asyncio.run(
        asyncio.wait_for(
            answer.ask(streaming(told(News(), 1)), "/live/a", method="HEAD"), 60
        )
    )
    assert answer.status == 200 and answer.body == b""


@pytest.mark.parametrize("bound", ["MOST", "MOST_OF_A_RUN"])
def test_too_many_streams_are_refused_until_one_leaves(
    quick: None, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(stream, bound, 2)
    monkeypatch.setattr(stream, "PATIENCE", 60.0)
    app = streaming(told(News(), 10))

    async def crowd() -> tuple[Answer, Answer, Answer]:
        leaving = asyncio.Event()
        first = [Answer(lambda text: leaving.is_set()) for _ in range(2)]
        tasks = [asyncio.create_task(each.ask(app, "/live/a")) for each in first]
        while not all(each.points for each in first):
            await asyncio.sleep(0.001)
        refused, other, again = Answer(), Answer(), Answer(lambda text: "id" in text)
        await refused.ask(app, "/live/a")
        if bound == "MOST_OF_A_RUN":
            other = Answer(lambda text: "retry" in text)
            await other.ask(app, "/live/b")
        leaving.set()
        await asyncio.gather(*tasks)
        await again.ask(app, "/live/a")
        return refused, other, again

    refused, other, again = asyncio.run(asyncio.wait_for(crowd(), 60))
    assert refused.status == 503 and refused.headers["retry-after"] == "30"
    assert "Too many pages" in refused.text
    assert other.status == (200 if bound == "MOST_OF_A_RUN" else 0)
    assert again.status == 200 and again.points


def test_streams_end_when_the_server_is_told_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "PATIENCE", 60.0)
    heard: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.signal(number, lambda number, frame: heard.append(number))
        live = LiveStream(lambda: told(News(), 1))
        stream.close_on_signal(live.close)
        answer = Answer()

        async def stop(answer: Answer, app: Any, number: int) -> None:
            asking = asyncio.create_task(answer.ask(app, "/live/a"))
            while not answer.points:
                await asyncio.sleep(0.001)
            signal.raise_signal(number)
            await asking

        app = Starlette(routes=[Route("/live/{key}", live, methods=["GET"])])
        try:
            asyncio.run(asyncio.wait_for(stop(answer, app, number), 60))
        finally:
            signal.signal(number, before)
    assert heard == [signal.SIGINT, signal.SIGTERM]


def test_an_event_is_short_and_says_nothing_that_is_no_number() -> None:
    many = [Point(step, 1.23456789e-7, 12345.678, 0.5) for step in range(500)]
    rows = json.loads(event(many).split("data: ")[1])
    assert len(rows) == stream.MOST_POINTS and rows[-1] == [499, 1.2346e-07, 12346, 0.5]
    assert len(event(many[:1])) < 60
    odd = event([Point(1, 1.0, float("inf"), float("nan"))])
    assert odd == "id: 1\ndata: [[1,1.0,null,null]]\n\n"


def test_scripts_come_small_and_are_kept_for_good(mounted: Starlette) -> None:
    base = f"/class/kept/{files.version()}"
    for name in files.NAMES:
        small = ask(mounted, f"{base}/{name}", {"Accept-Encoding": "br, gzip"})
        plain = ask(mounted, f"{base}/{name}")
        source = files.PLOTLY if name == files.PLOTLY.name else files.STATIC / name
        assert plain.body == source.read_bytes() == gzip.decompress(small.body)
        assert small.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        for answer in (small, plain):
            assert answer.headers["cache-control"] == files.FOR_GOOD
            kind = "text/css" if name.endswith(".css") else "text/javascript"
            assert answer.headers["content-type"].startswith(kind)
            assert int(answer.headers["content-length"]) == len(answer.body)


def test_a_script_of_another_version_is_not_kept(mounted: Starlette) -> None:
    answer = ask(mounted, "/class/kept/0123456789ab/live.js")
    assert answer.status == 200 and answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["icon.svg", "../live.py", "live/../live.css", ""])
def test_no_other_file_is_served(mounted: Starlette, name: str) -> None:
    assert ask(mounted, f"/class/kept/{files.version()}/{name}").status == 404


def test_all_parts_of_the_live_picture_are_asked_for_at_once() -> None:
    script = (files.STATIC / "live.js").read_text(encoding="utf-8")
    named = {
        name: [f"live/{part}.{kind}" for part in listed.split()]
        for name, kind in (("PARTS", "js"), ("SHEETS", "css"))
        for listed in re.findall(rf'{name} =\s+"(.*?)"', script)
    }
    always = [name for name in files.SCRIPTS if "/drawings/" not in name]
    assert sorted(named["PARTS"]) == sorted(set(always) - {"live.js"})
    assert sorted(named["SHEETS"]) == sorted(files.SHEETS)


def test_pages_ask_for_the_routes_only_where_they_answer(
    mounted: Starlette,
) -> None:
    assert routes.stream_address("a") == "live/a"
    assert routes.script_address("live.js") == f"kept/{files.version()}/live.js"
    routes._mounted.clear()
    assert routes.stream_address("a") is None
    old = routes.script_address("live.js")
    assert old == f"app/static/live.js?v={files.version()}"


def test_what_was_compressed_is_used_again_until_the_file_changes(
    tmp_path: Path,
) -> None:
    file, folder = tmp_path / "script.js", tmp_path / "kept"
    folder.mkdir()
    file.write_bytes(b"first " * 100)
    made = files.pack_beside(file, folder)
    assert [each.name for each in folder.iterdir()] == ["script.js.gz"]
    kept = folder / "script.js.gz"
    # Another gzip of the same bytes shows that it is the kept one that is returned.
    kept.write_bytes(gzip.compress(file.read_bytes(), 1, mtime=1))
    assert files.pack_beside(file, folder) == kept.read_bytes() != made
    file.write_bytes(b"second " * 100)
    assert gzip.decompress(files.pack_beside(file, folder)) == file.read_bytes()
    kept.write_bytes(b"")
    assert gzip.decompress(files.pack_beside(file, folder)) == file.read_bytes()


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(
    tmp_path: Path,
) -> None:
    file = tmp_path / "script.js"
    file.write_bytes(b"script")
    assert gzip.decompress(files.pack_beside(file, tmp_path / "no")) == b"script"


def own(request: Request) -> Response:
    """Answer as Streamlit does, for what the middleware leaves to it."""
    return Response("as it is")


def small(base: str = "") -> Starlette:
    """Return an application in which Streamlit's files are sent compressed."""
    everything = Route("/{path:path}", own)
    return Starlette(routes=[everything], middleware=routes.middleware(base))


@pytest.mark.parametrize("base", ["", "class", "/class/"])
@pytest.mark.parametrize("suffix", ["js", "css"])
def test_streamlits_own_files_come_compressed(base: str, suffix: str) -> None:
    found = FRONTEND.glob(f"{suffix}/index*.{suffix}")
    file = max(found, key=lambda file: file.stat().st_size)
    path = f"/{base.strip('/')}/static/{suffix}/{file.name}".replace("//", "/")
    answer = ask(small(base), path, {"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(answer.body) == file.read_bytes()
    assert len(answer.body) < file.stat().st_size / 2
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == files.FOR_GOOD
    for headers in ({}, {"Accept-Encoding": "gzip", "Range": "bytes=0-9"}):
        assert ask(small(base), path, headers).text == "as it is"


def test_a_file_is_kept_once_however_its_path_is_written() -> None:
    file = min(FRONTEND.glob("css/index*.css"))
    once = frontend.compressed(f"css/{file.name}")
    assert once is not None
    for written in (f"css/./{file.name}", f"css//{file.name}", f"./css/{file.name}"):
        assert frontend.compressed(written) is once


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/static/js/no.js",
        "/static/../index.html",
        "/static/",
        "/_stcore/health",
        "/static/js/a\0b.js",
        f"/static/js/{'a' * 5000}.js",
    ],
    ids=lambda path: path[:24].replace("\0", "NUL"),
)
def test_all_else_is_left_to_streamlit(path: str) -> None:
    answer = ask(small(), path, {"Accept-Encoding": "gzip"})
    assert answer.text == "as it is" and "content-encoding" not in answer.headers
