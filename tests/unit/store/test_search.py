from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.engine import Connection

from bot.store import cases, conversations, migrate, queue, search, search_tables, tables, transcript
from bot.store.cases import NewCase
from bot.store.queue import Wanted
from bot.store.rows import Line
from bot.store.store import Store
from bot.store.transcript import Draft
from tests.fakes.channel import event
from tests.fakes.clock import FakeClock

NOW = FakeClock()()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    built = Store(database)
    yield built
    built.close()


def says(connection: Connection, /, person: str, words: str, author: Any = "customer", **more: Any) -> Line:
    """Somebody writes in the conversation of a person, who bears that name."""
    inbound = event(words, number=1, at=NOW, person=person)
    conversation = conversations.find_or_start(connection, inbound, NOW)
    return transcript.append(connection, conversation.id, Draft(author=author, text=words, **more), NOW)


def begins(connection: Connection, person: str, words: str, reference: str) -> int:
    """A customer's message is handed over; returns the case."""
    line = says(connection, person, words)
    new = NewCase(
        reason="complaint",
        register="complaint",
        language="en",
        rank=1,
        team="care",
        entities=(),
        acknowledge_by=NOW,
        answer_by=NOW,
    )
    case = cases.open_case(connection, line.conversation_id, reference, new, acknowledged_at=None, now=NOW)
    return case.id


def adds(connection: Connection, person: str, words: str, author: Any = "customer") -> Line:
    """Something is written in a case, and taken care of."""
    line = says(connection, person, words, author)
    search.add(connection, [line])
    return line


# As the release before wrote them: a public thread with a case, the private chat that joined it,
# and somebody whom the bot answered.
OLD_ROWS = """
INSERT INTO conversations (id, channel, account, key, surface, chat, thread, person, author, last_seq,
    misunderstandings, acknowledged, created_at, updated_at)
VALUES (1, 'fake', 'main', 'a', 'public', 'a', '', 'a', '@handle', 2, 0, true, :now, :now),
    (2, 'fake', 'main', 'b', 'private', 'b', '', 'b', 'Zoé Lambert', 1, 0, true, :now, :now),
    (3, 'fake', 'main', 'c', 'private', 'c', '', 'c', 'Stranger', 1, 0, true, :now, :now);
INSERT INTO cases (id, reference, conversation_id, status, reason, why, register, language, rank,
    team, entities, opened_at, acknowledge_by, answer_by, updated_at)
VALUES (1, 'NB-7K2QX4', 1, 'resolved', 'complaint', '', 'complaint', 'en', 1,
    'care', '[]', :now, :now, :now, :now);
UPDATE conversations SET case_id = 1 WHERE id < 3;
INSERT INTO messages (conversation_id, seq, author, text, is_payload, shown, is_start, attachments, buttons,
    reply_to, platform_id, created_at)
VALUES (1, 1, 'customer', 'My suitcase!', false, '', false, '[]', '[]', '', '', :now),
    (1, 2, 'bot', 'Hello', false, '', false, '[]', '[]', '', '', :now),
    (2, 1, 'agent', 'And your jacket?', false, '', false, '[]', '[]', '', '', :now),
    (3, 1, 'customer', 'A suitcase', false, '', false, '[]', '[]', '', '', :now)
"""


def write_old_rows(connection: Connection) -> None:
    for statement in OLD_ROWS.split(";"):
        connection.execute(text(statement), {"now": "2026-01-01 00:00:00"})


def found(store: Store, sought: str) -> list[str]:
    entries = store.run_now(queue.entries, Wanted(search=sought), NOW)
    return [entry.case.reference for entry in entries]


@pytest.mark.parametrize(
    "sought",
    [
        *("NB-7K2QX4", "nb-7k2qx4", "7K2QX4", "7k2", "nb7k2", "NB-7K2"),
        *("Zoé", "ZOE", "zoé lam", "lambert zoe"),
        *("suitcase", "SUIT", "lost suitcase", "geneva", "GENÈVA", "in geneva", "is my"),
    ],
)
def test_a_case_is_found_by_reference_name_and_words(store: Store, sought: str) -> None:
    store.run_now(begins, "Zoé Lambert", "My suitcase is lost in Genéva", "NB-7K2QX4")
    store.run_now(begins, "Max", "Which gate?", "NB-8M3RY5")
    assert found(store, sought) == ["NB-7K2QX4"]


@pytest.mark.parametrize(
    "sought", ["uitcase", "lo", "nb", "suitcase gate", "zoe max", "%", "'", '"', ":*", " "]
)
def test_other_words_find_nothing(store: Store, sought: str) -> None:
    store.run_now(begins, "Zoé Lambert", "My suitcase is lost in Genéva", "NB-7K2QX4")
    store.run_now(begins, "Max", "Which gate?", "NB-8M3RY5")
    assert found(store, sought) == []


