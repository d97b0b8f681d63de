"""How accounts look for mentions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import AccountStopped, DeliveryError, DeliveryLater, DeliveryRefused
from bot.inbox.seeking import EVERY, FURTHEST, OVERLAP, RESTS, Seeking, left, seek, since
from bot.store import accounts, mentions, searches, set_aside
from bot.store.accounts import Accounts
from tests.fakes.channel import FakeChannel, mention
from tests.fakes.clock import FakeClock
from tests.fakes.house import House

NOON = FakeClock()()


class Square(FakeChannel):
    """A network of which bodies may be broken, and whose token may be refused."""

    def __init__(self) -> None:
        super().__init__()
        self.sought = "nimbea"
        self.broken: list[bytes] = []
        self.refused: AccountStopped | None = None

    async def check(self) -> str:
        """Whoever asks is told."""
        if self.refused:
            raise self.refused
        return "fake"

    async def _found(self, sought: str, since: object) -> AsyncIterator[bytes]:
        for body in self.broken:
            yield body
        async for body in super()._found(sought, since):  # type: ignore[arg-type]  # a moment
            yield body


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    built = House(tmp_path, {}, database, channel=Square())
    yield built
    built.store.close()


@pytest.fixture
def square(house: House) -> Square:
    assert isinstance(house.channel, Square)
    return house.channel


class Rests:
    """Time passes while one rests, so many times."""

    def __init__(self, clock: FakeClock, times: int) -> None:
        self.clock = clock
        self.times = times
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.clock.forward(seconds=seconds)
        if len(self.seconds) == self.times:
            raise asyncio.CancelledError


async def runs(house: House, times: int) -> list[float]:
    """Look so many times, as a process does; how long it rested each time."""
    rests = Rests(house.clock, times)
    known = Accounts(house.store, house.bell, house.clock)
    seeking = Seeking(house.channel, house.inbox, known, store=house.store, clock=house.clock, rest=rests)
    with pytest.raises(asyncio.CancelledError):
        await seeking.run()
    return rests.seconds


def posts(house: House, *texts: str, ago: timedelta = timedelta(0)) -> None:
    for text in texts:
        number = len(house.channel.posts)
        house.channel.posts.append(mention(text, number=number, at=house.clock() - ago))


def found(house: House) -> list[str]:
    return sorted(each.text for each in house.store.run_now(mentions.waiting))


async def test_what_is_said_of_the_brand_is_found_once(house: House, square: Square) -> None:
    posts(house, "nimbea is late", "somebody else is late")
    assert await runs(house, 2) == [EVERY.total_seconds()] * 2
    posts(house, "NIMBEA again")
    await runs(house, 1)
    assert found(house) == ["NIMBEA again", "nimbea is late"]
    assert square.searches[0] == NOON - FURTHEST
    assert square.searches[1] == NOON - OVERLAP


async def test_a_process_that_starts_again_goes_on_where_the_last_one_was(
    house: House, square: Square
) -> None:
    await runs(house, 1)
    house.clock.forward(minutes=-3)
    posts(house, "nimbea")
    assert (await runs(house, 1), len(square.searches)) == ([180.0], 1)
    await runs(house, 1)
    assert (found(house), square.searches[1]) == (["nimbea"], NOON - OVERLAP)


async def test_after_a_long_absence_a_day_is_looked_at(house: House, square: Square) -> None:
    await runs(house, 1)
    house.clock.forward(days=3)
    posts(house, "nimbea yesterday", ago=timedelta(hours=23))
    posts(house, "nimbea long ago", ago=timedelta(hours=25))
    await runs(house, 1)
    assert found(house) == ["nimbea yesterday"]


@pytest.mark.parametrize(
    ("error", "rest"),
    [
        (DeliveryLater("busy"), RESTS.later),
        (DeliveryLater("busy", retry_after=900), timedelta(minutes=15)),
        (DeliveryRefused("not in your plan"), EVERY),
    ],
)
async def test_a_look_that_broke_off_is_made_again(
    house: House, square: Square, error: DeliveryError, rest: timedelta
) -> None:
    posts(house, "nimbea one", "nimbea two")
    square.cannot_search = [error]
    assert await runs(house, 1) == [rest.total_seconds()]
    assert house.store.run_now(searches.looked_at, "fake", "main") is None
    await runs(house, 1)
    assert found(house) == ["nimbea one", "nimbea two"]


async def test_a_refused_account_is_red_until_it_is_taken_again(house: House, square: Square) -> None:
    square.refused = AccountStopped("the token is refused")
    posts(house, "nimbea")
    square.cannot_search = [square.refused]
    known = Accounts(house.store, house.bell, house.clock)
    rests = Rests(house.clock, 3)

    async def rest(seconds: float) -> None:
        if len(rests.seconds) == 1:
            assert house.store.run_now(accounts.stopped)
            square.refused = None
        await rests(seconds)

    seeking = Seeking(square, house.inbox, known, store=house.store, clock=house.clock, rest=rest)
    with pytest.raises(asyncio.CancelledError):
        await seeking.run()
    assert rests.seconds[:2] == [RESTS.stopped.total_seconds()] * 2
    assert (house.store.run_now(accounts.stopped), found(house)) == ([], ["nimbea"])


async def test_a_body_that_is_not_understood_is_left_out(house: House, square: Square) -> None:
    square.broken = [b"{"]
    posts(house, "nimbea")
    await runs(house, 1)
    assert found(house) == ["nimbea"]


async def test_what_our_code_stumbles_over_is_set_aside_and_the_next_ones_come(
    house: House, square: Square
) -> None:
    posts(house, "nimbea")
    square.stumbles = KeyError("x")
    await runs(house, set_aside.TRIES + 1)
    assert house.store.run_now(set_aside.count) == 1
    assert house.store.run_now(searches.looked_at, "fake", "main") is not None


async def test_nothing_runs_where_nothing_is_searched(house: House, square: Square) -> None:
    square.sought = None
    known = Accounts(house.store, house.bell, house.clock)
    await asyncio.wait_for(seek(square, house.inbox, known, store=house.store, clock=house.clock), timeout=5)
    assert square.searches == []


async def test_one_process_looks_for_all(house: House, square: Square) -> None:
    posts(house, "nimbea")
    known = Accounts(house.store, house.bell, house.clock)
    tasks = [
        asyncio.create_task(seek(square, house.inbox, known, store=house.store, clock=house.clock))
        for _ in range(2)
    ]
    with house.bell.listen("mentions") as listener:
        assert await listener.wait(5)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert (len(square.searches), found(house)) == (1, ["nimbea"])


def test_a_clock_that_was_set_back_makes_nobody_wait() -> None:
    ahead = NOON + timedelta(days=2)
    assert left(ahead, NOON) == timedelta(0)
    assert since(ahead, NOON) == NOON - OVERLAP
