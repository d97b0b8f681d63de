"""Whom a colleague has answered in a public thread, where the platform does not tell.

A guess that is wrong leaves a customer without an answer: where nothing tells, it is nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from bot.messages import Inbound
from bot.store.rows import Conversation
from bot.store.tables import cases, conversations, messages

_WROTE = select(messages.c.conversation_id).where(
    messages.c.conversation_id.in_(bindparam("among", expanding=True)),
    messages.c.platform_id == bindparam("message_id"),
    messages.c.author == "customer",
)
_WAIT_FOR_AGENTS = (
    select(conversations.c.id)
    .join_from(conversations, cases, cases.c.id == conversations.c.case_id)
    .where(
        conversations.c.id.in_(bindparam("among", expanding=True)),
        cases.c.status.in_(("waiting", "claimed")),
        cases.c.answered_at.is_(None),
    )
)


def answered(connection: Connection, talks: Sequence[Conversation], event: Inbound) -> int | None:
    """The one of these conversations of a thread that is answered, as far as anything tells."""
    guesses = _guesses(connection, talks, event)
    return next((guess.pop() for guess in guesses if len(guess) == 1), None)


def _guesses(connection: Connection, talks: Sequence[Conversation], event: Inbound) -> Iterator[set[int]]:
    """Who is named, else whose message is answered, else who waits: sure where it is but one."""
    among = [talk.id for talk in talks]
    yield _named(talks, event.text)
    # Below the head of a thread hangs whatever is said there, to whomever.
    if event.reply_to not in ("", event.address.thread):
        values = {"among": among, "message_id": event.reply_to}
        yield set(connection.execute(_WROTE, values).scalars())
    due = {talk.id for talk in talks if talk.due_at}
    yield due.union(connection.execute(_WAIT_FOR_AGENTS, {"among": among}).scalars())


def _named(talks: Sequence[Conversation], text: str) -> set[int]:
    """Those by whose name a text begins, as platforms write it before an answer; the longest such name."""
    said = text.lstrip("@ ").casefold()
    names = {talk.id: talk.author.casefold() for talk in talks if _begins(said, talk.author.casefold())}
    longest = max(names.values(), key=len, default="")
    return {talk_id for talk_id, name in names.items() if name == longest}


def _begins(said: str, name: str) -> bool:
    return bool(name) and said.startswith(name) and not said[len(name) : len(name) + 1].isalnum()
