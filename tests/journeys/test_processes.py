"""Gateways and workers as processes of their own: one is stopped or killed, and nobody notices."""

from __future__ import annotations

import asyncio
import signal
import socket
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.store.rows import Line, read
from bot.store.store import Store
from bot.store.tables import messages
from tests.fakes.rasa import PaperRasa, paper_rasa
from tests.journeys.running import Running

pytestmark = pytest.mark.timeout(120)

ANSWER = "Oui."
# Below the burst that a visitor is allowed.
LINES = 15
# Of each in the crowd, in seconds: more than the worker can answer in time need not be written.
PAUSE = 0.1


class Installation:
    """Gateways and workers on one database, with a paper Rasa."""

    def __init__(self, folder: Path, rasa: PaperRasa) -> None:
        self.folder = folder
        self.rasa = rasa
        self.port = free_port()
        self.running: list[Running] = []
        self._numbers = count(1)

    @property
    def url(self) -> str:
        """The gateways, whichever of them answers."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, *command: str, **more: str) -> Running:
        """Start one more process."""
        environment = {
            "RELAIS_STATE": str(self.folder),
            "RELAIS_PORT": str(self.port),
            "RELAIS_WORKER_PORT": "0",
            "RELAIS_RASA_URL": self.rasa.url,
            **more,
        }
        said = self.folder / f"{next(self._numbers)}.log"
        self.running.append(await Running.start(*command, environment=environment, said=said))
        return self.running[-1]

    async def stop(self) -> None:
        """End all of them."""
        await asyncio.gather(*(running.gets(signal.SIGTERM) for running in self.running))

    def lines(self) -> list[Line]:
        """All messages, as they stand in the database."""
        store = Store(f"sqlite:///{self.folder / 'relais.db'}")
        try:
            return store.run_now(all_lines)
        finally:
            store.close()

    def answers(self) -> list[Line]:
        """What the assistant said."""
        return [line for line in self.lines() if line.text == ANSWER]


class Visitor:
    """Writes on the web chat; tries again when nobody listens, as a proxy does, and only then."""

    def __init__(self, url: str, *, keep: bool) -> None:
        self._session = aiohttp.ClientSession(
            url,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            connector=aiohttp.TCPConnector(force_close=not keep),
        )
        self.refused = 0

    async def says(self, text: str) -> str:
        """Write a line; its id, once it is accepted."""
        said = {"client_message_id": uuid.uuid4().hex, "text": text}
        while True:
            try:
                async with self._session.post("/chat/messages", json=said) as response:
                    assert response.status == 202, await response.text()
                    return said["client_message_id"]
            except aiohttp.ClientConnectorError as error:
                if not isinstance(error.os_error, ConnectionRefusedError):
                    raise
                self.refused += 1
                await asyncio.sleep(0.02)

    async def leaves(self) -> None:
        """Close the page."""
        await self._session.close()


class Crowd:
    """Visitors who write again and again; `accepted` are the ids of what they were told is taken."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._end = asyncio.Event()
        self._wrote = asyncio.Event()
        self.accepted: list[str] = []
        self.refused = 0

    async def writes(self, *, keep: bool) -> None:
        """One seat in the crowd, taken by one visitor after the other."""
        while not self._end.is_set():
            visitor = Visitor(self._url, keep=keep)
            for _ in range(LINES):
                if self._end.is_set():
                    break
                self.accepted.append(await visitor.says("May my cat come?"))
                self._wrote.set()
                await asyncio.sleep(PAUSE)
            await visitor.leaves()
            self.refused += visitor.refused

    async def has_written(self, more: int) -> None:
        """Wait for so many more lines."""
        goal = len(self.accepted) + more
        while len(self.accepted) < goal:
            self._wrote.clear()
            await self._wrote.wait()

    def ends(self) -> None:
        """Let them finish their sentences."""
        self._end.set()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Installation]:
    async with AsyncExitStack() as stack:
        rasa = await stack.enter_async_context(paper_rasa())
        built = Installation(tmp_path, rasa)
        stack.push_async_callback(built.stop)
        yield built


