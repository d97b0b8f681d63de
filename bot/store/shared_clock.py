"""One time of day for all processes of an installation: the database's.

Machines' own clocks differ, and are set: leases would be taken away from who holds them, and what
is due at once for one would be due later for another.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot.clock import now
from bot.store.store import Store
from bot.unexpected import trail

log = logging.getLogger(__name__)

# How often the database is asked, in seconds: what counts seconds here drifts by less than a
# millisecond meanwhile, and a server whose own clock is set is followed within this time.
RENEWAL = 10.0
# An answer that took longer, in seconds, says too little about now.
SWIFT = 0.5
# So far apart, in seconds, the two clocks are worth a warning.
APART = 5.0

_ASK = text("SELECT clock_timestamp()")


def seconds() -> float:
    """What counts seconds, whoever sets the clock; those of a machine that sleeps, too, on Linux."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SharedClock:
    """Tells the database's time of day: asked now and then, and counted on in between."""

    def __init__(
        self,
        store: Store,
        *,
        seconds: Callable[[], float] = seconds,
        own: Callable[[], datetime] = now,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._own = own
        self._rest = rest
        # Until the database has told, this machine's own.
        self._told, self._at = own(), seconds()
        self._apart = False

    def __call__(self) -> datetime:
        """The present moment in UTC."""
        return self._told + timedelta(seconds=self._seconds() - self._at)

    async def look(self) -> None:
        """Ask the database; an answer that took long is not believed."""
        began = self._seconds()
        moment = await self._store.read(_ask)
        ended = self._seconds()
        if ended - began <= SWIFT:
            self._told, self._at = moment + timedelta(seconds=(ended - began) / 2), ended
            self._compare()

    async def run(self) -> None:
        """Ask again and again until cancelled; while the database is away, seconds are counted."""
        while True:
            await self._rest(RENEWAL)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - asked again after the next rest
                log.warning("cannot ask the database for the time: %s", trail(error))

    def _compare(self) -> None:
        """Warn whoever runs this machine, once, while its own clock is wrong."""
        difference = (self._own() - self()).total_seconds()
        if abs(difference) > APART and not self._apart:
            log.warning("the clock of this machine is %+.0f s off the database's, which counts", difference)
        self._apart = abs(difference) > APART


async def clock_for(store: Store) -> SharedClock | None:
    """The clock of a database server; None for SQLite, which has that of its machine."""
    if store.engine.dialect.name == "sqlite":
        return None
    clock = SharedClock(store)
    await clock.look()
    return clock


def _ask(connection: Connection) -> datetime:
    moment: datetime = connection.execute(_ASK).scalar_one()
    return moment
