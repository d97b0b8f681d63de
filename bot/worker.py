"""The loop that turns and deliveries have in common: claim a job, do several at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.store.bell import Bell

log = logging.getLogger(__name__)

J = TypeVar("J")

# How often the database is looked at when no bell rings, in seconds.
PATIENCE = 0.5
# How long jobs may go on when the worker is told to stop, in seconds.
GRACE = 3.0


class Worker(Generic[J]):
    """Does the jobs that `claim` finds, at most `at_once` together.

    Whatever goes wrong with one job, the others go on: its lease in the database runs out
    and it is tried again.
    """

    def __init__(
        self,
        *,
        bell: Bell,
        topic: str,
        at_once: int,
        claim: Callable[[], Awaitable[J | None]],
        work: Callable[[J], Awaitable[None]],
    ) -> None:
        self._bell = bell
        self._topic = topic
        self._claim = claim
        self._work = work
        self._slots = asyncio.Semaphore(at_once)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until cancelled; jobs under way may end first."""
        try:
            with self._bell.listen(self._topic) as listener:
                while True:
                    if not await self.start_one():
                        await listener.wait(PATIENCE)
        finally:
            await self._wind_up()

    async def start_one(self) -> bool:
        """Start the job that is due longest; False if none is."""
        await self._slots.acquire()
        claim = asyncio.ensure_future(self._claimed())
        try:
            return self._start(await asyncio.shield(claim))
        except asyncio.CancelledError:
            # What is claimed in the database is ours to do: nobody else would for a minute.
            self._start(await claim)
            raise

    async def idle(self) -> None:
        """Wait for the jobs under way."""
        if self._running:
            await asyncio.wait(self._running)

    async def drain(self) -> None:
        """Do all jobs that are due now, and those that come of them."""
        while await self.start_one() or self._running:
            await self.idle()

    def _start(self, job: J | None) -> bool:
        if job is None:
            self._slots.release()
            return False
        task = asyncio.create_task(self._guarded(job))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return True

    async def _wind_up(self) -> None:
        """Let jobs under way end; those that take long are told to give back what they hold."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=GRACE)
            for task in late:
                task.cancel()
            await self.idle()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()

    async def _claimed(self) -> J | None:
        try:
            return await self._claim()
        except Exception:
            # The database may be away for a while; it is looked at again after a pause.
            log.exception("cannot claim %s", self._topic)
            return None

    async def _guarded(self, job: J) -> None:
        try:
            await self._work(job)
        except Exception:
            log.exception("a job of %s failed", self._topic)
