from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import AccountStopped, DeliveryError, DeliveryLater, DeliveryRefused, Stumbled
from bot.inbox.rounds import AWAY, Rests, Rounds, take
from bot.store import accounts
from bot.store.accounts import Accounts
from tests.fakes.channel import FakeChannel
from tests.fakes.house import House

RESTS = Rests(
    usual=timedelta(minutes=10),
    later=timedelta(minutes=1),
    stopped=timedelta(minutes=5),
    stumbled=timedelta(seconds=1),
    longest=timedelta(hours=24),
)
REFUSED = AccountStopped("the token is refused")


class Checked(FakeChannel):
    """Is asked who it is, and refused so many times."""

    def __init__(self) -> None:
        super().__init__()
        self.checks = 0
        self.refusals = 0

    async def check(self) -> str:
        """Whoever asks is counted."""
        self.checks += 1
        if self.checks <= self.refusals:
            raise REFUSED
        return "fake"


class Scene:
    """Rounds that go as told: each fails or rests usually, and after the last all is told."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.channel = Checked()
        self.coming: list[Exception | None] = []
        # Of each round, whether the account was red meanwhile.
        self.red: list[bool] = []
        self.rests: list[timedelta] = []
        self.failures: list[str] = []
        self.rounds = Rounds(
            self.channel,
            Accounts(house.store, house.bell, house.clock),
            self._ask,
            task="listen",
            rests=RESTS,
            note=self.failures.append,
            rest=self._rest,
        )

    async def goes(self, *coming: Exception | None) -> list[timedelta]:
        """How long it rested after each round."""
        self.coming, self.rests = list(coming), []
        await asyncio.wait_for(self.rounds.run(), 5)
        return self.rests

    async def _ask(self) -> timedelta | None:
        self.red.append(bool(self.house.store.run_now(accounts.stopped)))
        if not self.coming:
            return None
        if error := self.coming.pop(0):
            raise error
        return RESTS.usual

    async def _rest(self, seconds: float) -> None:
        self.rests.append(timedelta(seconds=seconds))
        self.house.clock.forward(seconds=seconds)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    house = House(tmp_path, {})
    yield Scene(house)
    house.store.close()


@pytest.mark.parametrize(
    ("error", "rest"),
    [
        (REFUSED, RESTS.stopped),
        (DeliveryRefused("not for us"), RESTS.usual),
        (DeliveryLater("busy"), RESTS.later),
        (DeliveryLater("busy", retry_after=1), RESTS.later),
        (DeliveryLater("busy", retry_after=900), timedelta(minutes=15)),
        (DeliveryLater("busy", retry_after=10**9), RESTS.longest),
    ],
)
def test_it_rests_as_long_as_the_platform_wishes(error: DeliveryError, rest: timedelta) -> None:
    assert RESTS.after(error) == rest


async def test_whatever_fails_it_goes_on_until_all_is_told(scene: Scene) -> None:
    rests = await scene.goes(DeliveryLater("busy"), Stumbled("again"), KeyError("x"), None)
    assert rests == [RESTS.later, RESTS.stumbled, AWAY, RESTS.usual]
    assert scene.failures == ["failed", "stumbled", "stumbled"]
    assert (len(scene.red), scene.channel.checks) == (5, 0)


async def test_who_was_refused_is_checked_before_more_is_asked(scene: Scene) -> None:
    scene.channel.refusals = 2
    assert await scene.goes(REFUSED, None, None) == [RESTS.stopped] * 3 + [RESTS.usual] * 2
    assert scene.failures == ["stopped"] * 3
    assert scene.red == [False, True, False, False]
    assert scene.channel.checks == 3


async def test_what_fails_is_told_without_anybodys_words(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.goes(KeyError("my secret"))
    assert "cannot listen: KeyError at " in caplog.text
    assert "secret" not in caplog.text


async def test_a_body_that_is_not_understood_is_left_out(scene: Scene) -> None:
    assert await take(scene.channel, scene.house.inbox, b"{") is None