@pytest.mark.parametrize("overlap", [True, False])
async def test_a_gateway_is_replaced_while_people_write(house: Installation, overlap: bool) -> None:
    reuse = {"RELAIS_REUSE_PORT": str(int(overlap))}
    old = await house.start("gateway", "--accept-only", **reuse)
    await house.start("worker")
    crowd = Crowd(house.url)
    people = asyncio.gather(*(crowd.writes(keep=bool(seat % 2)) for seat in range(6)))
    await crowd.has_written(50)
    if overlap:
        await house.start("gateway", "--accept-only", **reuse)
    assert await old.gets(signal.SIGTERM) == 0
    if not overlap:
        await house.start("gateway", "--accept-only", **reuse)
    await crowd.has_written(50)
    crowd.ends()
    await people
    assert (crowd.refused == 0) == overlap

    # As long as a gateway takes to start people write on: on a busy machine that is a long queue.
    await eventually(
        lambda: all(line.handled_at for line in house.lines() if line.author == "customer"), seconds=60
    )
    await eventually(lambda: all(line.delivery == "sent" for line in house.answers()))
    stored = Counter(line.platform_id for line in house.lines() if line.author == "customer")
    assert stored == Counter(crowd.accepted)
    last = {line.conversation_id: line for line in house.lines()}
    assert all(line.author == "bot" for line in last.values())


async def test_a_worker_that_is_told_to_stop_gives_back_what_it_holds(house: Installation) -> None:
    await house.start("gateway", "--accept-only")
    worker = await house.start("worker")
    house.rasa.thinking.clear()
    await write(house)
    await eventually(lambda: house.rasa.asked)
    assert await worker.gets(signal.SIGTERM) == 0
    house.rasa.thinking.set()
    await house.start("worker")
    # At once, and not when the lease of the first would have ended.
    await eventually(house.answers, seconds=5)
    assert len(house.answers()) == 1


@pytest.mark.slow
async def test_the_turn_of_a_killed_worker_is_taken_by_another_when_the_lease_ends(
    house: Installation,
) -> None:
    await house.start("gateway", "--accept-only")
    worker = await house.start("worker")
    house.rasa.thinking.clear()
    await write(house)
    await eventually(lambda: house.rasa.asked)
    assert await worker.gets(signal.SIGKILL) == -signal.SIGKILL
    house.rasa.thinking.set()
    await house.start("worker")
    await eventually(house.answers, seconds=20)
    assert len(house.answers()) == 1


async def test_a_worker_tells_of_itself_and_accepts_nothing(house: Installation) -> None:
    port = free_port()
    await house.start("worker", RELAIS_WORKER_PORT=str(port))
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for path, status in {"/health": 200, "/ready": 200, "/metrics": 200, "/chat": 404}.items():
            async with session.get(path) as response:
                assert (path, response.status) == (path, status)


async def test_a_page_shows_what_another_process_says_as_soon_as_it_is_said(house: Installation) -> None:
    await house.start("gateway", "--accept-only")
    await house.start("worker")
    async with aiohttp.ClientSession(house.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as page:
        for number in range(3):
            said = {"client_message_id": str(number), "text": "May my cat come?"}
            await (await page.post("/chat/messages", json=said)).read()
            began = asyncio.get_running_loop().time()
            async with page.get("/chat/events", params={"after": 2 * number + 1}) as stream:
                async for line in stream.content:
                    if ANSWER in line.decode():
                        break
            # A look of the worker and one of the gateway; the page's own would come after two seconds.
            assert asyncio.get_running_loop().time() - began < 1.8


async def write(house: Installation) -> None:
    visitor = Visitor(house.url, keep=False)
    await visitor.says("May my cat come?")
    await visitor.leaves()


async def eventually(check: Callable[[], object], seconds: float = 15) -> None:
    """Wait until something holds."""
    end = asyncio.get_running_loop().time() + seconds
    while not check():
        assert asyncio.get_running_loop().time() < end, "it never came true"
        await asyncio.sleep(0.05)


def all_lines(connection: Connection) -> list[Line]:
    rows = connection.execute(select(messages).order_by(messages.c.conversation_id, messages.c.seq))
    return [read(Line, row) for row in rows.mappings()]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
