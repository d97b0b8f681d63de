"""Does a job in one process at a time, whichever of them that is."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.store import leases
from bot.store.store import Store
from bot.unexpected import place

log = logging.getLogger(__name__)

# Another process takes over so long after this one died. The lease is renewed a few times before.
LEASE = timedelta(seconds=15)
RENEWAL = 5.0
# How long a job that is told to end may take before it is told again, in seconds.
GRACE = 5.0


class Alone:
    """A job under a name that no two processes do at once."""

    def __init__(
        self,
        name: str,
        job: Callable[[], Coroutine[object, object, None]],
        *,
        store: Store,
        clock: Clock,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._name = name
        self._job = job
        self._store = store
        self._clock = clock
        self._rest = rest
        self._me = uuid.uuid4().hex
        self._running: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Do the job, or wait for whoever does it to die, until the job ends or this is cancelled."""
        try:
            while not await self._is_done():
                await self._begin_or_end(await self._held())
                await self._pause()
        finally:
            await self._end()
            await self._let_go()

    async def _is_done(self) -> bool:
        if self._running is None or not self._running.done():
            return False
        await self._running  # what it raised is raised
        return True

    async def _begin_or_end(self, held: bool) -> None:
        if held and self._running is None:
            log.info("this process does %s", self._name)
            self._running = asyncio.ensure_future(self._job())
        elif not held and self._running is not None:
            log.warning("this process does %s no more", self._name)
            await self._end()
            self._running = None

    async def _pause(self) -> None:
        """Wait for the next renewal, or for the end of the job."""
        resting = asyncio.ensure_future(self._rest(RENEWAL))
        waited_for = {resting, self._running} if self._running else {resting}
        try:
            await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
        finally:
            resting.cancel()

    async def _held(self) -> bool:
        now = self._clock()
        try:
            return await self._store.run(leases.hold, self._name, self._me, now=now, until=now + LEASE)
        except SQLAlchemyError as error:
            # Nothing can be stored now, and when the database is back another may be first.
            log.warning("cannot hold %s: %s", self._name, place(error))
            return False

    async def _end(self) -> None:
        # More than once: before Python 3.11 a library may swallow a cancellation.
        while self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait({self._running}, timeout=GRACE)

    async def _let_go(self) -> None:
        try:
            await self._store.run(leases.let_go, self._name, self._me)
        except SQLAlchemyError as error:
            log.warning("%s stays ours for a while: %s", self._name, place(error))
