from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from bot.inbox.crowd import accept
from bot.store import (
    heard,
    housekeeping,
    links,
    logins,
    mentions,
    sessions,
    set_aside,
    submissions,
    tables,
    viewers,
)
from bot.store.housekeeping import Housekeeping
from bot.store.set_aside import Failed
from bot.store.store import Store
from tests.fakes.channel import event, mention
from tests.fakes.clock import FakeClock

SWEPT = (
    "received",
    "desk_sessions",
    "login_failures",
    "submissions",
    "links",
    "mentions",
    "heard",
    "viewers",
    "set_aside",
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with closing(Store(database)) as built:
        yield built


class Rest:
    """Time passes while one rests, until one is told to stop."""

    def __init__(self, clock: FakeClock, times: int = 1000) -> None:
        self.clock = clock
        self.times = times
        self.rests: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.clock.forward(seconds=seconds)
        if len(self.rests) == self.times:
            raise asyncio.CancelledError


def keeper(store: Store, clock: FakeClock) -> Housekeeping:
    return Housekeeping(store, clock, Rest(clock))


def lives(connection: Connection, now: datetime) -> None:
    """A row in each table that is swept, and in those that they point to."""
    for table, values in (
        (tables.agents, {"login": "ann", "name": "Ann", "role": "agent", "password_hash": "-"}),
        (tables.conversations, {"channel": "fake", "account": "main", "key": "k", "surface": "private"}),
    ):
        filled = {column.name: "" for column in table.columns if column.name in ("chat", "thread", "person")}
        author = {"author": "Ann", "updated_at": now} if "author" in table.c else {}
        connection.execute(insert(table).values(created_at=now, **values, **filled, **author))
    case = dict.fromkeys(("opened_at", "acknowledge_by", "answer_by", "updated_at"), now)
    texts = {"reason": "complaint", "register": "complaint", "language": "en", "team": "care"}
    key = {"reference": "NB-1", "conversation_id": 1, "status": "waiting", "rank": 1}
    connection.execute(insert(tables.cases).values(**case, **texts, **key))
    accept(connection, [event("Hello", number=1, at=now)], now)
    sessions.begin(connection, 1, now)
    logins.attempt(connection, "ann", "::1", now)
    submissions.is_new(connection, "token", 1, now)
    links.create(connection, 1, now)
    heard.listen(connection, now)
    heard.listen(connection, now + heard.ON_THE_WAY)
    mentions.take(connection, mention("Nimbea", number=1, at=now), now)
    viewers.see(connection, 1, 1, typing=False, now=now)
    failed = Failed(channel="fake", account="main", digest="d", body="", error="KeyError")
    set_aside.count_request(connection, failed, now)


def rows(store: Store) -> dict[str, int]:
    def count(connection: Connection) -> dict[str, int]:
        queries = {name: select(func.count()).select_from(tables.metadata.tables[name]) for name in SWEPT}
        return {name: connection.execute(query).scalar_one() for name, query in queries.items()}

    return store.run_now(count)


async def test_what_is_young_stays(store: Store, clock: FakeClock) -> None:
    store.run_now(lives, clock())
    assert rows(store) == dict.fromkeys(SWEPT, 1)
    clock.forward(minutes=10)
    assert await keeper(store, clock).tidy() == 0
    assert rows(store) == dict.fromkeys(SWEPT, 1)


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (2, {"received", "submissions", "links", "mentions", "heard", "set_aside"}),
        (29, {"received", "submissions", "links", "mentions", "heard", "set_aside"}),
        (31, {"links", "heard"}),
        (38, {"heard"}),
        (71, set()),
    ],
)
async def test_what_is_old_goes(store: Store, clock: FakeClock, days: int, left: set[str]) -> None:
    store.run_now(lives, clock())
    clock.forward(days=days)
    await keeper(store, clock).tidy()
    assert {name for name, number in rows(store).items() if number} == left


async def test_what_a_supervisor_has_to_see_stays(store: Store, clock: FakeClock) -> None:
    failed = Failed(channel="fake", account="main", digest="d", body="", error="KeyError")
    for _ in range(set_aside.TRIES + 1):
        store.run_now(set_aside.count_request, failed, clock())
    clock.forward(days=365)
    await keeper(store, clock).tidy()
    assert store.run_now(set_aside.count) == 1


async def test_many_rows_go_a_few_at_a_time_while_others_write(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "AT_ONCE", 4)
    events = [event("Hello", number=number, at=clock()) for number in range(10)]
    store.run_now(accept, events, clock())
    clock.forward(days=40)
    rest = Rest(clock)
    assert await Housekeeping(store, clock, rest).tidy() == 10
    assert rest.rests == [housekeeping.REST] * 3
    assert rows(store)["received"] == 0


async def test_one_process_tidies_up_for_all(store: Store, clock: FakeClock) -> None:
    first, second = keeper(store, clock), keeper(store, clock)
    await first.tidy()
    store.run_now(lives, clock() - timedelta(days=365))
    assert await second.tidy() == 0
    assert await first.tidy() == len(SWEPT)


async def test_where_that_process_died_another_goes_on(store: Store, clock: FakeClock) -> None:
    await keeper(store, clock).tidy()
    store.run_now(lives, clock() - timedelta(days=365))
    clock.forward(minutes=61)
    assert await keeper(store, clock).tidy() == len(SWEPT)


async def test_it_goes_on_every_hour_whatever_fails(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rest = Rest(clock, times=2)

    def fails(connection: Connection, now: datetime) -> int:
        raise ValueError("nobody's words")

    monkeypatch.setattr(housekeeping, "sweep", fails)
    with pytest.raises(asyncio.CancelledError):
        await Housekeeping(store, clock, rest).run()
    assert rest.rests == [housekeeping.INTERVAL.total_seconds()] * 2
    assert len(caplog.records) == 2
    assert "ValueError at bot/store" in caplog.text
    assert "nobody's words" not in caplog.text
