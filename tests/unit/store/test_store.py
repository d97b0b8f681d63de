from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.errors import AlreadyClaimed, TransitionError
from bot.messages import Inbound
from bot.store import agents, cases, conversations, outbox, queue, transcript
from bot.store.cases import NewCase
from bot.store.rows import Agent, Case
from bot.store.store import Store
from bot.store.tables import record
from tests.fakes.channel import event
from tests.fakes.clock import FakeClock

CLOCK = FakeClock()
NOW = CLOCK()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    built = Store(database)
    yield built
    built.close()


@pytest.fixture
def other(database: str) -> Iterator[Store]:
    """Another process on the same database."""
    built = Store(database)
    yield built
    built.close()


def hello(number: int = 1, person: str = "ann") -> Inbound:
    return event("hello", number=number, at=NOW, person=person)


def start(connection: Connection, person: str = "ann") -> int:
    found = conversations.find_or_start(connection, hello(person=person), NOW)
    conversations.wake(connection, found.id, NOW)
    return found.id


def agent(store: Store, login: str) -> Agent:
    return store.run_now(agents.add, login=login, name=login.title(), role="agent", password="pw", now=NOW)


def open_case(store: Store, *, priority: int = 1, answer_by: datetime = NOW, person: str = "ann") -> Case:
    new = NewCase(
        reason="complaint",
        register="complaint",
        language="en",
        rank=priority,
        team="care",
        entities=(),
        acknowledge_by=NOW,
        answer_by=answer_by,
    )
    conversation_id = store.run_now(start, person)
    reference = cases.new_reference("NB")
    return store.run_now(cases.open_case, conversation_id, reference, new, acknowledged_at=None, now=NOW)


def test_what_raises_changes_nothing(store: Store) -> None:
    def fail(connection: Connection) -> None:
        start(connection)
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        store.run_now(fail)
    assert store.run_now(conversations.claim, "a", now=NOW, until=NOW) == []


async def test_two_workers_never_hold_the_same_conversation(store: Store, other: Store) -> None:
    for person in ("ann", "bob", "eve"):
        store.run_now(start, person)
    until = NOW + timedelta(seconds=60)
    claims = [
        s.run(conversations.claim, f"worker-{n}", now=NOW, until=until)
        for n in range(4)
        for s in (store, other)
    ]
    claimed = await asyncio.gather(*claims)
    assert sorted(itertools.chain(*claimed)) == [1, 2, 3]


async def test_of_two_agents_who_claim_at_once_one_wins_and_the_other_is_told(
    store: Store, other: Store
) -> None:
    case = open_case(store)
    zoe, max_ = agent(store, "zoe"), agent(store, "max")
    results = await asyncio.gather(
        store.run(cases.claim, case.id, zoe.id, NOW),
        other.run(cases.claim, case.id, max_.id, NOW),
        return_exceptions=True,
    )
    winner, loser = sorted(results, key=lambda result: isinstance(result, Exception))
    assert isinstance(winner, Case)
    assert isinstance(loser, AlreadyClaimed)
    assert loser.owner == {zoe.id: "Zoe", max_.id: "Max"}[winner.agent_id or 0]


def test_numbers_in_a_conversation_have_no_gaps(store: Store) -> None:
    conversation_id = store.run_now(start)
    draft = transcript.Draft(author="customer", text="hello")
    for _ in range(3):
        store.run_now(transcript.append, conversation_id, draft, NOW)
    assert [line.seq for line in store.run_now(transcript.after, conversation_id, 0)] == [1, 2, 3]


def test_the_queue_is_ranked_by_priority_then_by_promise(store: Store) -> None:
    later, soon = NOW + timedelta(hours=5), NOW + timedelta(hours=1)
    normal = open_case(store, priority=2, answer_by=soon, person="a")
    high = open_case(store, priority=1, answer_by=later, person="b")
    urgent = open_case(store, priority=0, answer_by=later, person="c")
    sooner = open_case(store, priority=1, answer_by=soon, person="d")
    ranked = store.run_now(queue.entries, queue.Wanted(), NOW)
    assert [entry.case.id for entry in ranked] == [urgent.id, sooner.id, high.id, normal.id]


def test_every_transition_has_who_and_when(store: Store) -> None:
    case, zoe = open_case(store), agent(store, "zoe")
    later = NOW + timedelta(minutes=1)
    store.run_now(cases.claim, case.id, zoe.id, NOW)
    store.run_now(cases.transfer, case.id, "press", zoe.id, later)
    store.run_now(cases.take_over, case.id, zoe.id, later)
    store.run_now(cases.resolve, case.id, zoe.id, later)
    with store.engine.connect() as connection:
        rows = connection.execute(
            select(record.c.action, record.c.actor, record.c.at).where(record.c.case_id == case.id)
        ).all()
    actor = f"agent:{zoe.id}"
    assert [tuple(row) for row in rows] == [
        ("handed_over", "bot", NOW),
        ("claimed", actor, NOW),
        ("transferred", actor, later),
        ("taken_over", actor, later),
        ("resolved", actor, later),
    ]


@pytest.mark.parametrize("move", [cases.resolve, cases.hand_back])
def test_a_closed_case_makes_no_further_transition(
    store: Store, move: Callable[[Connection, int, int, datetime], Case]
) -> None:
    case, zoe = open_case(store), agent(store, "zoe")
    store.run_now(cases.hand_back, case.id, zoe.id, NOW)
    with pytest.raises(TransitionError, match="handed_back"):
        store.run_now(move, case.id, zoe.id, NOW)
    with pytest.raises(TransitionError, match="handed_back"):
        store.run_now(cases.claim, case.id, zoe.id, NOW)


def test_the_deliverer_gets_the_first_message_of_a_conversation_only(store: Store) -> None:
    conversation_id = store.run_now(start)
    draft = transcript.Draft(author="bot", text="hello", purpose="answer", delivery="queued")
    for _ in range(2):
        line = store.run_now(transcript.append, conversation_id, draft, NOW)
        store.run_now(outbox.put, line, now=NOW, deadline=NOW + timedelta(hours=1))
    until = NOW + timedelta(seconds=60)
    claimed: list[list[int]] = []
    for lease in "abc":
        parcels = store.run_now(outbox.claim, lease, now=NOW, until=until, most=5)
        claimed.append([parcel.outbound.id for parcel in parcels])
        if lease == "b":
            store.run_now(outbox.done, 1)
    assert claimed == [[1], [], [2]]


def test_only_the_right_password_opens(store: Store) -> None:
    zoe = agent(store, "zoe")
    assert store.run_now(agents.verify, "zoe", "pw") == zoe
    assert store.run_now(agents.verify, "zoe", "wrong") is None
    assert store.run_now(agents.verify, "nobody", "pw") is None
    with pytest.raises(TransitionError, match="taken"):
        agent(store, "zoe")


def test_references_have_no_letters_that_look_like_digits() -> None:
    text = "".join(cases.new_reference("NB")[3:] for _ in range(100))
    assert not set(text) & set("ILOU")
