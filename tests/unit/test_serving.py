"""A server that stops while people write: nobody's request is lost."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot import serving
from bot.errors import SettingsError
from bot.serving import Server
from bot.vitals import STOPPING


class Site:
    """A server whose answers wait until the gate is open."""

    def __init__(self, port: int = 0, *, reuse_port: bool = False) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = 0
        self.came = asyncio.Event()
        self.stopping = asyncio.Event()
        app = web.Application()
        app[STOPPING] = self.stopping
        app.router.add_post("/", self._post)
        self.server = Server(app, "127.0.0.1", port, reuse_port=reuse_port)
        self.url = ""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def start(self) -> Site:
        self.url = await self.server.start()
        return self

    async def _post(self, request: web.Request) -> web.Response:
        self.asked += 1
        self.came.set()
        await self.gate.wait()
        return web.Response(text=await request.text())


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = await Site().start()
    yield site
    site.gate.set()
    await site.server.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def post(session: aiohttp.ClientSession, site: Site, text: str = "hello") -> tuple[int, str, str]:
    async with session.post(site.url, data=text) as response:
        return response.status, await response.text(), response.headers.get("Connection", "")


async def test_a_taken_port_is_said_in_plain_words(site: Site) -> None:
    with pytest.raises(SettingsError, match=rf"cannot listen on 127\.0\.0\.1:{site.port}: Address already"):
        await Site(site.port).start()


async def test_a_server_that_never_listened_can_be_stopped(site: Site) -> None:
    other = Site(site.port)
    with pytest.raises(SettingsError):
        await other.start()
    await other.server.stop()


async def test_a_request_under_way_is_answered(site: Site, session: aiohttp.ClientSession) -> None:
    site.gate.clear()
    asking = asyncio.ensure_future(post(session, site))
    await site.came.wait()
    stop = asyncio.ensure_future(site.server.stop())
    await site.stopping.wait()
    site.gate.set()
    assert await asking == (200, "hello", "close")
    await stop


async def test_a_connection_kept_open_is_answered_once_more_and_told_to_end(
    site: Site, session: aiohttp.ClientSession
) -> None:
    assert await post(session, site) == (200, "hello", "")
    stop = asyncio.ensure_future(site.server.stop())
    await asyncio.sleep(2 * serving.HANDSHAKE)  # it has stopped listening
    assert await post(session, site) == (200, "hello", "close")
    await asyncio.wait_for(stop, serving.LINGER / 2)  # it does not wait for nobody


async def test_a_silent_connection_does_not_hold_it_up(
    site: Site, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "LINGER", 0.1)
    await post(session, site)
    await asyncio.wait_for(site.server.stop(), 1)


async def test_who_waited_to_be_accepted_is_accepted(site: Site) -> None:
    # The kernel makes the connection; the server has not heard of it when it is told to stop.
    with socket.create_connection(("127.0.0.1", site.port)) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
        await site.server.stop()
        assert caller.recv(12) == b"HTTP/1.1 200"


async def test_after_the_end_nobody_is_let_in(site: Site) -> None:
    await site.server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", site.port))


async def test_a_new_server_takes_over_the_port_while_people_write() -> None:
    old = await Site(reuse_port=True).start()
    new = Site(old.port, reuse_port=True)
    goes_on = asyncio.Event()
    people = [asyncio.ensure_future(write_until(goes_on, old, keep=bool(n % 2))) for n in range(8)]
    await old.came.wait()
    await new.start()
    await old.server.stop()
    await new.came.wait()
    goes_on.set()
    # Nobody was refused, and nothing was lost: each of them had an answer to everything.
    assert sum(await asyncio.gather(*people)) == old.asked + new.asked
    await new.server.stop()


async def write_until(end: asyncio.Event, site: Site, *, keep: bool) -> int:
    """Write again and again, on one connection or on new ones; how many answers came."""
    answers = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=not keep)) as session:
        while not end.is_set():
            assert (await post(session, site))[0] == 200
            answers += 1
            await asyncio.sleep(0)
    return answers
