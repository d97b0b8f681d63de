"""Follows what happens to an account: notifications, what colleagues write, direct messages.

Nothing is pushed: all of it is asked for every few seconds, each time from where the last body was
stored. Up to where that was, the network remembers for us (what is seen of the notifications, what is
read of each conversation), so that it outlives this process.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import datetime, timedelta

from bot.channels.bluesky import bodies
from bot.channels.bluesky.api import Api
from bot.channels.bluesky.keys import key_at
from bot.channels.bluesky.line import Json, NoChat
from bot.channels.bluesky.memory import OLDEST, Memory
from bot.channels.bluesky.messages import Messages
from bot.channels.bluesky.network import Network, moment
from bot.channels.bluesky.parse import REASONS
from bot.channels.bluesky.wire import Me
from bot.clock import Clock
from bot.errors import AccountStopped, DeliveryError, DeliveryLater

log = logging.getLogger(__name__)

# Seconds between two rounds, of three requests each; a server takes ten requests a second from an
# address. After a failure the rest is doubled each time.
EVERY, LONGEST_REST = 3.0, 60.0
# How often posts are looked at again, whether they are still there.
LOOK_AGAIN = timedelta(minutes=5)
# How long nobody asks for direct messages that are not for us, and for those that cannot be had: the
# public goes on meanwhile.
NO_CHAT_REST, CHAT_REST = timedelta(hours=1), timedelta(seconds=30)


class Feed:
    """Bodies as soon as they can be fetched."""

    def __init__(
        self,
        api: Api,
        network: Network,
        messages: Messages,
        memory: Memory,
        *,
        account: str,
        clock: Clock,
        rest: Callable[[float], Awaitable[None]],
    ) -> None:
        self._api = api
        self._network = network
        self._messages = messages
        self._memory = memory
        self._log = logging.LoggerAdapter(log, {"account": account})
        self._clock = clock
        self._rest = rest
        self._marked: datetime | None = None
        self._looked = clock()
        self._no_chat_until = clock()

    async def bodies(self) -> AsyncIterator[bytes]:
        """All of them for ever; each is acknowledged when the next one is asked for.

        Raises a `DeliveryError` where it cannot begin, and `AccountStopped` at any time.
        """
        me = await self._api.me()
        if self._memory.last is None:
            await self._find_place()
        rest = EVERY
        while True:
            asked = 0.0
            async with aclosing(self._round(me)) as found:
                try:
                    async for body in found:
                        yield body
                    rest = EVERY
                except AccountStopped:
                    raise
                except DeliveryError as error:
                    asked = error.retry_after or 0.0 if isinstance(error, DeliveryLater) else LONGEST_REST
                    rest = min(2 * rest, LONGEST_REST)
                    self._log.warning("cannot fetch: %s", error)
            await self._rest(max(rest, asked))

    async def _find_place(self) -> None:
        """Begin where this account was left; the very first time, with what comes from now on."""
        now = self._clock()
        seen = None
        async for page in self._network.notifications(most=1):
            seen = page.seen
        self._memory.last = max(seen, now - OLDEST) if seen else now
        self._memory.last_own = key_at(self._memory.last)
        self._marked = seen
        await self._mark()

    async def _round(self, me: Me) -> AsyncGenerator[bytes, None]:
        own = await self._network.colleagues(me.did, self._memory.last_own)
        async with aclosing(self._notified(me, own)) as found:
            async for body in found:
                yield body
        for record in own:
            yield bodies.own(record, me)
            self._memory.last_own = str(record["uri"]).rpartition("/")[2]
        await self._mark()
        async with aclosing(self._said(me)) as found:
            async for body in found:
                yield body
        async with aclosing(self._gone()) as found:
            async for body in found:
                yield body

    async def _notified(self, me: Me, own: list[Json]) -> AsyncGenerator[bytes, None]:
        for notification in await new_notifications(self._network, self._memory.floor()):
            uri, came = str(notification.get("uri")), _came(notification) or self._clock()
            if self._memory.is_taken(uri):
                continue
            if self._clock() - came > OLDEST:
                self._log.warning("a notification is too old to be answered")
            else:
                yield bodies.notified(notification, own, me, self._memory)
            self._memory.take(uri, came)

    async def _said(self, me: Me) -> AsyncGenerator[bytes, None]:
        """Direct messages, where this account has such."""
        if self._clock() < self._no_chat_until:
            return
        try:
            async with aclosing(self._messages.new(me)) as found:
                async for body in found:
                    yield body
        except AccountStopped:
            raise
        except DeliveryError as error:
            self._no_chat_until = self._clock() + _rest_of_chat(error)
            self._log.info("no direct messages now: %s", error)

    async def _gone(self) -> AsyncGenerator[bytes, None]:
        """Posts that were deleted: of that nobody tells."""
        if self._clock() - self._looked < LOOK_AGAIN:
            return
        self._looked = self._clock()
        there = await self._network.posts(self._memory.latest())
        for known in self._memory.gone(there):
            yield bodies.gone(known)

    async def _mark(self) -> None:
        """Let the network remember our place.

        Where that fails we go on: what comes again after a restart is known to the inbox.
        """
        last = self._memory.last
        if last is None or last == self._marked:
            return
        self._marked = last
        try:
            await self._network.see(last)
        except AccountStopped:
            raise
        except DeliveryError as error:
            self._log.warning("cannot keep the place among the notifications: %s", error)


async def new_notifications(network: Network, since: datetime | None) -> list[Json]:
    """Notifications since a moment, the oldest first.

    They are told by when they were written, as their authors say: a page of nothing but older ones
    is where the newer ones end.
    """
    found: list[Json] = []
    async for page in network.notifications():
        new = [each for each in page.items if _is_since(each, since)]
        found += [each for each in new if each.get("reason") in REASONS]
        if not new:
            break
    return found[::-1]


def _rest_of_chat(error: DeliveryError) -> timedelta:
    if isinstance(error, NoChat):
        return NO_CHAT_REST
    asked = error.retry_after if isinstance(error, DeliveryLater) else None
    return max(CHAT_REST, timedelta(seconds=asked or 0.0))


def _is_since(notification: Json, since: datetime | None) -> bool:
    came = _came(notification)
    return came is None or since is None or came >= since


def _came(notification: Json) -> datetime | None:
    told = notification.get("indexedAt")
    return moment(told) if isinstance(told, str) else None
