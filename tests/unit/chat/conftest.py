"""A running chat, visitors, and a reader of event streams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar

from tests.fakes.chat import ChatServer


class Events:
    """A stream of events, one at a time as (event, id, data)."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self, event: str | None = None, patience: float = 5.0) -> tuple[str, str | None, Any]:
        """The next event, or the next of that name."""
        while True:
            found = await asyncio.wait_for(self._read(), patience)
            if found is None:
                raise EOFError("the stream ended")
            if event in (None, found[0]):
                return found

    async def texts_until_ready(self) -> list[str]:
        """What was said before now."""
        texts = []
        while (found := await self.next())[0] != "ready":
            texts.append(found[2].get("text", found[0]))
        return texts

    async def comment(self, patience: float = 5.0) -> str:
        """The next comment."""
        line = b" "
        while line and not line.startswith(b":"):
            line = await asyncio.wait_for(self.response.content.readline(), patience)
        return line.decode().strip()

    async def end(self) -> None:
        """Wait until the server ends the stream."""
        with pytest.raises(EOFError):
            await self.next("the end")

    async def _read(self) -> tuple[str, str | None, Any] | None:
        fields: dict[str, str] = {}
        while line := (await self.response.content.readline()).decode():
            name, _, value = line.rstrip("\n").partition(":")
            if name:
                fields[name] = value.strip()
            elif line == "\n" and "event" in fields:
                return fields["event"], fields.get("id"), json.loads(fields["data"])
        return None


class VisitorClient:
    """A browser's worth of cookies."""

    def __init__(self, server: ChatServer) -> None:
        self.server = server
        self.session = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self._sent = 0
        self._responses: list[ClientResponse] = []

    async def __aenter__(self) -> VisitorClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for response in self._responses:
            response.close()
        await self.session.close()

    async def post(self, body: Any = None, **options: Any) -> ClientResponse:
        """Post to the messages."""
        if body is not None:
            options["json"] = body
        return await self.session.post(f"{self.server.url}/chat/messages", **options)

    async def says(self, text: str, **more: Any) -> dict[str, Any]:
        """Write a message that must be accepted."""
        self._sent += 1
        body = {"client_message_id": f"m{self._sent}", "text": text, **more}
        response = await self.post(body)
        assert response.status == 202, await response.text()
        receipt: dict[str, Any] = await response.json()
        return receipt

    async def listen(self, after: int | None = None, **headers: str) -> Events:
        """Open the stream of events."""
        query = {} if after is None else {"after": str(after)}
        url = f"{self.server.url}/chat/events"
        response = await self.session.get(url, params=query, headers=headers)
        self._responses.append(response)
        assert response.status == 200, await response.text()
        return Events(response)

    async def get(self, path: str, **options: Any) -> ClientResponse:
        """Load a page or a file."""
        response = await self.session.get(self.server.url + path, **options)
        self._responses.append(response)
        return response


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ChatServer]:
    server = ChatServer(tmp_path, heartbeat=0.5)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def ann(server: ChatServer) -> AsyncIterator[VisitorClient]:
    async with VisitorClient(server) as visitor:
        yield visitor


@pytest.fixture
async def bob(server: ChatServer) -> AsyncIterator[VisitorClient]:
    async with VisitorClient(server) as visitor:
        yield visitor
