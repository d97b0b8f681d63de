"""Rings here for what other processes have written, without any other server.

A bell reaches its own process only (or all of them, as long as Redis is there). So every gateway
looks a few times a second whether messages or entries of the record have come, whoever wrote them,
and rings for pages that show their conversations; and a worker that accepts nothing itself looks
more often, and rings for turns and deliveries.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from msgspec import Struct
from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.webchat import WebChat, address
from bot.chat.posting import topic
from bot.store import bell
from bot.store.bell import Bell
from bot.store.local_bell import LocalBell
from bot.store.store import Store
from bot.store.tables import conversations, messages, record
from bot.unexpected import place

log = logging.getLogger(__name__)

# The rest between two looks, in seconds: a fifth of what a customer is promised. Where no bell reaches
# workers from other processes much less, because an answer may wait for three of them.
REST, SHORT_REST = 0.2, 0.05
# After a longer absence of the database pages look by themselves: news beyond this are not rung for.
MOST = 1000

_NEWEST_MESSAGE = select(func.max(messages.c.id))
_NEWEST_ENTRY = select(func.max(record.c.id))
_MESSAGES = (
    select(messages.c.conversation_id).where(messages.c.id > bindparam("after")).distinct().limit(MOST)
)
_ENTRIES = select(record.c.conversation_id).where(record.c.id > bindparam("after")).distinct().limit(MOST)
_NEW_VISITORS = (
    select(conversations.c.account, conversations.c.person)
    .join(messages, messages.c.conversation_id == conversations.c.id)
    .where(messages.c.id > bindparam("after"), messages.c.seq == 1, conversations.c.channel == WebChat.name)
    .limit(MOST)
)


class Newest(Struct, frozen=True, kw_only=True):
    """How far messages and the record go."""

    message: int
    entry: int


class Echo:
    """Looks for what is new in a database, and rings for it."""

    def __init__(self, store: Store, bell: Bell) -> None:
        self._store = store
        self._bell = bell
        self._seen: Newest | None = None
        self._seen_before: Newest | None = None

    async def run(self) -> None:
        """Look again and again until cancelled."""
        await _keep(self.look, REST)

    async def look(self) -> None:
        """Ring for what came since the look before the last one.

        Not since the last one: of two transactions the later number may be committed first.
        """
        newest = await self._store.read(_newest)
        if self._seen_before and newest != self._seen_before:
            topics = await self._store.read(_topics, self._seen_before)
            self._bell.ring(bell.QUEUE, *topics)
        self._seen_before, self._seen = self._seen, newest


class WorkersEcho:
    """Rings for turns and deliveries when messages have come, from whom or to whom ever."""

    def __init__(self, store: Store, bell: Bell) -> None:
        self._store = store
        self._bell = bell
        self._seen: Newest | None = None

    async def run(self) -> None:
        """Look again and again until cancelled."""
        await _keep(self.look, REST if isinstance(self._bell, LocalBell) else SHORT_REST)

    async def look(self) -> None:
        """Ring if something came since the last look, unless other processes ring here themselves."""
        if self._bell.connected:
            return
        newest = await self._store.read(_newest)
        if newest != self._seen:
            self._seen = newest
            self._bell.ring(bell.TURNS, bell.OUTBOX)


async def _keep(look: Callable[[], Awaitable[None]], rest: float) -> None:
    while True:
        try:
            await look()
        except SQLAlchemyError as error:
            log.warning("cannot look for news: %s", place(error))
        await asyncio.sleep(rest)


def _newest(connection: Connection) -> Newest:
    return Newest(
        message=connection.execute(_NEWEST_MESSAGE).scalar() or 0,
        entry=connection.execute(_NEWEST_ENTRY).scalar() or 0,
    )


def _topics(connection: Connection, since: Newest) -> Iterable[str]:
    changed = {row[0] for row in connection.execute(_MESSAGES, {"after": since.message})}
    changed |= {row[0] for row in connection.execute(_ENTRIES, {"after": since.entry})}
    visitors = connection.execute(_NEW_VISITORS, {"after": since.message}).all()
    return [
        *(bell.conversation(conversation_id) for conversation_id in changed if conversation_id),
        *(topic(address(account, person)) for account, person in visitors),
    ]
