"""Follows what happens to an account: the stream while it runs, and what was missed meanwhile.

The stream repeats nothing. After each connection everything since the last notification that was
stored is fetched, while the stream already runs: nothing falls between the two. Up to where that
was, the instance remembers for us (its markers), so that it outlives this process.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from bot.channels.mastodon.api import Api
from bot.channels.mastodon.bodies import Bodies
from bot.channels.mastodon.instance import STREAM, Instance, status_in
from bot.channels.mastodon.memory import Memory, order
from bot.channels.mastodon.sse import HEARTBEAT, Event, EventStream
from bot.channels.mastodon.wire import Json
from bot.clock import Clock
from bot.errors import AccountStopped, DeliveryError, DeliveryLater

log = logging.getLogger(__name__)

# Instances send a sign of life every 15 seconds.
IDLE = 60.0
# The rest after a connection ended: doubled each time, until one has lasted. In seconds.
FIRST_REST, LONGEST_REST, LASTED = 1.0, 60.0, 60.0
# What came longer ago is not answered any more: where the instance remembers an old place, because
# people used this account before us, their mentions are not for us.
OLDEST = timedelta(days=3)


class Item(Struct, frozen=True, kw_only=True):
    """What happened, if it concerns us, and the number of the notification that told of it."""

    body: bytes | None
    number: str = ""


class Feed:
    """Bodies as they happen, or as soon as they can be fetched."""

    def __init__(
        self,
        api: Api,
        instance: Instance,
        memory: Memory,
        *,
        account: str,
        streaming_url: str | None,
        clock: Clock,
        rest: Callable[[float], Awaitable[None]],
        idle: float,
    ) -> None:
        self._api = api
        self._instance = instance
        self._memory = memory
        self._log = logging.LoggerAdapter(log, {"account": account})
        self._streaming_url = streaming_url
        self._clock = clock
        self._rest = rest
        self._idle = idle
        self._marked: str | None = None

    async def bodies(self) -> AsyncIterator[bytes]:
        """All of them for ever; each is acknowledged when the next one is asked for.

        Raises a `DeliveryError` where it cannot begin, and `AccountStopped` at any time.
        """
        bodies, url = await self._prepare()
        rest = FIRST_REST
        while True:
            began, asked = self._clock(), 0.0
            async with aclosing(self._connection(bodies, url)) as items:
                try:
                    async for item in items:
                        if item.body is not None:
                            yield item.body
                        if item.number:
                            self._memory.take(item.number)
                    self._log.info("the stream was closed")
                except AccountStopped:
                    raise
                except DeliveryError as error:
                    asked = error.retry_after or 0.0 if isinstance(error, DeliveryLater) else LONGEST_REST
                    self._log.warning("the stream is interrupted: %s", error)
            if self._clock() - began >= timedelta(seconds=LASTED):
                rest = FIRST_REST
            await self._rest(max(rest, asked))
            rest = min(2 * rest, LONGEST_REST)

    async def _prepare(self) -> tuple[Bodies, str]:
        me, _ = await self._instance.me()
        application = await self._instance.application()
        url = self._streaming_url or await self._instance.streaming_url()
        if self._memory.last is None:
            await self._find_place()
        return Bodies(self._instance, self._memory, me, application), url

    async def _find_place(self) -> None:
        """Begin where this account was left; the very first time, with what comes from now on."""
        newest = await self._instance.mentions()
        for status in filter(None, (status_in(each.get("status")) for each in newest)):
            self._memory.keep(status, None)
        self._marked = await self._instance.marker()
        self._memory.begin(self._marked or (newest[-1]["id"] if newest else "0"))
        await self._mark()

    async def _connection(self, bodies: Bodies, url: str) -> AsyncGenerator[Item, None]:
        """What was missed, then what happens, until the connection ends.

        Where there is no stream, what was missed comes all the same: then it is looked for again
        and again.
        """
        async with AsyncExitStack() as stack:
            failure: DeliveryError | None = None
            try:
                stream = self._api.stream(f"{url}{STREAM}", idle=self._idle)
                pieces = await stack.enter_async_context(stream)
            except AccountStopped:
                raise
            except DeliveryError as error:
                failure = error
            async with aclosing(self._missed(bodies)) as items:
                async for item in items:
                    yield item
            for told in await bodies.missed_answers():
                yield Item(body=await bodies.own(told))
            await self._mark()
            if failure:
                raise failure
            async with aclosing(self._happening(pieces, bodies)) as items:
                async for item in items:
                    yield item

    async def _missed(self, bodies: Bodies) -> AsyncGenerator[Item, None]:
        """Page after page upward; those that were looked at already may have been edited."""
        after = self._memory.start_of_gap()
        while page := await self._instance.mentions(after):
            for notification in page:
                yield await self._missed_one(notification, bodies)
            newest = page[-1]["id"]
            if order(newest) <= order(after):
                return
            after = newest

    async def _missed_one(self, notification: Json, bodies: Bodies) -> Item:
        number = notification["id"]
        if self._memory.is_taken(number):
            return Item(body=await bodies.edited(notification.get("status")))
        if self._is_old(notification):
            self._log.warning("a mention is too old to be answered")
            return Item(body=None, number=number)
        return Item(body=await bodies.mention(notification, missed=True), number=number)

    async def _happening(self, pieces: AsyncIterator[bytes], bodies: Bodies) -> AsyncGenerator[Item, None]:
        stream = EventStream()
        async for piece in pieces:
            for event in stream.feed(piece):
                if event is HEARTBEAT:
                    await self._mark()
                else:
                    yield await self._happened(event, bodies)

    async def _happened(self, event: Event, bodies: Bodies) -> Item:
        """What an event means; what is not for us (favourites, followers, others' posts) has no body."""
        if event.name == "delete":
            return Item(body=await bodies.deleted(event.data.strip()))
        told = _json(event.data)
        if event.name == "update":
            return Item(body=await bodies.own(told))
        if event.name == "status.update":
            return Item(body=await bodies.edited(told))
        if event.name == "notification" and _is_mention(told) and not self._memory.is_taken(told["id"]):
            return Item(body=await bodies.mention(told, missed=False), number=told["id"])
        return Item(body=None)

    async def _mark(self) -> None:
        """Let the instance remember our place; not for each mention, as that is a request, too.

        Where that fails we go on: what comes again after a restart is known to the inbox.
        """
        last = self._memory.last
        if last is None or last == self._marked:
            return
        self._marked = last
        try:
            await self._instance.mark(last)
        except DeliveryError as error:
            self._log.warning("cannot keep the place among the notifications: %s", error)

    def _is_old(self, notification: Json) -> bool:
        try:
            came = msgspec.convert(notification.get("created_at"), datetime)
        except msgspec.ValidationError:
            return False
        return came.tzinfo is not None and self._clock() - came > OLDEST


def _json(data: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _is_mention(told: Any) -> bool:
    return isinstance(told, dict) and told.get("type") == "mention" and isinstance(told.get("id"), str)
