from __future__ import annotations

from bot.store import arrivals
from bot.store.arrivals import Arrival
from tests.fakes.house import House


async def test_only_what_comes_from_now_on_to_this_account_has_arrived(house: House) -> None:
    await house.says("before")
    newest = house.store.run_now(arrivals.newest)
    assert house.store.run_now(arrivals.after, "fake", "main", newest) is None
    await house.says("hello")
    await house.says("again")
    assert house.store.run_now(arrivals.after, "fake", "another", newest) is None
    found = house.store.run_now(arrivals.after, "fake", "main", newest)
    assert found == Arrival(author="Ann", surface="private", text="hello")


def test_nothing_has_ever_arrived(house: House) -> None:
    assert house.store.run_now(arrivals.newest) == 0
