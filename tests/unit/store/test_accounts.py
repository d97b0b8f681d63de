from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from bot.store import accounts, bell
from bot.store.accounts import TRUST, Accounts
from tests.fakes.house import House


def known(house: House) -> Accounts:
    """What a process knows that has just been started."""
    return Accounts(house.store, house.bell, house.clock)


def stopped(house: House) -> list[tuple[str, str, str]]:
    return [(row.channel, row.account, row.reason) for row in house.store.run_now(accounts.stopped)]


async def test_a_stopped_account_is_written_down_until_it_works_again(house: House) -> None:
    process = known(house)
    await process.working("fake", "main")
    await process.stopped("fake", "main", "refused")
    assert stopped(house) == [("fake", "main", "refused")]
    await process.working("fake", "main")
    assert stopped(house) == []


async def test_since_when_is_told_and_kept(house: House) -> None:
    began = house.clock()
    for _ in range(3):
        await known(house).stopped("fake", "main", "refused")
        house.clock.forward(minutes=5)
    (row,) = house.store.run_now(accounts.stopped)
    assert row.since == began


async def test_only_a_change_rings(house: House) -> None:
    process = known(house)
    with house.bell.listen(bell.QUEUE) as desk:
        await process.working("fake", "main")
        assert not desk.take()
        await process.stopped("fake", "main", "refused")
        assert desk.take()
        await known(house).stopped("fake", "main", "refused")
        assert not desk.take()


async def test_what_another_process_saw_is_corrected_after_a_while(house: House) -> None:
    one, other = known(house), known(house)
    await one.working("fake", "main")
    await other.stopped("fake", "main", "refused")
    house.clock.forward(seconds=TRUST.total_seconds() - 1)
    await one.working("fake", "main")
    assert stopped(house)
    house.clock.forward(seconds=1)
    await one.working("fake", "main")
    assert stopped(house) == []


async def test_a_clock_that_was_set_back_makes_nobody_trust_for_ever(house: House) -> None:
    one = known(house)
    await one.working("fake", "main")
    await known(house).stopped("fake", "main", "refused")
    house.clock.forward(hours=-2)
    await one.working("fake", "main")
    assert stopped(house) == []


async def test_a_database_that_is_away_stops_nobody_and_is_told_next_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = known(house)

    async def away(*_: object) -> bool:
        raise OperationalError("UPDATE", {}, Exception("locked"))

    with monkeypatch.context() as patched:
        patched.setattr(house.store, "run", away)
        await process.stopped("fake", "main", "refused")
    await process.stopped("fake", "main", "refused")
    assert stopped(house)
