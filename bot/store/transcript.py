"""The messages of a conversation, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, insert, literal_column, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.errors import NotFound
from bot.messages import Attachment, Button, Purpose, Template
from bot.store import record, search
from bot.store.rows import Author, Line, read
from bot.store.tables import IS_CHANGED, IS_UNHANDLED, conversations, messages

# What a message has not lived through when it is written.
_UNTOUCHED: Mapping[str, object] = {
    **dict.fromkeys(("delivery_reason", "handled_at", "edited_at", "deleted_at", "hidden_at", "template")),
    "in_private": False,
}
# What few messages have is left to the database, so that the others pay nothing for it.
_RARE: Mapping[str, object] = {"in_private": False, "template": None}
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)
# Statements that every message needs are built once: that takes longer than to execute them.
_INSERT = insert(messages)
_LOAD = select(messages).where(messages.c.id == bindparam("wanted"))
_LOAD_ALL = select(messages).where(messages.c.id.in_(bindparam("wanted", expanding=True)))
_UNHANDLED = (
    select(messages)
    .where(messages.c.conversation_id == bindparam("conversation"), IS_UNHANDLED)
    .order_by(messages.c.seq)
    .limit(bindparam("most"))
)
# Of somebody who floods us no more is read than of others: the last of the first ones is found by the index.
_each = messages.alias("each")
_LAST_TO_READ = (
    select(_each.c.seq)
    .where(
        _each.c.conversation_id == conversations.c.id,
        _each.c.author == literal_column("'customer'"),
        _each.c.handled_at.is_(None),
    )
    .order_by(_each.c.seq)
    .offset(bindparam("most") - 1)
    .limit(1)
    .correlate(conversations)
    .scalar_subquery()
)
_HIGHEST = 2**31 - 1
_UNHANDLED_IN = (
    select(messages)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        conversations.c.id.in_(bindparam("conversations", expanding=True)),
        IS_UNHANDLED,
        messages.c.seq <= func.coalesce(_LAST_TO_READ, _HIGHEST),
    )
    .order_by(messages.c.conversation_id, messages.c.seq)
)
_NUMBERED = select(messages.c.id, messages.c.conversation_id, messages.c.seq).where(
    messages.c.conversation_id.in_(bindparam("talks", expanding=True)),
    messages.c.seq.in_(bindparam("seqs", expanding=True)),
)
_BY_PLATFORM_ID = select(messages).where(
    messages.c.conversation_id == bindparam("conversation"),
    messages.c.platform_id == bindparam("wanted"),
    messages.c.author == "customer",
)
_MARK_HANDLED = (
    update(messages)
    .where(messages.c.id.in_(bindparam("handled", expanding=True)))
    .values(handled_at=bindparam("now"))
)
_CHANGE = update(messages).where(messages.c.id == bindparam("changed"))
_COUNT_ONE = (
    update(conversations)
    .where(conversations.c.id == bindparam("counted"))
    .values(last_seq=conversations.c.last_seq + 1)
)
_LAST_SEQ = select(conversations.c.last_seq).where(conversations.c.id == bindparam("counted"))


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message before it has a number."""

    author: Author
    text: str
    purpose: Purpose | None = None
    agent_id: int | None = None
    is_payload: bool = False
    shown: str = ""
    is_start: bool = False
    attachments: tuple[Attachment, ...] = ()
    buttons: tuple[Button, ...] = ()
    reply_to: str = ""
    platform_id: str = ""
    delivery: str | None = None
    in_private: bool = False
    template: Template | None = None
    sent_at: datetime | None = None


class New(msgspec.Struct, frozen=True):
    """A message that is about to be written, under a number of its conversation."""

    conversation_id: int
    seq: int
    draft: Draft
    at: datetime


def append(connection: Connection, conversation_id: int, draft: Draft, now: datetime) -> Line:
    """Write a message under the next number of its conversation."""
    return write(connection, New(conversation_id, _next_seq(connection, conversation_id), draft, now))


def write(connection: Connection, new: New) -> Line:
    """Write a message under a number that nobody else was given."""
    return _write(connection, _values(new))


def write_all(connection: Connection, messages: Iterable[New]) -> None:
    """Write several, all with the same columns that few messages have, if any."""
    connection.execute(_INSERT, [_values(new) for new in messages])


