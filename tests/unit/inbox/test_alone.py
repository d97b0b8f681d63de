"""Jobs that several processes could do and one does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing

import pytest

from bot.inbox.alone import Alone
from bot.store.store import Store
from tests.fakes.clock import FakeClock


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with closing(Store(database)) as built:
        yield built


class Process:
    """One that would do the job; `looks` lets it look at the lease again."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.works = asyncio.Event()
        self.stopped = asyncio.Event()
        self.job_ends: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rested = asyncio.Event()
        self._go_on = asyncio.Event()
        alone = Alone("job", self._work, store=store, clock=clock, rest=self._rest)
        self.task = asyncio.ensure_future(alone.run())

    async def _work(self) -> None:
        self.works.set()
        try:
            await asyncio.shield(self.job_ends)
        finally:
            self.works.clear()
            self.stopped.set()

    async def _rest(self, _: float) -> None:
        self._rested.set()
        await self._go_on.wait()
        self._go_on.clear()

    async def looks(self) -> bool:
        """Whether it does the job after it has looked again."""
        self._rested.clear()
        self._go_on.set()
        await self._rested.wait()
        await asyncio.sleep(0)
        return self.works.is_set()

    async def begins(self) -> bool:
        """Whether it does the job after its first look."""
        await self._rested.wait()
        await asyncio.sleep(0)
        return self.works.is_set()

    async def ends(self) -> None:
        """Be told to end, and end."""
        self.task.cancel()
        await asyncio.wait({self.task})


class Town:
    """Processes on one database."""

    def __init__(self, store: Store, stack: AsyncExitStack) -> None:
        self.store = store
        self.clock = FakeClock()
        self._stack = stack

    def process(self) -> Process:
        """Another one."""
        started = Process(self.store, self.clock)
        self._stack.push_async_callback(started.ends)
        return started


@pytest.fixture
async def town(store: Store) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield Town(store, stack)


async def test_one_of_two_does_the_job(town: Town) -> None:
    first, second = town.process(), None
    assert await first.begins()
    second = town.process()
    assert not await second.begins()
    town.clock.forward(seconds=10)
    assert await first.looks()
    town.clock.forward(seconds=10)
    assert not await second.looks()


async def test_another_takes_over_from_one_that_is_heard_of_no_more(town: Town) -> None:
    silent, second = town.process(), town.process()
    assert await silent.begins() != await second.begins()
    if second.works.is_set():
        silent, second = second, silent
    town.clock.forward(seconds=16)
    assert await second.looks()
    assert not await silent.looks()
    assert silent.stopped.is_set()


async def test_another_takes_over_at_once_from_one_that_ends_in_order(town: Town) -> None:
    first = town.process()
    assert await first.begins()
    second = town.process()
    assert not await second.begins()
    await first.ends()
    assert first.stopped.is_set()
    assert await second.looks()


async def test_when_the_job_ends_so_does_this_and_what_it_raised_is_raised(town: Town) -> None:
    done = town.process()
    assert await done.begins()
    done.job_ends.set_result(None)
    await done.task
    failed = town.process()
    assert await failed.begins()
    failed.job_ends.set_exception(ValueError("on purpose"))
    with pytest.raises(ValueError, match="on purpose"):
        await failed.task


async def test_without_the_database_nobody_does_the_job(town: Town) -> None:
    first = town.process()
    assert await first.begins()
    town.store.run_now(lambda connection: connection.exec_driver_sql("ALTER TABLE leases RENAME TO gone"))
    assert not await first.looks()
    town.store.run_now(lambda connection: connection.exec_driver_sql("ALTER TABLE gone RENAME TO leases"))
    assert await first.looks()
