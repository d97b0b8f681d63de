"""A gateway as a process of its own, and visitors of its web chat."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import aiohttp

from tests.servers import LOOPBACK, free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


@asynccontextmanager
async def gateway(
    environment: Mapping[str, str], *, root: Path = ROOT, python: str = sys.executable
) -> AsyncIterator[str]:
    """A gateway that works too, with nobody behind it who reads messages; its address."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(python, "-m", "bot", "gateway"),
        cwd=root,
        env={**os.environ, **environment, "RELAIS_PORT": str(port)},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        url = f"http://{LOOPBACK}:{port}"
        await asyncio.wait_for(_until_it_listens(url), PATIENCE)
        yield url
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _until_it_listens(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/health") as response:
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
