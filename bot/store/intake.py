"""Takes in the messages of many customers at once: a few statements for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, bindparam, func, select, text, tuple_
from sqlalchemy.engine import Connection

from bot.store import transcript
from bot.store.conversations import RECEIVE, START
from bot.store.rows import Conversation, read
from bot.store.tables import Moment, conversations
from bot.store.transcript import Draft

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
_PLACE: Any = tuple_(*_NAMES)
_LISTED = func.json_each(bindparam("places")).table_valued("value")
_HERE = and_(
    *(column == func.json_extract(_LISTED.c.value, f"$[{number}]") for number, column in enumerate(_NAMES))
)
# To a list SQLite compares every conversation that there is, and JSON PostgreSQL takes for long.
_AT = {
    "sqlite": select(conversations).join_from(_LISTED, conversations, _HERE),
    "postgresql": select(conversations)
    .where(_PLACE.in_(bindparam("places", expanding=True)))
    .order_by(conversations.c.id)
    .with_for_update(),
}


class Said(Struct, frozen=True, kw_only=True):
    """What customers wrote into a conversation that is held: one or more messages, in order.

    `language` is what their client says, `said_at` when they wrote the last, by the platform's clock.
    """

    conversation: Conversation
    drafts: tuple[Draft, ...]
    language: str | None
    said_at: datetime


def only_new(connection: Connection, events: Iterable[EventKey], now: datetime) -> set[EventKey]:
    """Write events down, and tell which of them nobody had written down before."""
    statement = _RECEIVED[connection.dialect.name]
    rows = connection.execute(statement, {"events": json.dumps(sorted(set(events))), "now": now})
    return {(channel, account, event_id) for channel, account, event_id in rows}


def hold(connection: Connection, places: Sequence[Place]) -> dict[Place, Conversation]:
    """The conversations at these places, held for the transaction; those that there are."""
    if not places:
        return {}
    engine = connection.dialect.name
    listed = json.dumps(places) if engine == "sqlite" else places
    rows = connection.execute(_AT[engine], {"places": listed}).mappings()
    return {(row["channel"], row["account"], row["key"]): read(Conversation, row) for row in rows}


def start(connection: Connection, starts: Mapping[Place, Mapping[str, object]]) -> dict[Place, Conversation]:
    """Begin conversations, and hold them; not those that are known by another name."""
    connection.execute(START, list(starts.values()))
    return hold(connection, list(starts))


def write(connection: Connection, said: Sequence[Said], now: datetime) -> None:
    """Write messages under the next numbers of their conversations, whose turns are due."""
    connection.execute(RECEIVE, [_received(it, now) for it in said])
    rows = [
        (it.conversation.id, it.conversation.last_seq + number, draft)
        for it in said
        for number, draft in enumerate(it.drafts, start=1)
    ]
    transcript.write_all(connection, rows, now)


def _received(said: Said, now: datetime) -> dict[str, object]:
    seq = said.conversation.last_seq + len(said.drafts)
    before = said.conversation.said_at or said.said_at
    values = {"one": said.conversation.id, "seq": seq, "hint": said.language}
    return {**values, "said": max(before, said.said_at), "now": now}
