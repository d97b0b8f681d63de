from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import OperationalError

from bot.errors import AccountStopped, DeliveryLater
from bot.inbox.reconcile import EVERY, RESTS, Reconciler, reconcile
from bot.inbox.rounds import AWAY
from bot.messages import Inbound
from bot.store import accounts, bell, watches
from bot.store.accounts import Accounts
from tests.fakes.channel import FakeChannel, event
from tests.fakes.house import House
from tests.fakes.product import eventually

MAIN = ("fake", "main")


class Telling(FakeChannel):
    """A platform that tells what was said, unless it fails after so many bodies, or refuses the account."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Inbound] = []
        self.asked: list[datetime] = []
        self.told: list[str] = []
        self.fails: Exception | None = None
        self.after = 0
        self.refused: AccountStopped | None = None

    async def check(self) -> str:
        if self.refused:
            raise self.refused
        return "fake"

    def history(self, since: datetime) -> AsyncIterator[bytes]:
        return self._history(since)

    async def _history(self, since: datetime) -> AsyncIterator[bytes]:
        self.asked.append(since)
        for number, each in enumerate(self.said):
            if self.fails and number == self.after:
                raise self.fails
            if each.sent_at is None or each.sent_at >= since:
                yield msgspec.json.encode([each])
        if self.fails:
            raise self.fails

    def received(self, event: Inbound) -> None:
        self.told.append(event.event_id)


class Scene:
    """A house, its channel, and who compares the two."""

    def __init__(self, house: House, channel: Telling) -> None:
        self.house, self.channel = house, channel
        self.accounts = Accounts(house.store, house.bell, house.clock)
        self.rests: list[float] = []
        self.looks = 1
        self.reconciler = Reconciler(
            channel,
            house.inbox,
            self.accounts,
            store=house.store,
            bell=house.bell,
            clock=house.clock,
            rest=self._rest,
        )

    async def _rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.house.clock.forward(seconds=seconds)
        if len(self.rests) == self.looks:
            raise asyncio.CancelledError

    async def runs(self, looks: int = 1) -> list[float]:
        """Look so many times; what the rests in between were."""
        self.rests, self.looks = [], looks
        with pytest.raises(asyncio.CancelledError):
            await self.reconciler.run()
        return self.rests

    def says(self, text: str, number: int, **ago: float) -> Inbound:
        """Somebody wrote, and no webhook came."""
        said = event(text, number=number, at=self.house.clock() - timedelta(**ago))
        self.channel.said.append(said)
        return said

    def texts(self) -> list[str]:
        return [line.text for line in self.house.lines()]

    @property
    def watch(self) -> watches.Watch:
        return self.house.store.run_now(watches.everything)[MAIN]


@pytest.fixture
async def scene(tmp_path: Path, database: str) -> AsyncIterator[Scene]:
    house = House(tmp_path, {}, database)
    scene = Scene(house, Telling())
    await scene.reconciler.look()
    house.clock.forward(minutes=30)
    yield scene
    house.store.close()


def counted() -> float:
    labels = {"channel": "fake", "account": "main"}
    return REGISTRY.get_sample_value("relais_missed_messages_total", labels) or 0


async def test_what_was_missed_is_taken_in_once_counted_and_told(scene: Scene) -> None:
    before = counted()
    scene.says("hello", 1, minutes=20)
    scene.says("anybody there?", 2, minutes=15)
    with scene.house.bell.listen(bell.QUEUE) as desk:
        assert await scene.reconciler.look() == 2
        assert desk.take()
    at = scene.house.clock()
    assert await scene.reconciler.look() == 0
    assert scene.texts() == ["hello", "anybody there?"]
    assert (scene.watch.missed, scene.watch.missed_at) == (2, at)
    assert counted() - before == 2


async def test_what_a_webhook_brought_is_not_missed_however_late_or_early_it_came(scene: Scene) -> None:
    early, late = scene.says("hello", 1, minutes=20), scene.says("late", 2, minutes=15)
    await scene.house.inbox.accept([early])
    assert await scene.reconciler.look() == 1
    await scene.house.inbox.accept([late])
    assert scene.texts() == ["hello", "late"]


async def test_what_may_still_be_on_its_way_is_taken_in_and_not_called_missed(scene: Scene) -> None:
    scene.says("hello", 1, seconds=30)
    assert await scene.reconciler.look() == 0
    assert scene.texts() == ["hello"]
    assert scene.watch.missed_at is None


async def test_what_was_said_before_we_came_is_left_alone(tmp_path: Path) -> None:
    house = House(tmp_path, {})
    scene = Scene(house, Telling())
    scene.says("of yesterday", 1, hours=5)
    for _ in range(2):
        await scene.reconciler.look()
        house.clock.forward(minutes=10)
    assert scene.channel.asked == [house.clock() - timedelta(minutes=20)]
    assert house.store.run_now(watches.everything)[MAIN].missed == 0
    house.store.close()


async def test_the_platform_is_told_of_what_is_new_and_of_nothing_twice(scene: Scene) -> None:
    scene.says("hello", 1, minutes=20)
    for _ in range(3):
        await scene.reconciler.look()
    assert scene.channel.told == ["event-1"]


async def test_it_is_looked_again_every_ten_minutes(scene: Scene) -> None:
    assert await scene.runs(3) == [EVERY.total_seconds()] * 3


async def test_a_look_that_broke_off_is_made_again_from_where_it_began(scene: Scene) -> None:
    scene.says("hello", 1, minutes=20)
    scene.says("anybody there?", 2, minutes=15)
    looked_at = scene.watch.looked_at
    scene.channel.fails, scene.channel.after = DeliveryLater("busy"), 1
    assert await scene.runs() == [RESTS.later.total_seconds()]
    assert scene.watch.looked_at == looked_at
    assert scene.watch.missed == 1
    scene.channel.fails = None
    assert await scene.runs() == [EVERY.total_seconds()]
    assert scene.channel.asked[-1] == scene.channel.asked[-2]
    assert scene.texts() == ["hello", "anybody there?"]


async def test_a_refused_account_is_red_until_it_is_let_in_and_then_looked_through(scene: Scene) -> None:
    scene.says("hello", 1, minutes=20)
    scene.channel.fails = AccountStopped("the token is refused")
    assert await scene.runs(2) == [RESTS.stopped.total_seconds()] * 2
    assert scene.house.store.run_now(accounts.stopped)
    scene.channel.fails = None
    await scene.runs()
    assert scene.house.store.run_now(accounts.stopped) == []
    assert scene.texts() == ["hello"]


async def test_a_refused_account_is_checked_before_more_is_read(scene: Scene) -> None:
    scene.channel.fails = scene.channel.refused = AccountStopped("the token is refused")
    await scene.runs()
    scene.channel.fails = None
    asked = len(scene.channel.asked)
    assert await scene.runs(2) == [RESTS.stopped.total_seconds()] * 2
    assert len(scene.channel.asked) == asked
    assert scene.house.store.run_now(accounts.stopped)
    scene.channel.refused = None
    await scene.runs()
    assert scene.house.store.run_now(accounts.stopped) == []


async def test_a_database_that_was_away_is_no_reason_to_wait_long(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    scene.says("hello", 1, minutes=20)
    with monkeypatch.context() as patched:
        patched.setattr(scene.house.store, "run", away)
        assert await scene.runs() == [AWAY.total_seconds()]
    await scene.runs()
    assert scene.texts() == ["hello"]


async def test_a_body_on_which_our_code_fails_is_put_aside_at_last(scene: Scene) -> None:
    scene.says("hello", 1, minutes=20)
    scene.channel.stumbles = KeyError("x")
    assert await scene.runs(4) == [RESTS.stumbled.total_seconds()] * 3 + [EVERY.total_seconds()]


async def test_logs_tell_of_conversations_and_not_what_was_said(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.says("my secret", 1, minutes=20)
    await scene.reconciler.look()
    (told,) = (record for record in caplog.records if "missed" in record.getMessage())
    assert vars(told)["conversation"] == 1
    assert "secret" not in caplog.text


async def test_nothing_is_done_where_there_is_nothing_to_read(scene: Scene) -> None:
    house = scene.house
    await reconcile(
        FakeChannel(), house.inbox, scene.accounts, store=house.store, bell=house.bell, clock=house.clock
    )


async def test_one_process_looks_for_all(scene: Scene) -> None:
    house, asked = scene.house, len(scene.channel.asked)
    steps = [
        reconcile(
            scene.channel,
            house.inbox,
            scene.accounts,
            store=house.store,
            bell=house.bell,
            clock=house.clock,
        )
        for _ in range(2)
    ]
    tasks = [asyncio.create_task(step) for step in steps]
    await eventually(lambda: len(scene.channel.asked) > asked)
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len(scene.channel.asked) == asked + 1
