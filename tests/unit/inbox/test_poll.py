from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec

from bot.errors import AccountStopped, DeliveryLater
from bot.inbox.poll import RESTS, poll
from bot.store import accounts, bell
from bot.store.accounts import Accounts
from tests.fakes.channel import FakeChannel, event
from tests.fakes.house import House


class Polled(FakeChannel):
    """Has one body to tell, unless it is busy; its token may be refused until somebody sees to it."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.body = msgspec.json.encode([event("hello", number=1, at=house.clock())])
        self.is_refused = False
        self.busy: list[DeliveryLater] = []

    async def check(self) -> str:
        """Whoever asks is told."""
        if self.is_refused:
            raise AccountStopped("the token is refused")
        return "fake"

    def poll(self) -> AsyncIterator[bytes]:
        """One body."""
        return self._bodies()

    async def _bodies(self) -> AsyncIterator[bytes]:
        if self.busy:
            raise self.busy.pop(0)
        yield self.body


class Rests:
    """Each is short; how long they should have been, in seconds."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0.01)


async def polled(house: House, channel: FakeChannel, rests: Rests) -> None:
    known = Accounts(house.store, house.bell, house.clock)
    await poll(channel, house.inbox, known, store=house.store, clock=house.clock, rest=rests)


async def test_a_refused_account_is_red_until_it_is_taken_again(house: House) -> None:
    channel, rests = Polled(house), Rests()
    channel.is_refused = True
    with house.bell.listen(bell.QUEUE) as desk:
        task = asyncio.create_task(polled(house, channel, rests))
        assert await desk.wait(5)
    assert house.store.run_now(accounts.stopped)
    channel.is_refused = False
    await task
    assert set(rests.seconds) == {RESTS.stopped.total_seconds()}
    assert house.store.run_now(accounts.stopped) == []
    assert [line.text for line in house.lines()] == ["hello"]


async def test_it_rests_as_the_platform_wishes_but_people_wait(house: House) -> None:
    channel, rests = Polled(house), Rests()
    channel.busy = [DeliveryLater("busy", retry_after=wished) for wished in (0.5, 30, 86_400)]
    await polled(house, channel, rests)
    assert rests.seconds == [RESTS.later.total_seconds(), 30, RESTS.longest.total_seconds()]
    assert [line.text for line in house.lines()] == ["hello"]
