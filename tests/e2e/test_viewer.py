"""The benchmark's viewer speaks to the real server as a browser does."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks._server import Server, serving
from benchmarks._viewer import Viewer

LINK = "lang=en&cell=lstm&seq_len=10&hidden_size=8&batch_size=16&steps=20000&seed=1"


@pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's /proc")
def test_a_viewer_opens_the_page_and_is_told_what_training_brings() -> None:
    async def watch(viewer: Viewer, server: Server) -> None:
        left = asyncio.Event()
        visit = asyncio.create_task(viewer.visit(left))
        await viewer.until(lambda v: v.loaded)
        assert viewer.step == 0
        await viewer.press("button_train")
        await viewer.until(lambda v: v.step > 0 and v.events)
        await viewer.until(lambda v: server.cpu_of_training())
        left.set()
        await visit

    def visit(viewer: Viewer, server: Server) -> None:
        asyncio.run(asyncio.wait_for(watch(viewer, server), 100))

    # In a thread of its own: the browser of other tests keeps this one's loop running.
    with serving() as server, ThreadPoolExecutor(1) as thread:
        viewer = Viewer(server.address, LINK)
        thread.submit(visit, viewer, server).result()
        noted = [line.split() for line in server.updates.read_text().splitlines()]
        assert viewer.events[-1].step in {int(step) for _, step, _ in noted}
        assert server.cpu() > 0 and server.memory() > 0
