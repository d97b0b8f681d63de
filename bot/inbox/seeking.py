"""Looks for mentions: what is said in public of the brand, where the platform lets us search for it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Literal

from bot.channels.base import Channel
from bot.clock import Clock
from bot.inbox.accept import Inbox
from bot.inbox.alone import Alone
from bot.inbox.rounds import Failure, Rest, Rests, Rounds, take
from bot.metrics import SEARCHES
from bot.store import searches
from bot.store.accounts import Accounts
from bot.store.store import Store

# How often an account looks. Nobody waits for us there, and platforms count, or charge for, each look.
EVERY = timedelta(minutes=5)
# Platforms find a post some time after it was written: so much is looked at twice.
OVERLAP = timedelta(minutes=10)
# How far back is looked at most: on the first day, and after a longer absence.
FURTHEST = timedelta(hours=24)
RESTS = Rests(
    usual=EVERY,
    later=timedelta(minutes=1),
    stopped=timedelta(minutes=5),
    stumbled=timedelta(seconds=5),
    longest=FURTHEST,
)


async def seek(channel: Channel, inbox: Inbox, accounts: Accounts, *, store: Store, clock: Clock) -> None:
    """Look until cancelled, unless this account searches nothing or another process does so already."""
    if channel.search(clock()) is not None:
        name = f"search/{channel.name}/{channel.account}"
        seeking = Seeking(channel, inbox, accounts, store=store, clock=clock)
        await Alone(name, seeking.run, store=store, clock=clock).run()


class Seeking:
    """The search of one account."""

    def __init__(
        self,
        channel: Channel,
        inbox: Inbox,
        accounts: Accounts,
        *,
        store: Store,
        clock: Clock,
        rest: Rest = asyncio.sleep,
    ) -> None:
        self._channel = channel
        self._inbox = inbox
        self._store = store
        self._clock = clock
        self._account = (channel.name, channel.account)
        self._rounds = Rounds(
            channel, accounts, self._look_if_due, task="search", rests=RESTS, note=self._count, rest=rest
        )

    async def run(self) -> None:
        """Look again and again until cancelled."""
        await self._rounds.run()

    async def look(self) -> None:
        """Take in what has been said since the last look; raises what the platform does."""
        began = self._clock()
        last = await self._store.read(searches.looked_at, *self._account)
        bodies = self._channel.search(since(last, began))
        if bodies is None:
            return
        async for body in bodies:
            await take(self._channel, self._inbox, body)
        # Only now: a look that broke off is made again.
        await self._store.run(searches.look, *self._account, began)

    async def _look_if_due(self) -> timedelta:
        """Whoever looked just now need not at once; how long to rest."""
        last = await self._store.read(searches.looked_at, *self._account)
        rest = left(last, self._clock())
        if rest:
            return rest
        await self.look()
        self._count("done")
        return EVERY

    def _count(self, result: Failure | Literal["done"]) -> None:
        SEARCHES.labels(*self._account, result).inc()


def since(last: datetime | None, now: datetime) -> datetime:
    """From when on is looked, after the last look. Pure."""
    furthest = now - FURTHEST
    # A last look that lies ahead was made before the clock was set back.
    return furthest if last is None else max(furthest, min(last, now) - OVERLAP)


def left(last: datetime | None, now: datetime) -> timedelta:
    """How long until the next look is due. Pure."""
    if last is None or last > now:
        return timedelta(0)
    return max(last + EVERY - now, timedelta(0))
