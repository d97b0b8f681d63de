"""The loop that turns and deliveries have in common: claim what is due, do several at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from bot.store.bell import Bell, Listener
from bot.unexpected import trail

log = logging.getLogger(__name__)

J = TypeVar("J")

# How often the database is looked at when no bell rings, in seconds.
PATIENCE = 0.5
# How long jobs may go on when the worker is told to stop, in seconds.
GRACE = 3.0
# How often the leases of jobs under way are renewed, in seconds: a few times before they end.
RENEWAL = 5.0
# To claim a job costs about the same as to claim several: so much of the room is waited for.
SHARE = 8


class Worker(Generic[J]):
    """Does the jobs that `claim(room)` finds as long as fewer than `at_once()` are under way.

    Whatever goes wrong with one job, the others go on: its lease in the database runs out
    and it is tried again. Jobs that may take longer than their leases are renewed by `renew`.
    """

    def __init__(
        self,
        *,
        bell: Bell,
        topic: str,
        at_once: Callable[[], int],
        claim: Callable[[int], Awaitable[Sequence[J]]],
        work: Callable[[J], Awaitable[None]],
        renew: Callable[[Sequence[J]], Awaitable[None]] | None = None,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bell = bell
        self._topic = topic
        self._at_once = at_once
        self._claim = claim
        self._work = work
        self._renew = renew
        self._rest = rest
        self._running: dict[asyncio.Task[None], J] = {}
        self._one_ended = Listener()
        self._is_closed = False

    async def run(self) -> None:
        """Work until cancelled; jobs under way may end first."""
        keeping = asyncio.ensure_future(self._keep_leases())
        try:
            with self._bell.listen(self._topic) as listener:
                while True:
                    if not await self.start():
                        await listener.wait(PATIENCE)
        finally:
            await self._wind_up()
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def start(self) -> bool:
        """Start jobs that are due, as many as there is room for; False if no more are due."""
        room = await self._room()
        claim = asyncio.ensure_future(self._claimed(room))
        try:
            return self._start(await asyncio.shield(claim)) == room
        except asyncio.CancelledError:
            # What is claimed in the database is ours to do: nobody else would for a while.
            self._start(await claim)
            raise

    @property
    def has_room(self) -> bool:
        """Whether it would take a job now that was claimed by somebody else.

        Where it is half full not: what has waited longer would be overtaken by all that is new.
        """
        return not self._is_closed and len(self._running) < self._at_once() // 2

    def take(self, jobs: Sequence[J]) -> bool:
        """Start jobs that were claimed by somebody else; False if none is started any more."""
        if self._is_closed:
            return False
        self._start(jobs)
        return True

    async def idle(self) -> None:
        """Wait for the jobs under way."""
        if self._running:
            await asyncio.wait(self._running)

    async def drain(self) -> None:
        """Do all jobs that are due now, and those that come of them."""
        is_done = False
        while not is_done:
            # What ends while others are claimed may leave more to do.
            was_idle = not self._running
            is_done = not await self.start() and was_idle and not self._running
            await self.idle()

    async def _room(self) -> int:
        while (room := (most := self._at_once()) - len(self._running)) < max(1, most // SHARE):
            # Not for good: how many may be done at once can change meanwhile.
            await self._one_ended.wait(PATIENCE)
        return room

    def _start(self, jobs: Sequence[J]) -> int:
        for job in jobs:
            task = asyncio.create_task(self._guarded(job))
            self._running[task] = job
            task.add_done_callback(self._ended)
        return len(jobs)

    async def _wind_up(self) -> None:
        """Let jobs under way end; those that take long are told to give back what they hold."""
        self._is_closed = True
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=GRACE)
            for task in late:
                task.cancel()
            await self.idle()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._one_ended.ring()

    async def _keep_leases(self) -> None:
        renew = self._renew
        while renew:
            await self._rest(RENEWAL)
            try:
                if self._running:
                    await renew(list(self._running.values()))
            except Exception as error:  # noqa: BLE001 - the next renewal may come in time
                log.error("cannot renew leases of %s: %s", self._topic, trail(error))

    async def _claimed(self, room: int) -> Sequence[J]:
        try:
            return await self._claim(room)
        except Exception as error:  # noqa: BLE001 - the database may be away; it is looked at again
            log.error("cannot claim %s: %s", self._topic, trail(error))
            return ()

    async def _guarded(self, job: J) -> None:
        try:
            await self._work(job)
        except Exception as error:  # noqa: BLE001 - the others go on
            log.error("a job of %s failed: %s", self._topic, trail(error))
