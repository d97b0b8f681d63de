from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bot.inbox.listening import Listening
from bot.store import bell, heard, watches
from bot.store.heard import QUARTER
from bot.store.watching_tables import heard as counts
from tests.fakes.house import House

MAIN = ("fake", "main")


async def _rest(_: float) -> None:
    """Nobody waits."""


class Watchman:
    """Looks every few minutes, at an account to which customers write day and night."""

    def __init__(self, house: House, *, messages: int, days: int) -> None:
        self.house = house
        self.listening = Listening(
            store=house.store,
            bell=house.bell,
            accounts=[MAIN],
            brand=house.brand,
            clock=house.clock,
            rest=_rest,
        )
        house.store.run_now(_past, house.clock(), messages, days)

    async def waits(self, **delta: float) -> None:
        until = self.house.clock() + timedelta(**delta)
        while self.house.clock() < until:
            self.house.clock.forward(minutes=3)
            await self.listening.look()

    @property
    def silent(self) -> bool:
        return bool(self.house.store.run_now(watches.silent))


def _past(connection: Connection, now: datetime, messages: int, days: int) -> None:
    quarters = (heard.quarter(now) - number * QUARTER for number in range(days * 96))
    rows = [{"channel": MAIN[0], "account": MAIN[1], "quarter": at, "messages": messages} for at in quarters]
    connection.execute(insert(counts), rows)
    watches.hear(connection, MAIN, first=now - timedelta(days=days), last=now)


async def test_an_account_that_falls_silent_is_told_of_until_the_next_message(house: House) -> None:
    watchman = Watchman(house, messages=10, days=40)
    with house.bell.listen(bell.QUEUE) as desk:
        await watchman.waits(minutes=28)
        assert not desk.take()
        await watchman.waits(minutes=30)
        assert desk.take()
        (watch,) = house.store.run_now(watches.silent)
        assert watch.silent_since == watch.heard_at
        await watchman.waits(hours=3)
        assert not desk.take()
        await house.says("hello")
        await watchman.waits(minutes=3)
        assert not watchman.silent


async def test_young_and_quiet_accounts_give_no_alarm(house: House) -> None:
    watchman = Watchman(house, messages=10, days=13)
    await watchman.waits(hours=5)
    assert not watchman.silent


async def test_a_quiet_account_gives_no_alarm(house: House) -> None:
    watchman = Watchman(house, messages=0, days=40)
    await watchman.waits(hours=12)
    assert not watchman.silent


async def test_who_was_away_listens_for_a_while_before_he_says_that_it_is_silent(house: House) -> None:
    watchman = Watchman(house, messages=10, days=40)
    await watchman.listening.look()
    house.clock.forward(hours=6)
    await watchman.waits(minutes=28)
    assert not watchman.silent
    await watchman.waits(minutes=30)
    assert watchman.silent


async def test_a_gap_in_listening_ends_no_alarm(house: House) -> None:
    watchman = Watchman(house, messages=10, days=40)
    await watchman.waits(hours=2)
    assert watchman.silent
    house.clock.forward(minutes=20)
    await watchman.listening.look()
    assert watchman.silent


async def test_an_account_that_was_switched_off_is_not_waited_for(house: House) -> None:
    watchman = Watchman(house, messages=10, days=40)
    await watchman.waits(hours=2)
    off = Listening(
        store=house.store, bell=house.bell, accounts=[], brand=house.brand, clock=house.clock, rest=_rest
    )
    await off.look()
    assert not watchman.silent
