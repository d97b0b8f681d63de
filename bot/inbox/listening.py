"""Listens for accounts that fall silent: counts what comes, and compares it with the weeks before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from bot.brand import Brand
from bot.clock import Clock
from bot.inbox import silence
from bot.inbox.alone import Alone
from bot.store import bell, heard, watches
from bot.store.bell import Bell
from bot.store.store import Store
from bot.store.watches import Key, Watch
from bot.unexpected import trail

log = logging.getLogger(__name__)

# The rest between two looks, in seconds: an alarm ends so long after the next message at the latest,
# and the rest while there is more to count.
REST, SHORT_REST = 30.0, 0.1

Listen = Callable[[float], Awaitable[None]]


class Listening:
    """Looks at all accounts that are switched on, in one of all processes."""

    def __init__(
        self,
        *,
        store: Store,
        bell: Bell,
        accounts: Collection[Key],
        brand: Brand,
        clock: Clock,
        rest: Listen = asyncio.sleep,
    ) -> None:
        self._store = store
        self._bell = bell
        self._accounts = accounts
        self._brand = brand
        self._clock = clock
        self._rest = rest

    async def run(self) -> None:
        """Listen until cancelled, unless another process does."""
        await Alone("silence", self._go_on, store=self._store, clock=self._clock).run()

    async def _go_on(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the database may be away; the next look will do
                log.warning("cannot listen: %s", trail(error))
            await self._rest(REST)

    async def look(self) -> None:
        """Count what has come, and say who is silent."""
        while await self._store.run(heard.listen, self._clock()):
            await self._rest(SHORT_REST)
        found = await self._store.read(silent, self._accounts, self._brand, self._clock())
        if await self._store.run(watches.fall_silent, found):
            for watch in found:
                account = {"channel": watch.channel, "account": watch.account}
                log.warning("account %s/%s is unusually silent", *watch.key, extra=account)
            self._bell.ring(bell.QUEUE)


def silent(connection: Connection, accounts: Collection[Key], brand: Brand, now: datetime) -> list[Watch]:
    """The accounts whose present silence is not normal."""
    listening = heard.since(connection)
    if listening is None:
        return []
    known = (watch for key, watch in watches.everything(connection).items() if key in accounts)
    return [watch for watch in known if _is_silent(connection, watch, listening, brand, now)]


def _is_silent(
    connection: Connection, watch: Watch, listening: datetime, brand: Brand, now: datetime
) -> bool:
    if watch.first_heard_at is None or watch.heard_at is None:
        return False
    # A gap in our own listening does not end an alarm: only a message does.
    since = watch.heard_at if watch.silent_since else listening
    market = brand.market_of(brand.account_of(*watch.key))
    compared = silence.spans(
        first=watch.first_heard_at,
        last=watch.heard_at,
        listening=since,
        now=now,
        zone=ZoneInfo(market.timezone),
        rules=brand.silence,
    )
    return silence.is_abnormal(heard.counts(connection, watch.key, compared), brand.silence)
