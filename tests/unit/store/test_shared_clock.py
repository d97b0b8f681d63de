"""One clock for all machines: the database's, counted on between two looks at it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from bot.clock import now
from bot.store.shared_clock import SharedClock, clock_for
from bot.store.store import Store
from tests.servers import Postgres

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)
pytestmark = pytest.mark.servers


class Machine:
    """A machine that counts `seconds`, and whose own clock is always at noon."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.slow = 0.0

    def count(self) -> float:
        self.seconds += self.slow
        return self.seconds

    def own(self) -> datetime:
        return NOON


@pytest.fixture
def store(postgres: Postgres) -> Iterator[Store]:
    store = Store(postgres.url)
    yield store
    store.close()


def clock(store: Store, machine: Machine) -> SharedClock:
    return SharedClock(store, seconds=machine.count, own=machine.own)


def is_true(moment: datetime) -> bool:
    return abs(moment - now()) < timedelta(seconds=5)


async def test_the_database_tells_the_time_and_seconds_are_counted_on(store: Store) -> None:
    machine = Machine()
    shared = clock(store, machine)
    assert shared() == NOON
    await shared.look()
    told = shared()
    machine.seconds += 7
    assert is_true(told)
    assert shared() - told == timedelta(seconds=7)


async def test_an_answer_that_took_long_is_not_believed(store: Store) -> None:
    machine = Machine()
    shared = clock(store, machine)
    machine.slow = 1.0
    await shared.look()
    machine.slow = 0.0
    assert abs(shared() - NOON) < timedelta(seconds=5)


async def test_a_wrong_clock_is_told_once(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    shared = clock(store, Machine())
    with caplog.at_level(logging.WARNING):
        await shared.look()
        await shared.look()
    assert ["off the database's" in record.getMessage() for record in caplog.records] == [True]


async def test_while_the_database_is_away_it_goes_on(store: Store) -> None:
    rests = iter((0.0, 0.0))

    async def rest(_: float) -> None:
        if next(rests, None) is None:
            raise asyncio.CancelledError

    async def away() -> None:
        raise OSError("away")

    shared = SharedClock(store, rest=rest)
    shared.look = away  # type: ignore[method-assign]  # nothing else tells a store that is away so cheaply
    with pytest.raises(asyncio.CancelledError):
        await shared.run()
    assert is_true(shared())


async def test_sqlite_has_the_clock_of_its_machine() -> None:
    store = Store("sqlite://")
    assert await clock_for(store) is None
    store.close()
