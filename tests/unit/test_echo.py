"""What one process writes is heard in another that shares nothing with it but the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import echo
from bot.channels.webchat import address
from bot.chat.posting import topic
from bot.clock import now
from bot.echo import Echo, WorkersEcho
from bot.messages import Inbound
from bot.store import bell, migrate, record
from bot.store.bell import Bell, Listener
from bot.store.store import Store
from tests.fakes.house import House


class Another:
    """Another process on the house's database."""

    def __init__(self, house: House, *topics: str) -> None:
        self.store = Store(str(house.store.engine.url))
        self.bell = Bell()
        self.echo = Echo(self.store, self.bell)
        self._topics = topics or (bell.conversation(1),)

    async def __aenter__(self) -> Listener:
        self._running = asyncio.ensure_future(self.echo.run())
        self._listening = self.bell.listen(*self._topics)
        listener = self._listening.__enter__()
        # What was there before is no news.
        assert not await listener.wait(5 * echo.REST)
        return listener

    async def __aexit__(self, *_: object) -> None:
        self._listening.__exit__(None, None, None)
        self._running.cancel()
        await asyncio.wait({self._running})
        self.store.close()


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(echo, "REST", 0.02)
    house = House(tmp_path, {})
    await house.says("hello")
    yield house
    house.store.close()


async def test_a_message_is_heard_in_another_process(house: House) -> None:
    async with Another(house) as listener:
        await house.says("hello again")
        assert await listener.wait(5)


async def test_what_an_agent_does_is_heard_at_the_desk_of_another_process(house: House) -> None:
    async with Another(house, bell.QUEUE) as listener:
        await house.says(kind="unreachable")
        assert await listener.wait(5)


async def test_a_new_visitor_is_heard_under_his_own_name(house: House) -> None:
    where = address("shop", "bob")
    async with Another(house, topic(where)) as listener:
        said = Inbound(
            address=where, event_id="1", message_id="1", sent_at=house.clock(), text="hello", author="Bob"
        )
        await house.inbox.accept([said])
        assert await listener.wait(5)


async def test_others_are_left_in_peace(house: House) -> None:
    async with Another(house) as listener:
        await house.says("hello", person="bob")
        assert not await listener.wait(10 * echo.REST)


async def test_what_is_committed_late_is_heard(house: House) -> None:
    """A transaction that took its number before others may end after them."""
    other = Another(house)
    for _ in range(3):
        await other.echo.look()
    with other.bell.listen(bell.conversation(1)) as listener:
        await house.says("hello again")
        await other.echo.look()
        assert listener.take()
        await other.echo.look()
        assert listener.take()
        await other.echo.look()
        assert not listener.take()
    other.store.close()


async def test_a_database_that_is_not_there_yet_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(echo, "REST", 0.02)
    store, rings = Store(f"sqlite:///{tmp_path / 'empty.db'}"), Bell()
    running = asyncio.ensure_future(Echo(store, rings).run())
    with rings.listen(bell.QUEUE) as listener:
        assert not await listener.wait(5 * echo.REST)
        assert "cannot look for news: OperationalError" in caplog.text
        migrate.upgrade(store)
        await asyncio.sleep(5 * echo.REST)
        await store.run(lambda connection: record.write(connection, "tried", actor="system", at=now()))
        assert await listener.wait(5)
    running.cancel()
    await asyncio.wait({running})
    store.close()


async def test_a_worker_is_woken_once_by_a_message_that_came_elsewhere(house: House) -> None:
    alert = WorkersEcho(house.store, house.bell)
    with house.bell.listen(bell.TURNS) as turns, house.bell.listen(bell.OUTBOX) as outbox:
        await alert.look()
        assert turns.take()
        assert outbox.take()
        await alert.look()
        assert not turns.take()


async def test_a_worker_is_left_alone_while_nobody_writes(house: House) -> None:
    alert = WorkersEcho(house.store, house.bell)
    await alert.look()
    with house.bell.listen(bell.TURNS) as turns:
        await alert.look()
        assert not turns.take()
