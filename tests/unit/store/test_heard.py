from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.inbox.crowd import accept
from bot.store import heard, watches
from bot.store.heard import ON_THE_WAY, QUARTER
from tests.effort import effort
from tests.fakes.channel import event
from tests.fakes.house import House

MAIN = ("fake", "main")


def listen(house: House) -> None:
    """Count all that is there."""
    house.clock.forward(seconds=ON_THE_WAY.total_seconds())
    while house.store.run_now(heard.listen, house.clock()):
        pass


def count(house: House, begins: datetime, ends: datetime, account: tuple[str, str] = MAIN) -> int:
    return house.store.run_now(heard.counts, account, [(begins, ends)])[0]


async def test_messages_of_customers_are_counted_once_by_quarters_and_accounts(house: House) -> None:
    began = house.clock()
    for _ in range(3):
        await house.says("hello")
    await house.says("hello", account="other")
    listen(house)
    listen(house)
    house.clock.forward(minutes=20)
    await house.says("hello")
    listen(house)
    first, both = (began, began + QUARTER), (began, began + 2 * QUARTER)
    assert (count(house, *first), count(house, *both)) == (3, 4)
    assert count(house, *both, account=("fake", "other")) == 1
    assert count(house, began + timedelta(minutes=1), began + 2 * QUARTER) == 1
    assert count(house, began, began + 2 * QUARTER - timedelta(minutes=1)) == 3


async def test_what_is_not_a_customers_is_not_counted(house: House) -> None:
    began = house.clock()
    await house.says("I am Sam", kind="colleague")
    listen(house)
    assert count(house, began, began + QUARTER) == 0


async def test_when_customers_wrote_first_and_last_is_known(house: House) -> None:
    first = house.clock()
    await house.says("hello")
    listen(house)
    house.clock.forward(hours=3)
    last = house.clock()
    await house.says("hello")
    listen(house)
    watch = house.store.run_now(watches.everything)[MAIN]
    assert (watch.first_heard_at, watch.heard_at) == (first, last)


async def test_what_has_just_come_waits_for_what_may_still_be_on_its_way(house: House) -> None:
    began = house.clock()
    await house.says("hello")
    house.store.run_now(heard.listen, house.clock())
    assert count(house, began, began + QUARTER) == 0
    listen(house)
    assert count(house, began, began + QUARTER) == 1


async def test_many_messages_are_counted_in_portions(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard, "AT_ONCE", 2)
    began = house.clock()
    for _ in range(5):
        await house.says("hello")
    listen(house)
    assert count(house, began, began + QUARTER) == 5


def test_a_gap_in_listening_is_known(house: House) -> None:
    began = house.clock()
    for _ in range(3):
        house.store.run_now(heard.listen, house.clock())
        house.clock.forward(minutes=4)
    assert house.store.run_now(heard.since) == began
    house.clock.forward(minutes=30)
    house.store.run_now(heard.listen, house.clock())
    assert house.store.run_now(heard.since) == house.clock()
    house.clock.forward(hours=-2)
    house.store.run_now(heard.listen, house.clock())
    assert house.store.run_now(heard.since) == house.clock()


def test_to_listen_costs_the_same_however_much_was_said_before(house: House) -> None:
    def say(number: int) -> None:
        new = event("hello", number=number, at=None, person=f"p{number % 7}")
        house.store.run_now(lambda connection: accept(connection, [new], house.clock()))

    def cost() -> int:
        return house.store.run_now(lambda c: effort(c, lambda: heard.listen(c, house.clock())))

    say(0)
    listen(house)
    few = cost()
    for number in range(1, 300):
        say(number)
    listen(house)
    assert cost() <= few * 1.5 + 20
