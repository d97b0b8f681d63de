from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import work
from bot.errors import AccountStopped, Crashed, DeliveryError, DeliveryLater
from bot.store import migrate
from bot.store.accounts import Accounts, stopped
from bot.store.bell import Bell
from bot.store.store import Store
from bot.work import connect, side_by_side
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock


class Steps:
    """Steps that note how they end."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.ended: list[str] = []

    async def endless(self, name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.append(name)

    async def slow_to_end(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            self.ended.append("slow")

    async def broken(self) -> None:
        await asyncio.sleep(0)
        raise ValueError("a customer's words")

    async def deaf(self) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.ended.append("deaf at first")
        await asyncio.Event().wait()


async def test_all_steps_run_and_end_with_the_whole() -> None:
    steps = Steps()
    async with side_by_side([steps.endless("a"), steps.slow_to_end(), steps.endless("b")], steps.stopping):
        await asyncio.sleep(0)
        assert steps.ended == []
    assert sorted(steps.ended) == ["a", "b", "slow"]
    assert not steps.stopping.is_set()


async def test_a_step_that_fails_stops_the_process_and_is_told_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    steps = Steps()
    with pytest.raises(Crashed, match=r"ValueError at .*test_work\.py") as caught:
        async with side_by_side([steps.endless("a"), steps.broken()], steps.stopping):
            await asyncio.wait_for(steps.stopping.wait(), 1)
    assert steps.ended == ["a"]
    assert "customer" not in caplog.text + str(caught.value)


async def test_a_step_that_has_nothing_to_do_is_no_failure() -> None:
    steps = Steps()
    async with side_by_side([asyncio.sleep(0)], steps.stopping):
        await asyncio.sleep(0.01)
    assert not steps.stopping.is_set()


async def test_a_step_that_swallows_its_end_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "GRACE", 0.01)
    steps = Steps()
    async with side_by_side([steps.deaf()], steps.stopping):
        await asyncio.sleep(0)
    assert steps.ended == ["deaf at first"]


class Moody(FakeChannel):
    """Its platform refuses it, is away, and then lets it in."""

    def __init__(self) -> None:
        super().__init__()
        self.moods: list[DeliveryError] = [AccountStopped("the token is dead"), DeliveryLater("away")]

    async def open(self) -> None:
        if self.moods:
            raise self.moods.pop(0)


async def test_an_account_is_connected_as_soon_as_its_platform_lets_it_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "RECONNECT", 0.0)
    store = Store(f"sqlite:///{tmp_path / 'relais.db'}")
    migrate.upgrade(store)
    channel = Moody()
    await connect(channel, Accounts(store, Bell(), FakeClock()))
    assert channel.moods == []
    assert store.run_now(stopped) == []
    store.close()
