"""Server-sent events: what each update of a run brings, told at most 20 times a second.

The page's pictures come from its fragment, a few times a second; a stream only moves
the newest end of the curves between two of them. Where it is refused, or where a proxy
does not let it through, nothing is missing but that motion.
"""

import asyncio
import json
import math
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:  # the routes are there before torch is
    from explorer.jobs import News, Point

PERIOD = 0.05  # s between two events
BEAT = 10.0  # s after which a quiet stream shows that it is there
PATIENCE = 40.0  # s without a point after which a stream ends
LIFE = 600.0  # s after which a stream ends; the browser comes again
MOST_POINTS = 40  # in one event; a curve has 150 on its whole way
MOST, MOST_OF_A_RUN = 120, 60
DIGITS = 5  # a curve is drawn from numbers of 4
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
FULL = "Too many pages watch already: the pictures come less often.\n"


class LiveStream:
    """The route `live/{key}?after={step}`, an ASGI application.

    Sends the points of a run beyond a step as `data: [[step, loss, gradient norm,
    metric or null], …]`, ascending; of those in between two events the recorded ones
    and the newest. The event `rest` says that no more will come for now.

    Args:
        news: returns where the points are; called when the first page asks.
    """

    def __init__(self, news: "Callable[[], News]") -> None:
        self._news = news
        self._open: Counter[str] = Counter()
        self._closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, until the run rests or the browser leaves."""
        request = Request(scope, receive)
        key = request.path_params["key"]
        answer: Response
        if self._open.total() >= MOST or self._open[key] >= MOST_OF_A_RUN:
            answer = PlainTextResponse(FULL, 503, {**HEADERS, "Retry-After": "30"})
            return await answer(scope, receive, send)
        events = self._events(key, _after(request))
        answer = StreamingResponse(events, 200, HEADERS, "text/event-stream")
        if request.method == "HEAD":
            return await Response(None, 200, HEADERS)(scope, receive, send)
        self._open[key] += 1
        try:
            # Sending waits for a browser that reads nothing, and so do the events.
            async with asyncio.timeout(LIFE + BEAT):
                await answer(scope, receive, send)
        except TimeoutError:
            pass
        finally:
            self._open -= Counter([key])

    def close(self) -> None:
        """Let all streams end: a server that stops waits for them."""
        self._closed = True

    async def _events(self, key: str, sent: int) -> AsyncIterator[str]:
        news, clock = self._news(), asyncio.get_running_loop().time
        born = told = beat = clock()
        yield "retry: 1000\n\n"
        while not self._closed and (now := clock()) - born < LIFE:
            newest, resting = news.newest(key), news.resting(key)
            if 0 <= newest < sent:
                sent = -1  # the run was put back to its first step
            if newest > sent and (points := news.since(key, sent)):
                yield event(points)
                sent, told, beat = points[-1].step, now, now
            elif resting:
                yield "event: rest\ndata: 0\n\n"
                return
            elif now - told > PATIENCE:
                return
            elif now - beat > BEAT:
                yield ":\n\n"
                beat = now
            await asyncio.sleep(PERIOD)


def _after(request: Request) -> int:
    """Return the last step that the browser has: -1 where it does not say."""
    said = request.headers.get("Last-Event-ID") or request.query_params.get("after")
    return int(said) if said and re.fullmatch("[0-9]{1,12}", said) else -1


def event(points: "list[Point]") -> str:
    """Return the event that tells of some points, at least one, ascending."""
    recorded = [point for point in points[:-1] if point.metric is not None]
    told = [*recorded[1 - MOST_POINTS :], points[-1]]
    rows = [[p.step, *map(_short, (p.loss, p.grad_norm, p.metric))] for p in told]
    data = json.dumps(rows, separators=(",", ":"))
    return f"id: {points[-1].step}\ndata: {data}\n\n"


def _short(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}")


def close_on_signal(close: Callable[[], None]) -> None:
    """Call `close` as well when the server is told to stop.

    The server first waits for its open requests, and only then tells the application.
    """
    if current_thread() is not main_thread():
        return  # somebody else's server, which minds the signals itself
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def stop(number: int, frame: FrameType | None, before: Any = before) -> None:
            close()
            if callable(before):
                before(number, frame)

        signal.signal(number, stop)
