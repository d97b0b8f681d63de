"""A visitor of the web chat, as a program: its interface is described in bot/channels/webchat."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Literal

import aiohttp
import msgspec
from msgspec import Struct

from bot.errors import RelaisError
from bot.messages import Button, Purpose


class Spoken(Struct, frozen=True, kw_only=True):
    """A message of the conversation, as the event stream tells it."""

    seq: int
    author: Literal["customer", "bot", "agent"]
    text: str
    name: str | None = None
    purpose: Purpose | None = None
    buttons: tuple[Button, ...] = ()


class Refused(RelaisError):
    """The gateway did not take a message."""


class Conversation:
    """One visitor's conversation; `show` gets what the other side says.

    `answered` is set while nothing that the visitor said waits for an answer. A lost stream is
    opened again after `before_reconnect` seconds.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        show: Callable[[Spoken], None],
        *,
        language: str | None = None,
        before_reconnect: float = 1.0,
    ) -> None:
        self._session = session
        self._show = show
        self._language = language
        self._before_reconnect = before_reconnect
        self._seen = 0
        self._buttons: tuple[Button, ...] = ()
        self.answered = asyncio.Event()

    async def say(self, text: str) -> None:
        """Post what the visitor typed; the number of a button presses it. Raises `Refused`."""
        self.answered.clear()
        body = {"client_message_id": str(uuid.uuid4()), **self._meant(text)}
        if self._language:
            body["language"] = self._language
        async with self._session.post("/chat/messages", json=body) as response:
            if not response.ok:
                raise Refused(f"The gateway refused the message: {response.status} {await response.text()}")

    async def listen(self) -> None:
        """Hear the conversation for ever, through lost connections."""
        while True:
            try:
                async for spoken in self._hear():
                    self._take(spoken)
            except (aiohttp.ClientError, asyncio.TimeoutError):
                pass
            await asyncio.sleep(self._before_reconnect)

    def _meant(self, text: str) -> dict[str, str]:
        if text.isdigit() and 0 < int(text) <= len(self._buttons):
            button = self._buttons[int(text) - 1]
            return {"text": button.title, "payload": button.payload}
        return {"text": text}

    def _take(self, spoken: Spoken) -> None:
        if spoken.seq <= self._seen:
            return
        self._seen = spoken.seq
        if spoken.author != "customer":
            self._buttons = spoken.buttons
            self._show(spoken)
            # "One moment" is no answer yet.
            if spoken.purpose != "acknowledge":
                self.answered.set()

    async def _hear(self) -> AsyncIterator[Spoken]:
        timeout = aiohttp.ClientTimeout(total=None)
        query = {"after": str(self._seen)}
        async with self._session.get("/chat/events", params=query, timeout=timeout) as response:
            response.raise_for_status()
            async for event, data in events(response.content):
                if event == "message":
                    yield msgspec.json.decode(data, type=Spoken)


async def events(stream: AsyncIterable[bytes]) -> AsyncIterator[tuple[str, str]]:
    """Name and data of each server-sent event (HTML standard, section 9.2)."""
    name, data = "message", list[str]()
    async for raw_line in stream:
        line = raw_line.decode().rstrip("\r\n")
        field, _, value = line.partition(":")
        if field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            data.append(value.removeprefix(" "))
        elif not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
