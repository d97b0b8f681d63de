"""The record: who did what, and when. It is only ever added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from bot.store.rows import Recorded, read
from bot.store.tables import record

CUSTOMER = "customer"
BOT = "bot"
SYSTEM = "system"

_INSERT = insert(record)


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


def of_case(connection: Connection, case_id: int, conversation_ids: list[int]) -> list[Recorded]:
    """The entries of a case and of all the conversations that belong to it, oldest first."""
    rows = connection.execute(
        select(record)
        .where((record.c.case_id == case_id) | record.c.conversation_id.in_(conversation_ids))
        .order_by(record.c.id)
    )
    return [read(Recorded, row) for row in rows.mappings()]
