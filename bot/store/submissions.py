"""Forms that were sent, so that a form sent twice does its work once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bot.store.tables import submissions
from bot.store.upsert import insert_new


def is_new(connection: Connection, token: str, agent_id: int, now: datetime) -> bool:
    """Whether an agent's form is sent for the first time; says yes once."""
    return insert_new(connection, submissions, agent_id=agent_id, token=token, at=now)
