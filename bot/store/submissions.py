"""Forms that were sent, so that a form sent twice does its work once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from bot.store.tables import submissions


def is_new(connection: Connection, token: str, agent_id: int, now: datetime) -> bool:
    """Whether an agent's form is sent for the first time; says yes once."""
    key = {"agent_id": agent_id, "token": token}
    if connection.execute(select(submissions.c.token).filter_by(**key)).first():
        return False
    connection.execute(insert(submissions).values(at=now, **key))
    return True