def write_and_read(connection: Connection, messages: Sequence[New]) -> list[Line]:
    """The same, whatever columns they have; what was written."""
    rows = [_values(new) for new in messages]
    # Of rows that differ the database would write those columns only that the first one has.
    if len(rows) < 2 or len({frozenset(row) for row in rows}) > 1:
        return [_write(connection, row) for row in rows]
    connection.execute(_INSERT, rows)
    wanted = {"talks": {new.conversation_id for new in messages}, "seqs": {new.seq for new in messages}}
    ids = {(row.conversation_id, row.seq): row.id for row in connection.execute(_NUMBERED, wanted)}
    return [_written(row, ids[row["conversation_id"], row["seq"]]) for row in rows]


def _write(connection: Connection, values: Mapping[str, Any]) -> Line:
    return _written(values, connection.execute(_INSERT, values).inserted_primary_key[0])


def _written(values: Mapping[str, Any], message_id: int) -> Line:
    return read(Line, {**_UNTOUCHED, **values, "id": message_id})


def _values(new: New) -> dict[str, Any]:
    values = {"conversation_id": new.conversation_id, "seq": new.seq, "created_at": new.at}
    values |= msgspec.to_builtins(new.draft, builtin_types=(datetime,))
    for name, usual in _RARE.items():
        if values[name] == usual:
            del values[name]
    return values


def load(connection: Connection, message_id: int) -> Line:
    """A message by its id; raises `NotFound`."""
    row = connection.execute(_LOAD, {"wanted": message_id}).mappings().first()
    if row is None:
        raise NotFound(f"there is no message {message_id}")
    return read(Line, row)


def load_all(connection: Connection, ids: Iterable[int]) -> dict[int, Line]:
    """Messages by their ids."""
    rows = connection.execute(_LOAD_ALL, {"wanted": list(ids)}).mappings()
    return {row["id"]: read(Line, row) for row in rows}


def unhandled(connection: Connection, conversation_id: int, most: int) -> list[Line]:
    """The first messages since the last turn, in the order in which the customer wrote them."""
    rows = connection.execute(_UNHANDLED, {"conversation": conversation_id, "most": most}).mappings()
    return _as_written([read(Line, row) for row in rows])


def unhandled_in(connection: Connection, conversation_ids: Sequence[int], most: int) -> dict[int, list[Line]]:
    """The same of several conversations."""
    lines: dict[int, list[Line]] = {each: [] for each in conversation_ids}
    values = {"conversations": list(conversation_ids), "most": most}
    for row in connection.execute(_UNHANDLED_IN, values).mappings():
        lines[row["conversation_id"]].append(read(Line, row))
    return {each: _as_written(those) for each, those in lines.items()}


def after(connection: Connection, conversation_id: int, seq: int, limit: int = 500) -> list[Line]:
    """The messages that came after number `seq`, oldest first."""
    query = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.seq > seq)
    return _lines(connection, query.limit(limit))


def latest(connection: Connection, conversation_id: int, limit: int) -> list[Line]:
    """The last messages, oldest first."""
    query = select(messages).where(messages.c.conversation_id == conversation_id)
    rows = connection.execute(query.order_by(messages.c.seq.desc()).limit(limit))
    return [read(Line, row) for row in rows.mappings()][::-1]


def acknowledged_at(connection: Connection, conversation_id: int, seq: int) -> datetime | None:
    """When the messages from number `seq` on were acknowledged, if they were."""
    query = select(messages.c.created_at).where(
        messages.c.conversation_id == conversation_id,
        messages.c.seq > seq,
        messages.c.purpose == "acknowledge",
    )
    moment: datetime | None = connection.execute(query.limit(1)).scalar()
    return moment


def by_platform_id(connection: Connection, conversation_id: int, platform_id: str) -> Line | None:
    """The customer's message of that platform id, if it was taken in."""
    found = _by_platform_id(connection, conversation_id, platform_id)
    return found[0] if found else None


def changed_since(connection: Connection, conversation_id: int, moment: datetime | None) -> list[Line]:
    """The messages that were edited or deleted after a moment, or ever; in order."""
    query = select(messages).where(messages.c.conversation_id == conversation_id, IS_CHANGED)
    if moment:
        query = query.where(or_(messages.c.edited_at > moment, messages.c.deleted_at > moment))
    return _lines(connection, query)


def last_platform_id(connection: Connection, conversation_id: int) -> str:
    """The platform's id of the customer's last message; empty if there is none."""
    query = select(messages.c.platform_id).where(
        messages.c.conversation_id == conversation_id, messages.c.author == "customer"
    )
    return connection.execute(query.order_by(messages.c.seq.desc()).limit(1)).scalar() or ""


