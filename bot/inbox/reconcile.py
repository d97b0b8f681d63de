"""Compares a platform's history with the record, and takes in what was missed.

Webhooks get lost: a platform gives up, unsubscribes an account, or sends while we are away. Where
it lets us read what was said, an account is looked through at the start, after it was refused or
the database was away, and every ten minutes. The inbox knows by the ids of events what it has, and
keeps them for far longer than a look goes back.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from bot.channels.base import Channel
from bot.clock import Clock
from bot.inbox.accept import Inbox
from bot.inbox.alone import Alone
from bot.inbox.events import Accepted
from bot.inbox.rounds import Rest, Rests, Rounds, take
from bot.metrics import MISSED
from bot.store import bell as topics
from bot.store import watches
from bot.store.accounts import Accounts
from bot.store.bell import Bell
from bot.store.store import Store

log = logging.getLogger(__name__)

# How often an account is looked through.
EVERY = timedelta(minutes=10)
# The first look waits for an account that is polled: it catches up by itself.
CATCHING_UP = timedelta(minutes=1)
RESTS = Rests(
    usual=EVERY,
    later=timedelta(minutes=1),
    stopped=timedelta(minutes=1),
    stumbled=timedelta(seconds=5),
    longest=watches.FURTHEST,
)
# What was said so short a time ago may still be on its way: it was not missed.
ON_THE_WAY = timedelta(minutes=2)


async def reconcile(
    channel: Channel, inbox: Inbox, accounts: Accounts, *, store: Store, bell: Bell, clock: Clock
) -> None:
    """Look until cancelled, unless the platform tells nothing or another process does so already."""
    if channel.history(clock()) is not None:
        name = f"history/{channel.name}/{channel.account}"
        reconciler = Reconciler(channel, inbox, accounts, store=store, bell=bell, clock=clock)
        await Alone(name, reconciler.run, store=store, clock=clock).run()


class Reconciler:
    """The history of one account."""

    def __init__(
        self,
        channel: Channel,
        inbox: Inbox,
        accounts: Accounts,
        *,
        store: Store,
        bell: Bell,
        clock: Clock,
        rest: Rest = asyncio.sleep,
    ) -> None:
        self._channel = channel
        self._inbox = inbox
        self._store = store
        self._bell = bell
        self._clock = clock
        self._rest = rest
        self._account = (channel.name, channel.account)
        self._context = {"channel": channel.name, "account": channel.account}
        self._rounds = Rounds(
            channel, accounts, self._looked, task="read the history", rests=RESTS, rest=rest
        )

    async def run(self) -> None:
        """Look again and again until cancelled."""
        if self._channel.poll() is not None:
            await self._rest(CATCHING_UP.total_seconds())
        await self._rounds.run()

    async def look(self) -> int:
        """Take in what was missed since the last look; how many messages. Raises what the platform does.

        What a look has found that broke off is written down all the same, and the next one begins
        where this one did.
        """
        began = self._clock()
        since = await self._store.run(watches.begin_look, self._account, began)
        bodies = self._channel.history(since) if since else None
        if bodies is None:
            return 0
        missed, done = 0, False
        try:
            async for body in bodies:
                missed += await self._take(body, began)
            done = True
        finally:
            await self._end(began if done else None, missed)
        return missed

    async def _take(self, body: bytes, began: datetime) -> int:
        """Take in a body; how many messages in it had been missed."""
        accepted = await take(self._channel, self._inbox, body)
        if accepted is None or not accepted.messages:
            return 0
        return self._count(accepted, self._said_before(body, began - ON_THE_WAY))

    def _count(self, accepted: Accepted, settled: int) -> int:
        missed = min(accepted.messages, settled)
        if missed:
            MISSED.labels(*self._account).inc(missed)
            for conversation in accepted.conversations:
                log.warning("took in what was missed", extra={**self._context, "conversation": conversation})
        return missed

    def _said_before(self, body: bytes, moment: datetime) -> int:
        events = self._channel.parse(body)
        return sum(e.kind == "message" and (e.sent_at is None or e.sent_at <= moment) for e in events)

    async def _end(self, began: datetime | None, missed: int) -> None:
        now = self._clock()
        await self._store.run(watches.end_look, self._account, began=began, missed=missed, now=now)
        if missed:
            self._bell.ring(topics.QUEUE)

    async def _looked(self) -> timedelta:
        await self.look()
        return EVERY
