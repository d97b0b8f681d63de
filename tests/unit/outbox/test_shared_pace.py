"""The pace of an account that two processes send for, by a real Redis that comes and goes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from bot.channels.base import Pace
from bot.messages import Address, Surface
from bot.outbox.pacing import LEFT_ALONE, Pacing
from bot.outbox.shared_pace import SharedPace
from bot.store.shared import connect
from tests import servers
from tests.fakes.clock import FakeClock

pytestmark = [pytest.mark.servers, pytest.mark.timeout(30)]

NONE, SECOND = timedelta(0), timedelta(seconds=1)
MINUTE = 60 * SECOND
# So slow that a slow machine changes nothing.
PACE = Pace(per_second=0.1, per_chat_seconds=60, per_group_seconds=180)
FAST = Pace(per_second=1000, per_chat_seconds=0, per_group_seconds=0)
ACCOUNT, QUICK = ("fake", "main"), ("chat", "main")


class Process:
    """One of those who send for the account."""

    def __init__(self, url: str, namespace: str = "relais:one") -> None:
        self.clock = FakeClock()
        self.redis = SharedPace(url, namespace)
        self.pacing = Pacing({ACCOUNT: PACE, QUICK: FAST}, self.redis, self.clock)

    async def wait(self, name: str, surface: Surface = "private", longest: timedelta = MINUTE) -> float:
        """How long to wait before writing there, in seconds, rounded up to tens as the pace is."""
        wait = await self.pacing.reserve(ACCOUNT, chat(name, surface), longest)
        return -(-wait.total_seconds() // 10) * 10

    async def alone(self, name: str) -> float:
        """The same of a process that has just started, and so knows of nothing but Redis."""
        pacing = Pacing({ACCOUNT: PACE}, self.redis, self.clock)
        wait = await pacing.reserve(ACCOUNT, chat(name), NONE)
        return -(-wait.total_seconds() // 10) * 10


def chat(name: str, surface: Surface = "private") -> Address:
    return Address(channel="fake", account="main", surface=surface, chat=name, person=name)


@pytest.fixture
async def two(redis_url: str) -> AsyncIterator[tuple[Process, Process]]:
    processes = Process(redis_url), Process(redis_url)
    yield processes
    for process in processes:
        await process.redis.close()


@pytest.fixture
def mortal() -> Iterator[servers.Redis]:
    """A Redis of our own, to be killed."""
    with servers.redis() as server:
        yield server


async def test_all_processes_stand_in_one_line(two: tuple[Process, Process]) -> None:
    one, other = two
    waits = [await one.wait("ann"), await other.wait("bob"), await one.wait("eve"), await other.wait("max")]
    assert waits == [0, 10, 20, 30]


async def test_a_chat_is_written_to_by_all_processes_in_turn(two: tuple[Process, Process]) -> None:
    one, other = two
    assert await one.wait("ann") == 0
    assert await other.wait("ann", longest=SECOND) == 60
    assert await other.wait("bob") == 10


async def test_a_group_is_written_to_more_slowly(two: tuple[Process, Process]) -> None:
    one, other = two
    assert await one.wait("square", "public") == 0
    assert await other.wait("square", "public", longest=NONE) == 180


async def test_a_long_wait_takes_no_place(two: tuple[Process, Process]) -> None:
    one, other = two
    await one.wait("ann")
    for _ in range(2):
        assert await other.wait("ann", longest=SECOND) == 60
    assert await other.wait("bob") == 10


async def test_the_time_of_a_chat_counts_from_the_sending(two: tuple[Process, Process]) -> None:
    one, other = two
    await one.pacing.sent(ACCOUNT, chat("ann"))
    assert await other.wait("ann") == 60


async def test_what_a_platform_told_one_process_all_know(two: tuple[Process, Process]) -> None:
    one, other = two
    await one.pacing.pause(ACCOUNT, 10 * MINUTE)
    assert await other.wait("ann") == 600


async def test_a_pause_of_one_surface_all_know_and_the_other_goes_on(two: tuple[Process, Process]) -> None:
    one, other = two
    await one.pacing.pause(ACCOUNT, 10 * MINUTE, "private")
    assert await other.wait("ann") == 600
    assert await other.wait("square", "public") == 0


async def test_a_pause_does_not_get_shorter(two: tuple[Process, Process]) -> None:
    one, other = two
    await one.pacing.pause(ACCOUNT, 10 * MINUTE)
    await other.pacing.pause(ACCOUNT, MINUTE)
    assert await other.alone("ann") == 600


async def test_a_redis_whose_clock_was_set_back_holds_nobody_up_for_long(
    two: tuple[Process, Process], redis_url: str
) -> None:
    one, other = two
    await one.pacing.pause(ACCOUNT, 10 * MINUTE)
    async with connect(redis_url, 1) as client:
        (key,) = await client.keys("relais:one:pace:*")
        await client.incrby(key, 2 * 3600 * 1_000_000)
    assert await other.alone("ann") == 0


async def test_what_is_over_is_forgotten(two: tuple[Process, Process], redis_url: str) -> None:
    await two[0].wait("ann")
    async with connect(redis_url, 1) as client:
        for key in await client.keys("relais:one:pace:*"):
            assert 0 < await client.pttl(key) <= 60_000


async def test_accounts_without_limits_do_not_ask(two: tuple[Process, Process], redis_url: str) -> None:
    await two[0].pacing.reserve(QUICK, chat("ann"), SECOND)
    async with connect(redis_url, 1) as client:
        assert await client.keys("*") == []


async def test_installations_that_share_a_redis_do_not_wait_for_each_other(redis_url: str) -> None:
    async with AsyncExitStack() as stack:
        for namespace in ("relais:one", "relais:other"):
            process = Process(redis_url, namespace)
            stack.push_async_callback(process.redis.close)
            assert await process.wait("ann") == 0


async def test_without_redis_each_process_keeps_the_pace_by_itself_and_says_so_once(
    mortal: servers.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    process = Process(mortal.url)
    assert await process.wait("ann") == 0
    mortal.kill()
    assert [await process.wait("bob"), await process.wait("ann"), await process.wait("eve")] == [10, 60, 70]
    process.clock.forward(seconds=LEFT_ALONE.total_seconds())
    await process.pacing.sent(ACCOUNT, chat("max"))
    assert len(caplog.messages) == 1
    assert REGISTRY.get_sample_value("relais_redis_connected", {"use": "pace"}) == 0
    mortal.start()
    process.clock.forward(seconds=LEFT_ALONE.total_seconds())
    assert await process.wait("kim", longest=2 * MINUTE) == 60
    assert len(caplog.messages) == 2
    assert REGISTRY.get_sample_value("relais_redis_connected", {"use": "pace"}) == 1
    await process.redis.close()


async def test_a_redis_that_forgot_changes_nothing_for_who_remembers(mortal: servers.Redis) -> None:
    process = Process(mortal.url)
    await process.pacing.pause(ACCOUNT, 10 * MINUTE)
    mortal.kill()
    mortal.start()
    assert await process.wait("ann") == 600
    await process.redis.close()


async def test_a_redis_that_hangs_is_not_waited_for(mortal: servers.Redis) -> None:
    process = Process(mortal.url)
    assert await process.wait("ann") == 0
    mortal.pause()
    assert await process.wait("bob") == 10
    mortal.go_on()
    await process.redis.close()