def mark_handled(connection: Connection, lines: Iterable[Line], now: datetime) -> None:
    """Say that a turn took care of these messages."""
    connection.execute(_MARK_HANDLED, {"handled": [line.id for line in lines], "now": now})


def mark_all_handled(connection: Connection, conversation_id: int, now: datetime) -> None:
    """Say that everything that the customer wrote is taken care of."""
    query = update(messages).where(messages.c.conversation_id == conversation_id, IS_UNHANDLED)
    connection.execute(query.values(handled_at=now))


def count_handled(connection: Connection, conversation_id: int, handled_at: datetime) -> int:
    """How many messages were handled at that very moment."""
    handled = (messages.c.author == "customer", messages.c.handled_at == handled_at)
    query = select(func.count()).where(messages.c.conversation_id == conversation_id, *handled)
    number: int = connection.execute(query).scalar_one()
    return number


def open_again(connection: Connection, conversation_id: int, handled_at: datetime) -> int:
    """Make the messages that were handled at that very moment unhandled; tells how many they are."""
    handled = (messages.c.author == "customer", messages.c.handled_at == handled_at)
    query = update(messages).where(messages.c.conversation_id == conversation_id, *handled)
    opened: int = connection.execute(query.values(handled_at=None)).rowcount
    return opened


def waiting_since(connection: Connection, conversation_id: int) -> datetime | None:
    """When the customer wrote the oldest message that is not handled; None if all are."""
    query = select(func.min(messages.c.created_at)).where(
        messages.c.conversation_id == conversation_id, IS_UNHANDLED
    )
    moment: datetime | None = connection.execute(query).scalar()
    return moment


def edit(connection: Connection, conversation_id: int, platform_id: str, text: str, now: datetime) -> None:
    """Show the customer's new words; the old ones stay in the record."""
    for line in _by_platform_id(connection, conversation_id, platform_id):
        record.write(
            connection,
            "message_edited",
            actor=record.CUSTOMER,
            at=now,
            conversation_id=conversation_id,
            seq=line.seq,
            before=line.text,
            after=text,
        )
        _change(connection, line.id, text=text, edited_at=now)
        search.change(connection, line.id, text)


def delete(connection: Connection, conversation_id: int, platform_id: str, now: datetime) -> None:
    """Mark a message that the customer took back; its words stay."""
    for line in _by_platform_id(connection, conversation_id, platform_id):
        record.write(
            connection,
            "message_deleted",
            actor=record.CUSTOMER,
            at=now,
            conversation_id=conversation_id,
            seq=line.seq,
        )
        _change(connection, line.id, deleted_at=now)


def show(
    connection: Connection, conversation_id: int, platform_id: str, *, shown: bool, now: datetime
) -> None:
    """Mark a customer's public message that somebody hid, or shows again; its words stay."""
    for line in _by_platform_id(connection, conversation_id, platform_id):
        if (line.hidden_at is None) != shown:
            record.write(
                connection,
                "message_shown" if shown else "message_hidden",
                actor=record.SYSTEM,
                at=now,
                conversation_id=conversation_id,
                seq=line.seq,
            )
            _change(connection, line.id, hidden_at=None if shown else now)


def _as_written(lines: Iterable[Line]) -> list[Line]:
    """Platforms deliver out of order when they repeat: by their clock, where they tell it.

    A message of which they do not stays behind the one that came before it.
    """
    moment, order = _LONG_AGO, []
    for line in lines:
        moment = line.sent_at or moment
        order.append((moment, line.seq, line))
    return [line for _, _, line in sorted(order, key=lambda each: each[:2])]


def _next_seq(connection: Connection, conversation_id: int) -> int:
    connection.execute(_COUNT_ONE, {"counted": conversation_id})
    seq: int = connection.execute(_LAST_SEQ, {"counted": conversation_id}).scalar_one()
    return seq


def _by_platform_id(connection: Connection, conversation_id: int, platform_id: str) -> Sequence[Line]:
    values = {"conversation": conversation_id, "wanted": platform_id}
    lines = [read(Line, row) for row in connection.execute(_BY_PLATFORM_ID, values).mappings()]
    # Asked for in this order, SQLite would go through the whole conversation.
    return sorted(lines, key=lambda line: line.seq)


def _change(connection: Connection, message_id: int, **values: object) -> None:
    connection.execute(_CHANGE, {"changed": message_id, **values})


def _lines(connection: Connection, query: Select) -> list[Line]:
    rows = connection.execute(query.order_by(messages.c.seq))
    return [read(Line, row) for row in rows.mappings()]
