"""What waits to be sent, when much of it cannot be sent for now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.engine import Connection

from bot.store import conversations, outbox, tables, transcript
from bot.store.store import Store
from bot.store.transcript import Draft
from tests.effort import effort
from tests.fakes.channel import event
from tests.fakes.clock import FakeClock

NOW = FakeClock()()
PutOff = Callable[[Connection, int, str, datetime], None]
LEASE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with closing(Store(database)) as built:
        yield built


def say(connection: Connection, person: str, deadline: datetime = NOW + timedelta(hours=1)) -> int:
    talk = conversations.find_or_start(connection, event(number=1, at=NOW, person=person), NOW)
    draft = Draft(author="bot", text="hello", purpose="answer", delivery="queued")
    line = transcript.append(connection, talk.id, draft, NOW)
    outbox.put(connection, line, now=NOW, deadline=deadline)
    return line.id


def claimed(store: Store, now: datetime = NOW, lease: str = "me") -> list[int]:
    parcels = store.run_now(outbox.claim, lease, now=now, until=now + LEASE, most=10)
    return [parcel.outbound.id for parcel in parcels]


def due(store: Store) -> dict[int, timedelta]:
    """When each message is due, from now on."""
    query = select(tables.outbox.c.message_id, tables.outbox.c.due_at).order_by(tables.outbox.c.message_id)
    return {row[0]: row[1] - NOW for row in store.run_now(lambda c: c.execute(query).all())}


@pytest.mark.parametrize("put_off", [outbox.later, outbox.postpone])
def test_those_behind_a_message_that_is_put_off_wait_as_long(store: Store, put_off: PutOff) -> None:
    first, second, third, other = (store.run_now(say, person) for person in ("ann", "ann", "ann", "bob"))
    assert claimed(store) == [first, other]
    store.run_now(put_off, first, "me", NOW + MINUTE)
    assert due(store) == {first: MINUTE, second: MINUTE, third: MINUTE, other: timedelta(0)}
    assert claimed(store, NOW + 2 * MINUTE) == [other, first]


def test_who_lost_the_lease_puts_nothing_off(store: Store) -> None:
    first, second = store.run_now(say, "ann"), store.run_now(say, "ann")
    claimed(store)
    claimed(store, NOW + 2 * LEASE, "another")
    store.run_now(outbox.later, first, "me", NOW + timedelta(hours=1))
    assert due(store) == {first: timedelta(0), second: timedelta(0)}


def test_an_account_rests_as_a_whole_and_others_go_on(store: Store) -> None:
    mine = [store.run_now(say, person) for person in ("ann", "bob")]
    store.run_now(outbox.rest, "fake", "other", NOW + MINUTE)
    assert due(store) == dict.fromkeys(mine, timedelta(0))
    store.run_now(outbox.rest, "fake", "main", NOW + MINUTE)
    assert due(store) == dict.fromkeys(mine, MINUTE)
    assert claimed(store) == []
    assert claimed(store, NOW + MINUTE) == mine


def test_what_must_be_given_up_before_the_rest_ends_is_due_then(store: Store) -> None:
    soon = store.run_now(say, "ann", NOW + timedelta(seconds=20))
    long_over = store.run_now(say, "bob", NOW - MINUTE)
    store.run_now(outbox.rest, "fake", "main", NOW + MINUTE)
    assert claimed(store) == [long_over]
    assert claimed(store, NOW + timedelta(seconds=20)) == [soon]


def test_what_somebody_sends_right_now_does_not_rest(store: Store) -> None:
    message = store.run_now(say, "ann")
    claimed(store)
    store.run_now(outbox.rest, "fake", "main", NOW + timedelta(hours=1))
    assert due(store) == {message: timedelta(0)}


@pytest.mark.parametrize("waiting", ["in one conversation", "in many"])
def test_to_look_for_what_is_due_costs_the_same_however_much_waits(store: Store, waiting: str) -> None:
    wanted = store.run_now(say, "bob")
    few = store.run_now(look)
    store.run_now(fill, 3000 if waiting == "in many" else 1)
    store.run_now(outbox.rest, "fake", "full", NOW + MINUTE)
    assert store.run_now(look) <= few + 20
    assert claimed(store) == [wanted]


def look(connection: Connection) -> int:
    return effort(connection, lambda: outbox.claim(connection, "me", now=NOW, until=NOW + LEASE, most=16))


def fill(connection: Connection, talks: int) -> None:
    """Three thousand messages of a stopped account, in so many conversations."""
    talk = {
        "channel": "fake",
        "account": "full",
        "surface": "private",
        "chat": "x",
        "thread": "",
        "person": "x",
    }
    line = {"author": "bot", "text": "x", "created_at": NOW, "purpose": "answer"}
    waits = {"due_at": NOW, "deadline": NOW + timedelta(hours=1)}
    ids = range(1000, 1000 + talks)
    numbers = range(5000, 8000)
    of = [1000 + number % talks for number in numbers]
    more = {"author": "Ann", "created_at": NOW, "updated_at": NOW}
    connection.execute(insert(tables.conversations), [{**talk, **more, "id": i, "key": str(i)} for i in ids])
    connection.execute(
        insert(tables.messages),
        [{**line, "id": n, "conversation_id": i, "seq": n} for n, i in zip(numbers, of, strict=True)],
    )
    connection.execute(
        insert(tables.outbox),
        [{**waits, "message_id": n, "conversation_id": i} for n, i in zip(numbers, of, strict=True)],
    )
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE outbox"))
