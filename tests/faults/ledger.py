"""What the database says at the end, loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.store import tables
from bot.store.housekeeping import JOB as HOUSEKEEPING
from bot.store.rows import Case, Conversation, Line, read

Key = tuple[str, str, str]


class Entry(Struct, kw_only=True):
    """A conversation with all its messages; `key` is what its account knows it by."""

    conversation: Conversation
    key: str
    lease: str | None
    lines: list[Line]
    case: Case | None

    @property
    def id(self) -> int:
        """Its number."""
        return self.conversation.id

    @property
    def customers(self) -> list[Line]:
        """What the customer wrote."""
        return [line for line in self.lines if line.author == "customer"]

    @property
    def ours(self) -> list[Line]:
        """What went to the customer, or should have."""
        return [line for line in self.lines if line.author in ("bot", "agent")]


class Ledger(Struct, kw_only=True):
    """All conversations, and what should be empty when everything is done."""

    entries: list[Entry]
    cases: list[Case]
    outbox: int
    leases: list[str]
    set_aside: int

    def entry(self, key: Key) -> Entry | None:
        """The conversation of a channel, an account and a key."""
        return self._by_key().get(key)

    def _by_key(self) -> dict[Key, Entry]:
        return {(e.conversation.channel, e.conversation.account, e.key): e for e in self.entries}


def load(connection: Connection) -> Ledger:
    """Read everything."""
    cases = [read(Case, row) for row in _rows(connection, tables.cases)]
    case_of = {case.id: case for case in cases}
    entries = {
        row["id"]: Entry(
            conversation=read(Conversation, row),
            key=row["key"],
            lease=row["lease"],
            lines=[],
            case=case_of.get(row["case_id"]),
        )
        for row in _rows(connection, tables.conversations)
    }
    query = select(tables.messages).order_by(tables.messages.c.conversation_id, tables.messages.c.seq)
    for row in connection.execute(query).mappings():
        entries[row["conversation_id"]].lines.append(read(Line, row))
    return Ledger(
        entries=list(entries.values()),
        cases=cases,
        outbox=_count(connection, tables.outbox),
        leases=list(jobs(connection)),
        set_aside=_count(connection, tables.set_aside),
    )


def jobs(connection: Connection) -> dict[str, datetime]:
    """Who does which job until when; for that of the housekeeping this is its rest until the next time."""
    rows = _rows(connection, tables.leases)
    return {row["name"]: row["until"] for row in rows if row["name"] != HOUSEKEEPING}


def unfinished(connection: Connection) -> dict[str, int]:
    """What is still to be done: as long as there is something, the end has not come."""
    messages, conversations = tables.messages, tables.conversations
    unhandled = select(func.count()).where(messages.c.author == "customer", messages.c.handled_at.is_(None))
    due = select(func.count()).where(conversations.c.due_at.is_not(None))
    left = {
        "messages not handled": connection.execute(unhandled).scalar_one(),
        "conversations due": connection.execute(due).scalar_one(),
        "messages to send": _count(connection, tables.outbox),
    }
    return {name: number for name, number in left.items() if number}


def under_way(connection: Connection) -> int:
    """How many messages somebody is sending now."""
    sending = select(func.count()).where(tables.outbox.c.lease.is_not(None))
    number: int = connection.execute(sending).scalar_one()
    return number


def _rows(connection: Connection, table: Any) -> list[Mapping[str, Any]]:
    return list(connection.execute(select(table)).mappings())


def _count(connection: Connection, table: Any) -> int:
    number: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return number
