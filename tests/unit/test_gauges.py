from __future__ import annotations

import asyncio
import math
from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import OperationalError

from bot import gauges
from bot.brand import PRIORITIES
from bot.gauges import FRESH, Gauges
from bot.store.backlog import Backlog

NOON = datetime(2026, 5, 4, 12, tzinfo=timezone.utc)
EMPTY = Backlog(
    turns=0,
    messages=0,
    oldest_message=None,
    to_send=0,
    to_send_now=0,
    oldest_to_send=None,
    cases={},
    overdue={},
    oldest_case=None,
    set_aside={},
    stopped=frozenset(),
)


class Watched:
    """A database of which somebody looks at the figures."""

    def __init__(self) -> None:
        self.backlog = EMPTY
        self.looks = 0
        self.takes = 0.0
        self.failing: Exception | None = None
        self.answering = asyncio.Event()
        self.answering.set()
        self.seconds = 100.0
        self.gauges = Gauges(self._look, [("fake", "main")], lambda: NOON, lambda: self.seconds)

    async def is_looked_at(self) -> None:
        """Somebody looks again, when what was seen is no longer fresh."""
        self.seconds += FRESH
        await self.gauges.refresh()

    async def _look(self, _: datetime) -> Backlog:
        self.looks += 1
        self.seconds += self.takes
        await self.answering.wait()
        if self.failing:
            raise self.failing
        return self.backlog


@pytest.fixture
async def watched() -> Watched:
    return Watched()


def ago(seconds: float) -> datetime:
    return NOON - timedelta(seconds=seconds)


def value(name: str, **labels: str) -> float:
    found = REGISTRY.get_sample_value(f"relais_{name}", labels)
    assert found is not None
    return found


async def test_what_waits_is_told_with_its_age(watched: Watched) -> None:
    watched.backlog = msgspec.structs.replace(
        EMPTY, turns=2, messages=3, oldest_message=ago(7), to_send=5, to_send_now=1, oldest_to_send=ago(9)
    )
    await watched.is_looked_at()
    assert [value(f"waiting_{what}") for what in ("turns", "messages", "message_age_seconds")] == [2, 3, 7]
    assert [value("outbox_messages", state=state) for state in ("due", "later")] == [1, 4]
    assert value("outbox_age_seconds") == 9
    assert value("database_up") == 1


async def test_what_no_longer_waits_is_zero_again(watched: Watched) -> None:
    watched.backlog = msgspec.structs.replace(
        EMPTY, messages=3, oldest_message=ago(7), cases={("waiting", 0): 1}, set_aside={"turn": 2}
    )
    await watched.is_looked_at()
    watched.backlog = EMPTY
    await watched.is_looked_at()
    assert value("waiting_messages") == value("waiting_message_age_seconds") == 0
    assert value("cases", status="waiting", priority="urgent") == value("set_aside", kind="turn") == 0


async def test_a_clock_that_was_set_back_makes_nothing_younger_than_now(watched: Watched) -> None:
    watched.backlog = msgspec.structs.replace(EMPTY, messages=1, oldest_message=ago(-60))
    await watched.is_looked_at()
    assert value("waiting_message_age_seconds") == 0


async def test_open_cases_are_told_by_status_and_priority(watched: Watched) -> None:
    counted = {("waiting", 0): 1, ("waiting", 2): 4, ("claimed", 2): 2}
    watched.backlog = msgspec.structs.replace(EMPTY, cases=counted, overdue={2: 3}, oldest_case=ago(60))
    await watched.is_looked_at()
    waiting = [value("cases", status="waiting", priority=priority) for priority in PRIORITIES]
    assert waiting == [1, 0, 4, 0]
    assert value("cases", status="claimed", priority="normal") == 2
    assert [value("overdue_cases", priority=priority) for priority in PRIORITIES] == [0, 0, 3, 0]
    assert value("waiting_case_age_seconds") == 60


async def test_accounts_are_told_whether_stopped_or_not(watched: Watched) -> None:
    watched.backlog = msgspec.structs.replace(EMPTY, stopped=frozenset({("fake", "other")}))
    await watched.is_looked_at()
    states = [value("account_stopped", channel="fake", account=account) for account in ("main", "other")]
    assert states == [0, 1]


async def test_accounts_are_told_whether_silent_or_not(watched: Watched) -> None:
    watched.backlog = msgspec.structs.replace(EMPTY, silent=frozenset({("fake", "other")}))
    await watched.is_looked_at()
    states = [value("account_silent", channel="fake", account=account) for account in ("main", "other")]
    assert states == [0, 1]
    watched.failing = OperationalError("SELECT", {}, Exception("away"))
    await watched.is_looked_at()
    assert math.isnan(value("account_silent", channel="fake", account="main"))


async def test_who_looks_again_at_once_sees_the_same(watched: Watched) -> None:
    await watched.is_looked_at()
    await watched.gauges.refresh()
    assert watched.looks == 1
    await watched.is_looked_at()
    assert watched.looks == 2


async def test_a_look_that_takes_long_is_made_seldom(watched: Watched) -> None:
    watched.takes = 0.5
    await watched.is_looked_at()
    for seconds, looks in ((20, 1), (6, 2)):
        watched.seconds += seconds
        await watched.gauges.refresh()
        assert watched.looks == looks


async def test_while_the_database_is_away_nothing_is_known(watched: Watched) -> None:
    watched.failing = OperationalError("SELECT", {}, Exception("away"))
    await watched.is_looked_at()
    assert value("database_up") == 0
    assert math.isnan(value("waiting_messages"))
    assert math.isnan(value("account_stopped", channel="fake", account="main"))
    watched.failing = None
    await watched.is_looked_at()
    assert (value("database_up"), value("waiting_messages")) == (1, 0)


async def test_nobody_waits_long_and_all_that_look_wait_for_the_same(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "PATIENCE", 0.01)
    watched.answering.clear()
    await asyncio.gather(*(watched.is_looked_at() for _ in range(3)))
    assert (watched.looks, value("database_up")) == (1, 0)
    watched.answering.set()
    await watched.gauges.refresh()
    assert (watched.looks, value("database_up")) == (1, 1)


async def test_an_error_of_our_own_is_not_taken_for_a_quiet_hour(watched: Watched) -> None:
    watched.failing = KeyError("x")
    with pytest.raises(KeyError):
        await watched.is_looked_at()
