"""Looks for mentions: what is said in public of the brand, where the platform lets us search for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.channels.base import Channel
from bot.clock import Clock
from bot.errors import AccountStopped, BadPayload, DeliveryError, DeliveryLater, Stumbled
from bot.inbox.accept import Inbox
from bot.inbox.alone import Alone
from bot.metrics import SEARCHES
from bot.store import searches
from bot.store.accounts import Accounts
from bot.store.store import Store
from bot.unexpected import trail

log = logging.getLogger(__name__)

# How often an account looks. Nobody waits for us there, and platforms count, or charge for, each look.
EVERY = timedelta(minutes=5)
# Platforms find a post some time after it was written: so much is looked at twice.
OVERLAP = timedelta(minutes=10)
# How far back is looked at most: on the first day, and after a longer absence.
FURTHEST = timedelta(hours=24)
# The rest after a platform failed to answer, of an account whose credentials were refused, and after
# our own code or the database failed.
LATER, STOPPED, STUMBLED = timedelta(minutes=1), timedelta(minutes=5), timedelta(seconds=5)

Rest = Callable[[float], Awaitable[None]]


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
        self._accounts = accounts
        self._store = store
        self._clock = clock
        self._rest = rest
        self._is_stopped = False

    async def run(self) -> None:
        """Look again and again until cancelled; whoever looked just now need not at once."""
        while True:
            pause = await self._safely(self._left) or await self._safely(self._looked)
            await self._rest(pause.total_seconds())

    async def look(self) -> None:
        """Take in what has been said since the last look; raises what the platform does."""
        began = self._clock()
        last = await self._store.read(searches.looked_at, *self._account)
        bodies = self._channel.search(since(last, began))
        if bodies is None:
            return
        async for body in bodies:
            try:
                await self._inbox.take(self._channel, body)
            except BadPayload as error:
                log.warning("ignored a body: %s", error, extra={"account": self._channel.account})
        # Only now: a look that broke off is made again.
        await self._store.run(searches.look, *self._account, began)

    @property
    def _account(self) -> tuple[str, str]:
        return self._channel.name, self._channel.account

    async def _left(self) -> timedelta:
        """How long until the next look is due; nothing if it is."""
        last = await self._store.read(searches.looked_at, *self._account)
        return left(last, self._clock())

    async def _looked(self) -> timedelta:
        """Look, and tell how long to rest; an account that is refused is checked before that."""
        try:
            if self._is_stopped:
                await self._channel.check()
            await self.look()
        except AccountStopped as error:
            self._is_stopped = True
            await self._accounts.stopped(*self._account, str(error))
            return self._count("stopped", STOPPED)
        except DeliveryError as error:
            log.warning("cannot search: %s", error, extra={"account": self._channel.account})
            return self._count("failed", pause_after(error))
        if self._is_stopped:
            self._is_stopped = False
            await self._accounts.working(*self._account)
        return self._count("done", EVERY)

    async def _safely(self, step: Callable[[], Awaitable[timedelta]]) -> timedelta:
        try:
            return await step()
        except Stumbled:
            # Looked for again soon, a few times; then it is put aside and the next ones come.
            return self._count("stumbled", STUMBLED)
        except Exception as error:  # noqa: BLE001 - the database may be away; it is looked for again
            log.error("cannot store what was found: %s", trail(error), extra={"account": self._account[1]})
            return self._count("stumbled", STUMBLED)

    def _count(self, result: str, rest: timedelta) -> timedelta:
        SEARCHES.labels(*self._account, result).inc()
        return rest


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


def pause_after(error: DeliveryError) -> timedelta:
    """How long to rest after a failed look: what will fail again is not asked for soon. Pure."""
    if not isinstance(error, DeliveryLater):
        return EVERY
    wished = timedelta(seconds=min(error.retry_after or 0, FURTHEST.total_seconds()))
    return max(wished, LATER)
