"""A gateway as a process of its own, and visitors of its web chat."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import aiohttp

from tests.servers import LOOPBACK, free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


class Gateway:
    """A gateway with nobody behind it who reads messages; `options` are those of the command.

    It can be stopped and started again on its port. `root` is the folder of another release, `python`
    another Python.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *options: str,
        root: Path = ROOT,
        python: str | Path = sys.executable,
    ) -> None:
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._environment = environment
        self._options = options
        self._root, self._python = root, python
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; it listens then."""
        self._process = await asyncio.create_subprocess_exec(
            *(self._python, "-m", "bot", "gateway", *self._options),
            cwd=self._root,
            env={**os.environ, **self._environment, "RELAIS_PORT": str(self.port)},
            stdout=asyncio.subprocess.DEVNULL,
        )
        listening = asyncio.create_task(until_it_answers(f"{self.url}/health"))
        ended = asyncio.create_task(self._process.wait())
        await asyncio.wait({listening, ended}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        assert listening.done(), "it ended, or does not listen"
        ended.cancel()

    async def stop(self) -> None:
        """Stop it as a service manager does."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await self._process.wait()


@asynccontextmanager
async def gateway(
    environment: Mapping[str, str], *, python: str | Path = sys.executable
) -> AsyncIterator[str]:
    """A running gateway that works too; its address."""
    running = Gateway(environment, python=python)
    try:
        await running.start()
        yield running.url
    finally:
        await running.stop()


async def until_it_answers(url: str, trust: ssl.SSLContext | bool = True) -> None:
    """Wait until a server answers there with success; `trust` is whose certificates are good."""
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url, ssl=trust) as response:
                    if response.ok:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


class Visitor:
    """Somebody at the web chat, known by a cookie; what was accepted of him is in `accepted`."""

    def __init__(self, url: str, jar: aiohttp.CookieJar | None = None) -> None:
        self.jar = jar or aiohttp.CookieJar(unsafe=True)
        self.accepted: list[str] = []
        self._session = aiohttp.ClientSession(url, cookie_jar=self.jar)

    async def says(self, text: str) -> int:
        """Send one message; the status of the answer."""
        message = {"client_message_id": uuid4().hex, "text": text}
        async with self._session.post("/chat/messages", json=message) as response:
            if response.ok:
                self.accepted.append(text)
            return response.status

    async def sees(self, text: str) -> list[int]:
        """Wait for a message in the stream; the numbers of all messages up to it."""
        numbers: list[int] = []
        async with self._session.get("/chat/events") as stream:
            async for raw in stream.content:
                if found := re.match(rb"id: ?(\d+)", raw):
                    numbers.append(int(found[1]))
                if text.encode() in raw:
                    return numbers
        raise AssertionError(f"the stream ended without {text!r}: {numbers}")

    async def leaves(self) -> None:
        """Close the page; the cookie is kept."""
        await self._session.close()
