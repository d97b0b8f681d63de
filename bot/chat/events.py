"""A visitor's conversation as a stream of server-sent events: `GET /chat/events`."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime

import msgspec
from aiohttp import web

from bot.channels.webchat import address
from bot.chat.guard import PRIVATE, refusal
from bot.chat.posting import topic
from bot.chat.site import Site
from bot.chat.visible import Message, News, news
from bot.chat.visitor import Visitor
from bot.messages import Address
from bot.store import bell as bells
from bot.store.bell import Bell, Listener
from bot.store.store import Store

# Proxies close a connection that is silent for some tens of seconds.
HEARTBEAT_SECONDS = 15.0
# While the bot writes: its turn may end without a message, and then rings nothing.
WATCHFUL_SECONDS = 2.0
# How long an agent is said to write after the last sign of it.
WRITING_SECONDS = 6.0
MOST_STREAMS = 12

_CLOSING = "chat/closing"


class Events:
    """Streams conversations, until the visitor leaves or the process ends."""

    def __init__(self, site: Site, store: Store, bell: Bell, heartbeat: float) -> None:
        self._site = site
        self._store = store
        self._bell = bell
        self._heartbeat = heartbeat
        self._closing = False
        self._open: Counter[str] = Counter()

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Stream everything after `Last-Event-ID` (or `?after=`), for as long as it lasts."""
        account = self._site.account(request)
        self._site.refuse_foreign(request)
        visitor = self._site.visitors.of(request)
        if self._open[visitor.id] >= MOST_STREAMS:
            raise refusal(429, "too_many_streams", "The conversation is open too many times.")
        response = web.StreamResponse(headers={**PRIVATE, "X-Accel-Buffering": "no"})
        response.content_type = "text/event-stream"
        response.charset = "utf-8"
        if visitor.is_new:
            self._site.remember(request, response, visitor)
        self._open[visitor.id] += 1
        try:
            await response.prepare(request)
            await self._follow(Feed(response, address(account.id, visitor.id), _position(request)), visitor)
        except ConnectionResetError:
            pass  # the visitor left, which is no error
        finally:
            self._leave(visitor.id)
        return response

    async def close(self, _: web.Application) -> None:
        """End every stream: browsers come back to the next process."""
        self._closing = True
        self._bell.ring(_CLOSING)

    def _leave(self, visitor: str) -> None:
        self._open[visitor] -= 1
        if not self._open[visitor]:
            del self._open[visitor]

    async def _follow(self, feed: Feed, visitor: Visitor) -> None:
        await self._look(feed)
        await feed.send("ready", _json({"new_visitor": visitor.is_new}))
        while not self._closing:
            with self._bell.listen(*feed.topics()) as heard, self._bell.listen(*feed.writing()) as pen:
                await self._stay(feed, heard, pen)

    async def _stay(self, feed: Feed, heard: Listener, pen: Listener) -> None:
        """Follow until there is something else to listen to."""
        known = feed.conversation_id
        while True:
            await self._look(feed)
            if self._closing or feed.conversation_id != known:
                return
            await feed.show_writing(pen)
            if not await heard.wait(feed.patience(self._heartbeat)):
                await feed.beat()

    async def _look(self, feed: Feed) -> None:
        more = True
        while more:
            found = await self._store.read(news, feed.where, feed.position, feed.changed_at)
            await feed.tell(found)
            more = found.more


class Feed:
    """What one stream has told so far."""

    def __init__(self, response: web.StreamResponse, where: Address, position: int) -> None:
        self.where = where
        self.position = position
        self.changed_at: datetime | None = None
        self.conversation_id: int | None = None
        self._response = response
        self._bot_writes = False
        self._agent_writes_until = 0.0
        self._shown: str | None = None

    def topics(self) -> list[str]:
        """What wakes the stream up."""
        topics = [topic(self.where), _CLOSING]
        if self.conversation_id is not None:
            topics += [bells.conversation(self.conversation_id), *self.writing()]
        return topics

    def writing(self) -> list[str]:
        """What says that an agent writes."""
        return [] if self.conversation_id is None else [bells.writing(self.conversation_id)]

    def patience(self, heartbeat: float) -> float:
        """How long to wait for the bell, in seconds."""
        return min(heartbeat, WATCHFUL_SECONDS) if self._shown else heartbeat

    async def tell(self, found: News) -> None:
        """Send what is new and remember how far that is."""
        if found.forgotten:
            await self.send("reset", b"{}")
        for message in found.messages:
            await self.send("message", _json(message), seq=message.seq)
        for message in found.changed:
            await self.send("changed", _json(message))
        self.position, self.changed_at = found.position, found.changed_at
        self.conversation_id = found.conversation_id
        self._bot_writes = found.bot_writes
        if any(message.author == "agent" for message in found.messages):
            self._agent_writes_until = 0.0

    async def show_writing(self, pen: Listener) -> None:
        """Say who writes, when that changed."""
        now = asyncio.get_running_loop().time()
        if pen.take():
            self._agent_writes_until = now + WRITING_SECONDS
        agent = "agent" if now < self._agent_writes_until else None
        author = agent or ("bot" if self._bot_writes else None)
        if author != self._shown:
            self._shown = author
            await self.send("typing", _json({"author": author}))

    async def send(self, event: str, data: bytes, *, seq: int | None = None) -> None:
        """Write one event; JSON has no line breaks of its own."""
        number = f"id: {seq}\n" if seq is not None else ""
        await self._response.write(f"{number}event: {event}\ndata: ".encode() + data + b"\n\n")

    async def beat(self) -> None:
        """Show proxies and browsers that the connection lives."""
        await self._response.write(b": alive\n\n")


def _json(value: Message | dict[str, str | None] | dict[str, bool]) -> bytes:
    return msgspec.json.encode(value)


def _position(request: web.Request) -> int:
    for value in (request.headers.get("Last-Event-ID", ""), request.query.get("after", "")):
        if value.isascii() and value.isdecimal() and len(value) < 19:
            return int(value)
    return 0
