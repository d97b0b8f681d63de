from __future__ import annotations

from datetime import timedelta

from bot.channels.base import Pace
from bot.messages import Address, Surface
from bot.outbox.pacing import Pacing
from tests.fakes.clock import FakeClock

NONE, SECOND = timedelta(0), timedelta(seconds=1)
PACE = Pace(per_second=10, per_chat_seconds=1, per_group_seconds=3)
ACCOUNT = ("fake", "main")


class Account:
    """The pace of one account."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.pacing = Pacing({ACCOUNT: PACE}, None, self.clock)

    async def wait(self, name: str, surface: Surface = "private") -> timedelta:
        """How long to wait before writing there; waits of a second take a place."""
        return await self.pacing.reserve(ACCOUNT, chat(name, surface), SECOND)


def chat(name: str, surface: Surface = "private") -> Address:
    return Address(channel="fake", account="main", surface=surface, chat=name, person=name)


async def test_one_chat_waits_while_another_may_go() -> None:
    account = Account()
    assert await account.wait("ann") == NONE
    account.clock.forward(seconds=0.1)
    assert await account.wait("bob") == NONE
    assert await account.wait("ann") == timedelta(seconds=0.9)


async def test_a_group_is_written_to_more_slowly() -> None:
    account = Account()
    await account.wait("square", "public")
    account.clock.forward(seconds=1)
    assert await account.wait("square", "public") == 2 * SECOND


async def test_those_who_wait_stand_in_line() -> None:
    account = Account()
    waits = [await account.wait(name) for name in ("ann", "bob", "eve")]
    assert waits == [NONE, SECOND / 10, SECOND / 5]


async def test_a_long_wait_takes_no_place() -> None:
    account = Account()
    await account.wait("square", "public")
    for _ in range(2):
        assert await account.wait("square", "public") == 3 * SECOND


async def test_the_time_of_a_chat_counts_from_the_sending() -> None:
    account = Account()
    await account.wait("ann")
    account.clock.forward(seconds=0.5)
    await account.pacing.sent(ACCOUNT, chat("ann"))
    assert await account.wait("ann") == SECOND


async def test_a_paused_account_sends_nothing_until_then() -> None:
    account = Account()
    await account.pacing.pause(ACCOUNT, 30 * SECOND)
    assert await account.wait("ann") == 30 * SECOND
    account.clock.forward(seconds=30)
    assert await account.wait("ann") == NONE


async def test_a_paused_surface_holds_the_other_one_up_for_nothing() -> None:
    account = Account()
    await account.pacing.pause(ACCOUNT, 30 * SECOND, "private")
    await account.pacing.pause(ACCOUNT, 10 * SECOND, "private")
    assert await account.wait("ann") == 30 * SECOND
    assert await account.wait("square", "public") == NONE
    account.clock.forward(seconds=30)
    assert await account.wait("ann") == NONE


async def test_a_clock_that_is_set_back_holds_nobody_up() -> None:
    account = Account()
    await account.pacing.pause(ACCOUNT, 30 * SECOND, "private")
    await account.wait("ann")
    account.clock.time -= timedelta(hours=1)
    assert await account.wait("ann") == NONE
    assert await account.wait("ann") == SECOND
