from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bot.messages import Address, Inbound
from bot.store import conversations, migrate, outbox, transcript
from bot.store.accounts import AccountState, put
from bot.store.backlog import Backlog, backlog
from bot.store.cases import NewCase, open_case, resolve
from bot.store.rows import Author, Case, Line
from bot.store.set_aside import put_turn
from bot.store.store import Store
from bot.store.tables import messages

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


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    made = Store(database)
    migrate.upgrade(made)
    yield made
    made.close()


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def start(connection: Connection, chat: str) -> int:
    address = Address(channel="fake", account="main", surface="private", chat=chat, person=chat)
    event = Inbound(address=address, event_id=chat, message_id=chat, sent_at=NOON, text="x")
    return conversations.find_or_start(connection, event, NOON).id


def write(connection: Connection, chat: str, author: Author, now: datetime) -> Line:
    draft = transcript.Draft(author=author, text="x")
    return transcript.append(connection, start(connection, chat), draft, now)


def hand_over(connection: Connection, chat: str, *, rank: int, opened: datetime, by: datetime) -> Case:
    new = NewCase(
        reason="complaint",
        register="complaint",
        language="en",
        rank=rank,
        team="care",
        entities=(),
        acknowledge_by=opened,
        answer_by=by,
    )
    number = start(connection, chat)
    return open_case(connection, number, f"NB-{chat}", new, acknowledged_at=None, now=opened)


def test_where_nothing_waits_all_is_zero(store: Store) -> None:
    assert store.run_now(backlog, NOON) == EMPTY


def test_turns_and_messages_wait_from_the_moment_they_were_written(store: Store) -> None:
    def prepare(connection: Connection) -> None:
        done = write(connection, "a", "customer", NOON)
        transcript.mark_handled(connection, [done], NOON)
        write(connection, "b", "customer", later(2))
        write(connection, "b", "customer", later(3))
        conversations.wake(connection, start(connection, "b"), later(3))
        conversations.wake(connection, start(connection, "a"), later(60))  # to be tried again then

    store.run_now(prepare)
    found = store.run_now(backlog, later(10))
    assert (found.turns, found.messages, found.oldest_message) == (1, 2, later(2))


def test_what_is_to_be_sent_waits_however_often_it_was_put_off(store: Store) -> None:
    def prepare(connection: Connection) -> None:
        for seconds, put_off in ((1, 300), (2, 0)):
            line = write(connection, "a", "bot", later(seconds))
            outbox.put(connection, line, now=later(seconds), deadline=later(900))
            if put_off:
                outbox.claim(connection, "mine", now=later(seconds), until=later(900))
                outbox.postpone(connection, line.id, "mine", later(put_off))

    store.run_now(prepare)
    found = store.run_now(backlog, later(10))
    assert (found.to_send, found.to_send_now, found.oldest_to_send) == (2, 1, later(1))


def test_open_cases_are_counted_by_status_and_urgency(store: Store) -> None:
    def prepare(connection: Connection) -> None:
        for chat, rank, by in (("a", 0, 5), ("b", 0, 50), ("c", 2, 5)):
            hand_over(connection, chat, rank=rank, opened=later(rank), by=later(by))
        closed = hand_over(connection, "d", rank=0, opened=NOON, by=NOON)
        resolve(connection, closed.id, agent_id=7, now=later(1))

    store.run_now(prepare)
    found = store.run_now(backlog, later(10))
    assert found.cases == {("waiting", 0): 2, ("waiting", 2): 1}
    assert found.overdue == {0: 1, 2: 1}
    assert found.oldest_case == NOON


def test_stopped_accounts_and_what_was_put_aside_are_told(store: Store) -> None:
    def prepare(connection: Connection) -> None:
        number = start(connection, "a")
        put_turn(connection, number, channel="fake", account="main", error="ValueError", attempts=6, now=NOON)
        stopped = AccountState(channel="fake", account="main", state="stopped", reason="", since=NOON)
        working = AccountState(channel="fake", account="other", state="working", reason="", since=NOON)
        put(connection, stopped)
        put(connection, msgspec.structs.replace(working, state="stopped"))
        put(connection, working)

    store.run_now(prepare)
    found = store.run_now(backlog, NOON)
    assert found.set_aside == {"turn": 1}
    assert found.stopped == {("fake", "main")}


def test_it_costs_the_same_however_many_messages_there_ever_were(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'relais.db'}")
    migrate.upgrade(store)
    few = store.run_now(steps)
    store.run_now(fill)
    assert store.run_now(steps) < few + 10
    store.close()


def fill(connection: Connection) -> None:
    number = start(connection, "a")
    line = {"conversation_id": number, "author": "customer", "text": "x", "created_at": NOON}
    connection.execute(insert(messages), [{**line, "seq": n, "handled_at": NOON} for n in range(5000)])


def steps(connection: Connection) -> int:
    """How many steps SQLite takes for it, in tens; a few of them to read the schema again."""
    taken = []
    driver: Any = connection.connection.dbapi_connection
    driver.set_progress_handler(lambda: taken.append(1), 10)
    backlog(connection, NOON)
    driver.set_progress_handler(None, 0)
    return len(taken)