@pytest.mark.parametrize(
    "sought", ["a' | 'b", "a & b", "a:*", 'a" OR "b', "(a", "a -b", "said:a", "NEAR(a b)", "\\"]
)
def test_signs_of_the_engines_are_no_orders(store: Store, sought: str) -> None:
    store.run_now(begins, "Max", "Neither of them", "NB-8M3RY5")
    assert found(store, sought) == []


def test_replies_and_notes_are_found_but_not_what_the_bot_says(store: Store) -> None:
    store.run_now(begins, "Max", "Which gate?", "NB-8M3RY5")
    store.run_now(adds, "Max", "It is number seven", "agent")
    store.run_now(adds, "Max", "He sounded worried", "note")
    store.run_now(says, "Max", "Good afternoon", "bot")
    assert found(store, "seven") == ["NB-8M3RY5"]
    assert found(store, "worried") == ["NB-8M3RY5"]
    assert found(store, "afternoon") == []


def test_what_was_said_before_a_case_is_found_and_only_its_end_where_it_is_long(store: Store) -> None:
    store.run_now(says, "Max", "The very first words")
    for number in range(search.MOST_BEFORE):
        store.run_now(says, "Max", f"line {number}")
    store.run_now(begins, "Max", "Which gate?", "NB-8M3RY5")
    assert found(store, "line 99") == ["NB-8M3RY5"]
    assert found(store, "very first") == []


def test_an_edited_message_is_found_by_its_new_words_only(store: Store) -> None:
    store.run_now(begins, "Max", "Which gate?", "NB-8M3RY5")
    line = store.run_now(says, "Max", "Flight twelve", platform_id="m1")
    store.run_now(search.add, [line])
    store.run_now(transcript.edit, line.conversation_id, "m1", "Flight twenty", NOW)
    assert found(store, "twelve") == []
    assert found(store, "twenty") == ["NB-8M3RY5"]


def test_a_message_that_is_added_twice_is_there_once(store: Store) -> None:
    store.run_now(begins, "Max", "Which gate?", "NB-8M3RY5")
    line = store.run_now(adds, "Max", "Flight twelve")
    store.run_now(search.add, [line])
    rows = store.run_now(
        lambda c: c.execute(
            select(search_tables.words).where(search_tables.words.c.message_id == line.id)
        ).all()
    )
    assert len(rows) == 1
    assert found(store, "twelve") == ["NB-8M3RY5"]


def test_all_cases_of_a_conversation_are_found_by_its_words(store: Store) -> None:
    store.run_now(begins, "Max", "My suitcase", "NB-FIRST1")
    store.run_now(begins, "Max", "My jacket", "NB-SECOND")
    assert sorted(found(store, "suitcase")) == ["NB-FIRST1", "NB-SECOND"]


def test_the_case_that_changed_last_comes_first(store: Store) -> None:
    ids = [store.run_now(begins, f"P{n}", "My suitcase", f"NB-CASE0{n}") for n in (1, 2, 3)]
    later = (
        update(tables.cases).where(tables.cases.c.id == ids[0]).values(updated_at=NOW + timedelta(hours=1))
    )
    store.run_now(lambda c: c.execute(later))
    assert found(store, "suitcase") == ["NB-CASE01", "NB-CASE03", "NB-CASE02"]


def test_of_a_word_that_everybody_uses_the_latest_cases_are_found(store: Store) -> None:
    for number in range(12):
        store.run_now(begins, f"Person{number}", "Hello", f"NB-CASE{number:02}")
    few = Wanted(search="hello", limit=5)
    entries = store.run_now(queue.entries, few, NOW)
    assert [entry.case.reference for entry in entries] == [f"NB-CASE{n:02}" for n in (11, 10, 9, 8, 7)]


def test_names_and_words_of_older_releases_are_found_after_the_migration(empty_database: str) -> None:
    store = Store(empty_database)
    migrate.upgrade(store, to="0003")
    store.run_now(write_old_rows)
    migrate.upgrade(store)
    for sought in ("NB-7K2QX4", "zoe", "handle", "suitcase", "jacket"):
        assert found(store, sought) == ["NB-7K2QX4"]
    assert found(store, "hello") == []
    assert found(store, "stranger") == []
    store.close()


def test_what_is_found_may_be_removed_for_good(store: Store) -> None:
    case_id = store.run_now(begins, "Max", "Which gate?", "NB-8M3RY5")
    store.run_now(lambda c: c.execute(search_tables.words.delete()))
    store.run_now(
        lambda c: c.execute(search_tables.names.delete().where(search_tables.names.c.case_id == case_id))
    )
    assert found(store, "gate") == []
    assert found(store, "max") == []
