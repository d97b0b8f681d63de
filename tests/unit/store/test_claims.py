"""Who takes which turn, until when, and what a clock that was set back changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.engine import Connection

from bot.store import conversations, outbox, transcript
from bot.store.rows import Conversation
from bot.store.store import Store
from tests.fakes.channel import event
from tests.fakes.clock import FakeClock

NOW = FakeClock()()
LEASE = timedelta(seconds=15)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    built = Store(database)
    yield built
    built.close()


def start(connection: Connection, person: str, due_at: datetime = NOW) -> int:
    found = conversations.find_or_start(connection, event(number=1, at=NOW, person=person), NOW)
    conversations.change(connection, found.id, due_at=due_at)
    return found.id


def change(connection: Connection, conversation_id: int, values: dict[str, object]) -> None:
    conversations.change(connection, conversation_id, **values)


def say(connection: Connection, conversation_id: int) -> None:
    draft = transcript.Draft(author="bot", text="hello", purpose="answer", delivery="queued")
    line = transcript.append(connection, conversation_id, draft, NOW)
    outbox.put(connection, line, now=NOW, deadline=NOW + timedelta(hours=1))


def claimed(store: Store, lease: str, now: datetime = NOW, most: int = 10) -> list[int]:
    return store.run_now(conversations.claim, lease, now=now, until=now + LEASE, most=most)


def sent(store: Store, lease: str, now: datetime = NOW) -> list[tuple[int, bool]]:
    parcels = store.run_now(outbox.claim, lease, now=now, until=now + LEASE, most=10)
    return [(parcel.conversation.id, parcel.interrupted) for parcel in parcels]


def load(store: Store, conversation_id: int) -> Conversation:
    return store.run_now(conversations.load, conversation_id)


def test_as_many_are_taken_as_there_is_room_for_the_urgent_ones_first(store: Store) -> None:
    ids = [store.run_now(start, person, NOW + timedelta(seconds=n)) for n, person in enumerate("abc")]
    store.run_now(change, ids[2], {"rank": 0})
    later = NOW + timedelta(seconds=5)
    assert claimed(store, "one", later, most=2) == [ids[2], ids[0]]
    assert claimed(store, "two", later) == [ids[1]]


def test_what_is_not_due_is_left(store: Store) -> None:
    store.run_now(start, "ann", NOW + timedelta(seconds=1))
    assert claimed(store, "a") == []


def test_a_lease_that_is_over_frees_the_turn(store: Store) -> None:
    store.run_now(start, "ann")
    assert claimed(store, "a") == [1]
    assert claimed(store, "b", NOW + LEASE) == []
    assert claimed(store, "b", NOW + LEASE + timedelta(seconds=1)) == [1]


def test_a_renewed_lease_holds_on_and_one_that_was_lost_does_not_come_back(store: Store) -> None:
    for person in ("ann", "bob"):
        store.run_now(start, person)
    assert claimed(store, "a") == [1, 2]
    later = NOW + timedelta(seconds=20)
    store.run_now(conversations.renew, {1: "a"}, later + LEASE)
    assert claimed(store, "b", later) == [2]
    store.run_now(conversations.renew, {1: "a", 2: "a"}, later + timedelta(seconds=30))
    assert claimed(store, "c", later + timedelta(seconds=16)) == [2]


def test_a_clock_that_was_set_back_keeps_nobody_waiting(store: Store) -> None:
    for person in ("ann", "bob"):
        store.run_now(start, person)
    store.run_now(change, 2, {"due_at": NOW + timedelta(hours=1)})
    assert claimed(store, "a") == [1, 2]
    before = NOW - timedelta(hours=1)
    assert claimed(store, "b", before) == [1, 2]


def test_clocks_that_differ_a_little_take_nothing_from_each_other(store: Store) -> None:
    store.run_now(start, "ann")
    assert claimed(store, "a", NOW + timedelta(seconds=30)) == [1]
    assert claimed(store, "b") == []


def test_each_claim_counts_until_a_turn_ends_well(store: Store) -> None:
    store.run_now(start, "ann")
    for number in (1, 2):
        now = NOW + number * timedelta(minutes=1)
        assert claimed(store, f"lease-{number}", now) == [1]
        assert load(store, 1).attempts == number
    store.run_now(conversations.release, 1, due_at=NOW)
    assert load(store, 1).attempts == 0


def test_a_turn_that_is_given_back_does_not_count(store: Store) -> None:
    store.run_now(start, "ann")
    claimed(store, "a")
    store.run_now(conversations.give_back, 1, "b", NOW)
    assert claimed(store, "b") == []
    store.run_now(conversations.give_back, 1, "a", NOW)
    assert load(store, 1).attempts == 0
    assert claimed(store, "b") == [1]


def test_the_next_turn_is_as_urgent_as_any(store: Store) -> None:
    urgent, normal = (store.run_now(start, person) for person in ("ann", "bob"))
    store.run_now(conversations.change_all, [{"one": urgent, "rank": 0, "triaged_at": NOW}])
    assert claimed(store, "a", most=1) == [urgent]
    store.run_now(conversations.release, urgent, due_at=NOW + timedelta(seconds=1))
    assert claimed(store, "b", NOW + timedelta(seconds=1), most=1) == [normal]
    assert store.run_now(conversations.waiting, NOW + timedelta(seconds=1), 10) == [urgent]


def test_of_each_conversation_one_message_is_sent_at_a_time(store: Store) -> None:
    for person in ("ann", "bob"):
        found = store.run_now(start, person)
        for _ in range(2):
            store.run_now(say, found)
    assert sent(store, "a") == [(1, False), (2, False)]
    assert sent(store, "b") == []
    store.run_now(outbox.done, 1)
    assert sent(store, "c") == [(1, False)]


def test_a_sending_under_a_lease_that_is_over_was_interrupted(store: Store) -> None:
    store.run_now(say, store.run_now(start, "ann"))
    assert sent(store, "a") == [(1, False)]
    assert sent(store, "b", NOW + LEASE + timedelta(seconds=1)) == [(1, True)]


def test_what_waits_to_be_sent_does_not_wait_for_a_clock_that_was_set_back(store: Store) -> None:
    store.run_now(say, store.run_now(start, "ann"))
    before = NOW - timedelta(hours=1)
    assert sent(store, "a", before) == [(1, False)]
    store.run_now(outbox.later, 1, "a", NOW)
    assert sent(store, "b", before) == [(1, False)]
