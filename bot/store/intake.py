"""Takes in the messages of many customers at once: a few statements for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import and_, bindparam, func, select, text
from sqlalchemy.engine import Connection

from bot.messages import Address
from bot.store import transcript
from bot.store.at_once import WRITE
from bot.store.conversations import RECEIVE, START, starting
from bot.store.tables import Moment, conversations
from bot.store.transcript import Draft, New

# Of an event: its channel, its account, its id.
EventKey = tuple[str, str, str]
# Of a conversation: its channel, its account, its key.
Place = tuple[str, str, str]

_COLUMNS = "channel, account, event_id"
_NEW = f"ON CONFLICT DO NOTHING RETURNING {_COLUMNS}"
# One statement whatever the number of events: the database reads them from JSON.
_LISTED_EVENTS = {
    "sqlite": (
        "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), :now "
        "FROM json_each(:events) WHERE true"
    ),
    "postgresql": (
        "SELECT value ->> 0, value ->> 1, value ->> 2, :now FROM jsonb_array_elements(CAST(:events AS jsonb))"
    ),
}
_RECEIVED = {
    engine: text(f"INSERT INTO received ({_COLUMNS}, received_at) {listed} {_NEW}").bindparams(
        bindparam("now", type_=Moment())
    )
    for engine, listed in _LISTED_EVENTS.items()
}

_NAMES = (conversations.c.channel, conversations.c.account, conversations.c.key)
_LISTED = func.json_each(bindparam("places")).table_valued("value")
_HERE = and_(
    *(column == func.json_extract(_LISTED.c.value, f"$[{number}]") for number, column in enumerate(_NAMES))
)
# To a list SQLite compares every conversation that there is.
_AT = select(
    *_NAMES, conversations.c.id, conversations.c.chat, conversations.c.last_seq, conversations.c.said_at
).join_from(_LISTED, conversations, _HERE)


class Said(Struct, frozen=True, kw_only=True):
    """What customers wrote at an address: one or more messages, in order.

    `author` is who began, `language` what their client says, `said_at` when they wrote the last, by
    the platform's clock.
    """

    address: Address
    author: str
    drafts: tuple[Draft, ...]
    language: str | None
    said_at: datetime

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return self.address.channel, self.address.account, self.address.key


class Held(Struct, frozen=True, kw_only=True):
    """What must be known of a conversation that is held, to write into it."""

    id: int
    last_seq: int
    said_at: datetime | None


def only_new(connection: Connection, events: Iterable[EventKey], now: datetime) -> set[EventKey]:
    """Write events down, and tell which of them nobody had written down before."""
    statement = _RECEIVED[connection.dialect.name]
    rows = connection.execute(statement, {"events": json.dumps(sorted(set(events))), "now": now})
    return {(channel, account, event_id) for channel, account, event_id in rows}


def write(connection: Connection, said: Sequence[Said], now: datetime) -> dict[Place, int]:
    """Write messages under the next numbers of their conversations, whose turns are due.

    Conversations that there are not yet begin; one that is known by another name is left alone. The
    ids of all others, by their places.
    """
    if not said:
        return {}
    if connection.dialect.name == "sqlite":
        return _write_in_steps(connection, said, now)
    written = _write_at_once(connection, said, now)
    left = [it for it in said if it.place not in written]
    # Somebody else may have begun one at the same moment: only now it can be seen.
    return written | (_write_at_once(connection, left, now) if left else {})


def receive(connection: Connection, there: Held, said: Said, now: datetime) -> None:
    """Write messages under the next numbers of a conversation that is held, and whose turn is due."""
    _receive(connection, [(there, said)], now)


def _write_at_once(connection: Connection, said: Sequence[Said], now: datetime) -> dict[Place, int]:
    listed = msgspec.json.encode([_listed(it, now) for it in said]).decode()
    values = {"said": listed, "places": len(said), "now": now}
    return {
        (channel, account, key): there for channel, account, key, there in connection.execute(WRITE, values)
    }


def _listed(said: Said, now: datetime) -> dict[str, object]:
    start = starting(said.address, said.author, now)
    return {**start, "language": said.language, "said_at": said.said_at, "drafts": said.drafts}


def _write_in_steps(connection: Connection, said: Sequence[Said], now: datetime) -> dict[Place, int]:
    there = _at(connection, said)
    left = [it for it in said if it.place not in there]
    if left:
        connection.execute(START, [starting(it.address, it.author, now) for it in left])
        there |= _at(connection, left)
    _receive(connection, [(there[it.place], it) for it in said if it.place in there], now)
    return {place: it.id for place, it in there.items()}


def _at(connection: Connection, said: Sequence[Said]) -> dict[Place, Held]:
    chats = {it.place: it.address.chat for it in said}
    rows = connection.execute(_AT, {"places": json.dumps(list(chats))})
    return {
        (channel, account, key): Held(id=id_, last_seq=last_seq, said_at=said_at)
        for channel, account, key, id_, chat, last_seq, said_at in rows
        if chat == chats[channel, account, key]
    }


def _receive(connection: Connection, said: Sequence[tuple[Held, Said]], now: datetime) -> None:
    if not said:
        return
    connection.execute(RECEIVE, [_received(*each, now) for each in said])
    new = [
        New(there.id, there.last_seq + number, draft, now)
        for there, it in said
        for number, draft in enumerate(it.drafts, start=1)
    ]
    transcript.write_all(connection, new)


def _received(there: Held, said: Said, now: datetime) -> dict[str, object]:
    seq = there.last_seq + len(said.drafts)
    before = there.said_at or said.said_at
    values = {"one": there.id, "seq": seq, "hint": said.language}
    return {**values, "said": max(before, said.said_at), "now": now}
