"""The record: who did what, and when. It is only ever added to."""

from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy import bindparam, insert, select
from sqlalchemy.engine import Connection

from bot.store.rows import Recorded, read
from bot.store.tables import IS_EDIT, record

CUSTOMER = "customer"
BOT = "bot"
SYSTEM = "system"

_INSERT = insert(record)
# Each from an index, from its end: as one condition all entries of a long conversation would be read.
_LAST = select(record).where(record.c.at <= bindparam("until"))
_LAST = _LAST.order_by(record.c.id.desc()).limit(bindparam("most"))
_OF_CASE = _LAST.where(record.c.case_id == bindparam("key"))
_OF_CONVERSATION = _LAST.where(record.c.conversation_id == bindparam("key"))
_EDITS = (
    select(record)
    .where(
        record.c.conversation_id.in_(bindparam("talks", expanding=True)),
        IS_EDIT,
        record.c.at >= bindparam("since"),
    )
    .order_by(record.c.id)
)
_NEVER = datetime.max.replace(tzinfo=timezone.utc)


def agent_actor(agent_id: int) -> str:
    """How an agent is named in the record."""
    return f"agent:{agent_id}"


def write(
    connection: Connection,
    action: str,
    *,
    actor: str,
    at: datetime,
    conversation_id: int | None = None,
    case_id: int | None = None,
    **details: object,
) -> None:
    """Add an entry."""
    entry = {"at": at, "actor": actor, "action": action, "details": details}
    connection.execute(_INSERT, {**entry, "conversation_id": conversation_id, "case_id": case_id})


def of_case(
    connection: Connection,
    case_id: int,
    conversation_ids: list[int],
    *,
    most: int = 200,
    until: datetime | None = None,
) -> list[Recorded]:
    """The last entries of a case and of all the conversations that belong to it, oldest first."""
    found: dict[int, Recorded] = {}
    for query, key in ((_OF_CASE, case_id), *((_OF_CONVERSATION, each) for each in conversation_ids)):
        values = {"key": key, "most": most, "until": until or _NEVER}
        entries = [read(Recorded, row) for row in connection.execute(query, values).mappings()]
        found |= {entry.id: entry for entry in entries}
    return sorted(found.values(), key=lambda entry: entry.id)[-most:]


def edits(connection: Connection, conversation_ids: list[int], since: datetime) -> list[Recorded]:
    """How customers changed their messages since then, oldest first."""
    rows = connection.execute(_EDITS, {"talks": conversation_ids, "since": since}).mappings()
    return [read(Recorded, row) for row in rows]
