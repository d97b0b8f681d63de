"""Who looks at a case right now, and who is writing a reply to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from bot.store.rows import read
from bot.store.tables import agents, viewers
from bot.store.upsert import insert_new

# A page says every 20 seconds that it is open, and every 3 seconds that somebody types.
SEEN_FOR = timedelta(seconds=50)
TYPING_FOR = timedelta(seconds=8)


class Viewer(Struct, frozen=True, kw_only=True):
    """An agent who has a case open."""

    case_id: int
    agent_id: int
    name: str
    typing: bool


def see(connection: Connection, case_id: int, agent_id: int, *, typing: bool, now: datetime) -> None:
    """Say that an agent looks at a case."""
    values = {"seen_at": now, "typing_at": now if typing else None}
    key = (viewers.c.case_id == case_id, viewers.c.agent_id == agent_id)
    if not connection.execute(update(viewers).where(*key).values(**values)).rowcount:
        insert_new(connection, viewers, case_id=case_id, agent_id=agent_id, **values)


def leave(connection: Connection, case_id: int, agent_id: int) -> None:
    """Say that an agent closed a case."""
    connection.execute(delete(viewers).where(viewers.c.case_id == case_id, viewers.c.agent_id == agent_id))


def of_cases(connection: Connection, case_ids: Iterable[int], now: datetime) -> list[Viewer]:
    """Everybody who looks at one of the cases."""
    query = (
        select(viewers.c.case_id, viewers.c.agent_id, viewers.c.typing_at, agents.c.name)
        .join(agents, agents.c.id == viewers.c.agent_id)
        .where(viewers.c.case_id.in_(list(case_ids)), viewers.c.seen_at > now - SEEN_FOR)
        .order_by(agents.c.name)
    )
    return [
        read(Viewer, {**row, "typing": _is_typing(row["typing_at"], now)})
        for row in connection.execute(query).mappings()
    ]


def _is_typing(typed_at: datetime | None, now: datetime) -> bool:
    return typed_at is not None and typed_at > now - TYPING_FOR
