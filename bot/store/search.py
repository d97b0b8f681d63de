"""Finds cases by reference, by the customer's name and by what was said.

Words are compared without accents and capital letters; those of three letters or more also find
longer ones that begin with them. Of several words each must be there: in the reference and the
names, or in one message. What the bot says is not searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, intersect, select, union
from sqlalchemy import text as sql
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select
from sqlalchemy.sql.elements import BindParameter

from bot.store.rows import Case, Conversation, Line
from bot.store.search_tables import names
from bot.store.tables import cases, conversations, messages
from bot.store.words import words_in

# Shorter words begin half of a language.
SHORTEST_BEGINNING = 3
# Of a word that everybody uses only the latest messages are looked at.
MOST_MESSAGES = 2_000
# What was said before a case was opened is found as far back.
MOST_BEFORE = 100

_LAST_CHARACTER = "\U0010ffff"

_ADD_NAME = sql("INSERT INTO names (word, case_id) VALUES (:word, :case) ON CONFLICT DO NOTHING")
_ADD = sql(
    "INSERT INTO words (message_id, conversation_id, said)"
    " VALUES (:message, :conversation, :said) ON CONFLICT DO NOTHING"
)
_CHANGE = sql("UPDATE words SET said = :said WHERE message_id = :message")
_BEFORE = (
    select(messages.c.id, messages.c.author, messages.c.text)
    .where(messages.c.conversation_id == bindparam("conversation"))
    .order_by(messages.c.seq.desc())
    .limit(MOST_BEFORE)
)
# PostgreSQL knows how common a word is: it takes the index for a rare one, and goes through the
# latest messages for a common one. FTS5 keeps the messages of each word in order.
_SAID = {
    "postgresql": sql(
        "SELECT conversation_id FROM (SELECT conversation_id, message_id FROM words"
        " WHERE said @@ CAST(:sought AS tsquery) ORDER BY message_id DESC LIMIT :most_messages) AS found"
        " GROUP BY conversation_id ORDER BY max(message_id) DESC LIMIT :most"
    ),
    "sqlite": sql(
        "SELECT conversation_id FROM (SELECT rowid FROM words_said WHERE words_said MATCH :sought"
        " ORDER BY rowid DESC LIMIT :most_messages) AS found"
        # As it stands: first what was found, then its conversations.
        " CROSS JOIN words ON words.message_id = found.rowid"
        " GROUP BY conversation_id ORDER BY max(message_id) DESC LIMIT :most"
    ),
}
_talks: BindParameter[Any] = bindparam("talks", expanding=True)
# One after the other: as one condition PostgreSQL would read all cases.
_CASES = union(
    select(cases.c.id).where(cases.c.conversation_id.in_(_talks)),
    select(conversations.c.case_id).where(conversations.c.id.in_(_talks)),
)


def add_case(connection: Connection, case: Case, conversation: Conversation) -> None:
    """Let a case that begins be found, by what was said before, too."""
    prefix, *rest = words_in(case.reference)
    _name(connection, case.id, ("".join((prefix, *rest)), *rest, *words_in(conversation.author)))
    _add_before(connection, conversation.id)


def add_conversation(connection: Connection, case_id: int, conversation: Conversation) -> None:
    """Let a case be found by the words of a conversation that joins it."""
    _name(connection, case_id, words_in(conversation.author))
    _add_before(connection, conversation.id)


def add(connection: Connection, lines: Iterable[Line]) -> None:
    """Let cases be found by messages and notes that were written in them."""
    _add(connection, [(line.id, line.conversation_id, line.text) for line in lines])


def change(connection: Connection, message_id: int, words: str) -> None:
    """Let a message that was edited be found by its new words, no longer by the old ones."""
    connection.execute(_CHANGE, {"message": message_id, "said": _kept(words)})


def find(connection: Connection, sought: str, most: int) -> list[int]:
    """The ids of cases, in no order: at most so many by name, and so many conversations by words."""
    words = words_in(sought)
    if not words:
        return []
    # A reference may be typed with or without its dash.
    ways = {words, ("".join(words),)}
    named = {case_id for way in ways for case_id in _named(connection, way, most)}
    return list(named | _said(connection, words, most))


def _name(connection: Connection, case_id: int, words: Iterable[str]) -> None:
    rows = [{"word": word, "case": case_id} for word in dict.fromkeys(words)]
    if rows:
        connection.execute(_ADD_NAME, rows)


def _add_before(connection: Connection, conversation_id: int) -> None:
    lines = connection.execute(_BEFORE, {"conversation": conversation_id}).all()
    _add(connection, [(line.id, conversation_id, line.text) for line in lines if line.author != "bot"])


def _add(connection: Connection, lines: Sequence[tuple[int, int, str]]) -> None:
    rows = [
        {"message": message_id, "conversation": conversation_id, "said": _kept(text)}
        for message_id, conversation_id, text in lines
    ]
    if rows:
        connection.execute(_ADD, rows)


def _kept(text: str) -> str:
    return " ".join(words_in(text))


def _named(connection: Connection, words: Sequence[str], most: int) -> set[int]:
    query = intersect(*(_cases_called(word) for word in words)) if len(words) > 1 else _cases_called(words[0])
    return set(connection.execute(query.order_by(names.c.case_id.desc()).limit(most)).scalars())


def _cases_called(word: str) -> Select:
    if len(word) < SHORTEST_BEGINNING:
        return select(names.c.case_id).where(names.c.word == word)
    return select(names.c.case_id).where(names.c.word >= word, names.c.word < word + _LAST_CHARACTER)


def _said(connection: Connection, words: Sequence[str], most: int) -> set[int]:
    engine = connection.dialect.name
    sought = {"sqlite": _for_fts5, "postgresql": _for_tsquery}[engine](words)
    values = {"sought": sought, "most_messages": MOST_MESSAGES, "most": most}
    talks = list(connection.execute(_SAID[engine], values).scalars())
    return set(connection.execute(_CASES, {"talks": talks}).scalars()) if talks else set()


def _for_fts5(words: Sequence[str]) -> str:
    return " ".join(f'"{word}"{" *" if _is_beginning(word) else ""}' for word in words)


def _for_tsquery(words: Sequence[str]) -> str:
    return " & ".join(f"'{word}'{':*' if _is_beginning(word) else ''}" for word in words)


def _is_beginning(word: str) -> bool:
    return len(word) >= SHORTEST_BEGINNING
