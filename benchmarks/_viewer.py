"""A viewer without a browser: the browser's half of Streamlit's protocol.

What the browser would say, said in time: it opens the page, presses buttons, asks for
each fragment anew at the interval that the server has told it, and listens to the
stream of events that the live picture names.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks._events import Arrival, Listener

_STEP = re.compile(rb'"step": ?(\d+), ?"following"')
_STREAM = re.compile(rb'"stream": ?"([^"]+)"')
_PROTOCOLS = ["streamlit", "PLACEHOLDER_AUTH_TOKEN"]  # as the browser names them


class Viewer:
    """One page, opened and looked at.

    Args:
        address: of the server, such as http://127.0.0.1:8501.
        query: the link's part behind the question mark.
        name: what the viewer is called in a report.

    Attributes:
        opened: when the page was asked for (`perf_counter`).
        loaded: when all of it was there; None before.
        pictures: all that arrived of the live picture.
        answers: seconds from asking for a fragment to having it.
    """

    def __init__(self, address: str, query: str, name: str = "") -> None:
        self.address, self.query, self.name = address, query, name
        self.opened = 0.0
        self.loaded: float | None = None
        self.pictures: list[Arrival] = []
        self.answers: list[float] = []
        self.widgets: dict[str, str] = {}  # a button's own key -> its id
        self._page, self._stream = "", Listener()
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._asked: dict[str, float] = {}
        self._news = asyncio.Condition()

    async def visit(self, until: asyncio.Event) -> None:
        """Open the page and take in what comes, until the event is set."""
        url = self.address.replace("http", "ws", 1) + "/_stcore/stream"
        self.opened = perf_counter()
        async with connect(
            url,
            subprotocols=_PROTOCOLS,
            origin=self.address,
            max_size=None,
            open_timeout=None,
        ) as self._socket:
            await self._rerun()
            listening = asyncio.create_task(self._listen(self._socket))
            leaving = asyncio.create_task(until.wait())
            done, _ = await asyncio.wait(
                {listening, leaving}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in (listening, leaving, *(t for _, t in self._timers.values())):
                task.cancel()
            self._stream.close()
            if listening in done:
                await listening  # the server hung up, or sent what is not understood
                raise ConnectionError("the server ended the connection")

    @property
    def step(self) -> int:
        """The step of the newest picture; -1 before the first."""
        return self.pictures[-1].step if self.pictures else -1

    @property
    def events(self) -> list[Arrival]:
        """All that arrived by the stream."""
        return self._stream.arrivals

    async def until(self, condition: Callable[["Viewer"], object]) -> None:
        """Wait until something holds of this viewer; asked with whatever arrives."""
        async with self._news:
            await self._news.wait_for(lambda: condition(self))

    async def press(self, button: str) -> None:
        """Press a button by the key that the page has given it."""
        state = WidgetState(id=self.widgets[button], trigger_value=True)
        await self._rerun(state)

    async def _rerun(self, *states: WidgetState, fragment: str = "") -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_script_hash = self.query, self._page
        rerun.widget_states.widgets.extend(states)
        rerun.fragment_id, rerun.is_auto_rerun = fragment, bool(fragment)
        rerun.context_info.locale = "en-GB"
        rerun.context_info.url = f"{self.address}/?{self.query}"
        await self._socket.send(message.SerializeToString())

    async def _listen(self, socket: ClientConnection) -> None:
        async for data in socket:
            message = ForwardMsg()
            message.ParseFromString(data if isinstance(data, bytes) else data.encode())
            self._take(message, len(data))
            async with self._news:
                self._news.notify_all()

    def _take(self, message: ForwardMsg, size: int) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page = message.new_session.page_script_hash or self._page
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta":
            self._take_element(message.delta.new_element, size)
        elif kind == "auto_rerun":
            self._keep_asking(
                message.auto_rerun.fragment_id, message.auto_rerun.interval
            )
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._ask_no_more(fragment)
        elif kind == "script_finished":
            self._finished(message)

    def _take_element(self, element, size: int) -> None:
        kind = element.WhichOneof("type")
        if kind == "button":
            self.widgets[element.button.id.rpartition("-")[2]] = element.button.id
        elif kind == "bidi_component":
            self._take_picture(element.bidi_component.bytes, size)

    def _take_picture(self, data: bytes, size: int) -> None:
        step, stream = _STEP.search(data), _STREAM.search(data)
        if step is None:
            return
        self.pictures.append(Arrival(perf_counter(), int(step[1]), size))
        address = f"{self.address}/{stream[1].decode()}" if stream else ""
        self._stream.follow(address, int(step[1]))

    def _finished(self, message: ForwardMsg) -> None:
        names = ForwardMsg.ScriptFinishedStatus
        if message.script_finished == names.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            for asked in self._asked.values():
                self.answers.append(perf_counter() - asked)
            self._asked.clear()
        elif message.script_finished == names.FINISHED_SUCCESSFULLY:
            self.loaded = self.loaded or perf_counter()
            self._asked.clear()

    def _keep_asking(self, fragment: str, interval: float) -> None:
        if fragment in self._timers and self._timers[fragment][0] == interval:
            return
        self._ask_no_more(fragment)
        asking = asyncio.create_task(self._ask(fragment, interval))
        self._timers[fragment] = interval, asking

    def _ask_no_more(self, fragment: str) -> None:
        if fragment in self._timers:
            self._timers.pop(fragment)[1].cancel()

    async def _ask(self, fragment: str, interval: float) -> None:
        """Ask at the interval, as the browser does, whether an answer came or not."""
        due = perf_counter()
        with suppress(ConnectionClosed):
            while True:
                due += interval
                await asyncio.sleep(max(0.0, due - perf_counter()))
                self._asked.setdefault(fragment, perf_counter())
                await self._rerun(fragment=fragment)
