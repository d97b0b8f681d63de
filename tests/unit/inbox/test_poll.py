from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from bot.errors import AccountStopped
from bot.inbox import poll as polling
from bot.inbox.poll import poll
from bot.store import accounts, bell
from bot.store.accounts import Accounts
from tests.fakes.channel import FakeChannel, event
from tests.fakes.house import House


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    built = House(tmp_path, {}, database)
    yield built
    built.store.close()


class Refused(FakeChannel):
    """Its token is refused until somebody sees to it."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.body = body
        self.is_refused = True

    async def check(self) -> str:
        """Whoever asks is told."""
        if self.is_refused:
            raise AccountStopped("the token is refused")
        return "fake"

    def poll(self) -> AsyncIterator[bytes]:
        """One body."""
        return self._bodies()

    async def _bodies(self) -> AsyncIterator[bytes]:
        yield self.body


async def test_a_refused_account_is_red_until_it_is_taken_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "STOPPED", 0.01)
    channel = Refused(msgspec.json.encode([event("hello", number=1, at=house.clock())]))
    known = Accounts(house.store, house.bell, house.clock)
    with house.bell.listen(bell.QUEUE) as desk:
        task = asyncio.create_task(poll(channel, house.inbox, known, store=house.store, clock=house.clock))
        assert await desk.wait(5)
    assert house.store.run_now(accounts.stopped)
    channel.is_refused = False
    await task
    assert house.store.run_now(accounts.stopped) == []
    assert [line.text for line in house.lines()] == ["hello"]
