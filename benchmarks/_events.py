"""Server-sent events as a browser's EventSource reads them, without a browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlsplit

AGAIN = 1.0  # s after which a stream that broke off is asked for again


class Arrival(NamedTuple):
    """What arrived: when (`perf_counter`), its newest step, its size in bytes."""

    at: float
    step: int
    size: int


class Event(NamedTuple):
    """One event: its name, "message" where it has none, and its id and data."""

    name: str
    id: str
    data: str


class Listener:
    """Listens to the stream of a run as the page's script does.

    Attributes:
        arrivals: the events that came, of all runs.
    """

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self._address = ""
        self._task: asyncio.Task[None] | None = None

    def follow(self, address: str, after: int) -> None:
        """Hear of what lies beyond a step; of nothing where the address is empty."""
        if address != self._address:
            self.close()
        if address and (self._task is None or self._task.done()):
            self._address = address
            self._task = asyncio.create_task(self._listen(address, after))

    def close(self) -> None:
        """Leave."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _listen(self, address: str, after: int) -> None:
        """Take in events until the server says that the run rests."""
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                async for event in events(f"{address}?after={after}"):
                    if event.name != "message":
                        return
                    after = int(event.id)
                    size = len(event.data)
                    self.arrivals.append(Arrival(perf_counter(), after, size))
            await asyncio.sleep(AGAIN)


async def events(address: str) -> AsyncIterator[Event]:
    """Yield the events that an address sends, until it ends.

    Raises:
        ConnectionError: the answer is no stream of events.
    """
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(
            f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "Accept: text/event-stream\r\nCache-Control: no-cache\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if " 200 " not in head.splitlines()[0] or "text/event-stream" not in head:
            raise ConnectionError(head.splitlines()[0])
        text = ""
        async for piece in _chunks(reader):
            *blocks, text = (text + piece.decode()).split("\n\n")
            for block in blocks:
                if event := _parse(block):
                    yield event
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield the pieces of a body in HTTP's chunked transfer coding."""
    with suppress(asyncio.IncompleteReadError):  # the server hung up
        while size := int(await reader.readuntil(b"\r\n"), 16):
            yield (await reader.readexactly(size + 2))[:-2]


def _parse(block: str) -> Event | None:
    """Return the event of a block; None where it only keeps the line open."""
    fields = {"event": "message", "id": "", "data": ""}
    for line in block.splitlines():
        name, _, value = line.partition(":")
        if name in fields:
            fields[name] = value.removeprefix(" ")
    return Event(*fields.values()) if fields["data"] else None
